package tempfile

import (
	"errors"
	"io/fs"
	"os"
)

// Sweep removes the temporaries in dir that no process holds, and returns their
// names; with dryRun it only returns the names. A file that another process
// holds, or whose lock cannot be tried, stays.
func (p Prefix) Sweep(dir *os.Root, dryRun bool) (swept []string, err error) {
	entries, err := fs.ReadDir(dir.FS(), ".")
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		if !p.IsName(e.Name()) {
			continue
		}
		abandoned, e1 := sweep(dir, e.Name(), dryRun)
		if abandoned {
			swept = append(swept, e.Name())
		}
		if e1 != nil && !errors.Is(e1, fs.ErrNotExist) { // its owner may have removed it first
			err = errors.Join(err, e1)
		}
	}
	return swept, err
}

// sweep holds the lock of the file while it looks and removes. A process that
// has just created the file sees the lock, and creates another.
func sweep(dir *os.Root, name string, dryRun bool) (abandoned bool, err error) {
	before, err := lstat(dir, name)
	if err != nil || !before.Mode().IsRegular() || !ours(before) {
		return false, err
	}
	f, err := dir.OpenFile(name, os.O_RDWR, 0) // NFS locks only what is open for writing
	if errors.Is(err, fs.ErrPermission) {
		f, err = dir.Open(name) // the file may have a read-only permission already
	}
	if err != nil {
		return false, err
	}
	defer f.Close()
	if locked, err := Lock(f); !locked {
		return false, err
	}
	// The file may have changed before the lock.
	now, err := f.Stat()
	if err != nil || !os.SameFile(before, now) || !ours(now) {
		return false, err
	}
	if dryRun {
		return true, nil
	}
	err = remove(dir, name)
	return err == nil, err
}
