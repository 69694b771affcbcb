package tempfile

import (
	"errors"
	"io/fs"
	"os"
)

// Sweep removes the temporaries in dir that nobody holds, or only finds them.
// One that is held, or of which that cannot be told, stays.
func Sweep(dir *os.Root, dryRun bool) (swept []string, err error) {
	entries, err := fs.ReadDir(dir.FS(), ".")
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		if !IsName(e.Name()) {
			continue
		}
		abandoned, e1 := sweep(dir, e.Name(), dryRun)
		if abandoned {
			swept = append(swept, e.Name())
		}
		if e1 != nil && !errors.Is(e1, fs.ErrNotExist) { // its owner was faster
			err = errors.Join(err, e1)
		}
	}
	return swept, err
}

// sweep holds the lock of the file while it looks and removes. Whoever creates a
// file at the same time waits for the lock, and then sees that it is gone.
func sweep(dir *os.Root, name string, dryRun bool) (abandoned bool, err error) {
	before, err := dir.Lstat(name)
	if err != nil || !before.Mode().IsRegular() || !ours(before) {
		return false, err
	}
	f, err := dir.OpenFile(name, os.O_RDWR, 0) // for a lock over NFS
	if errors.Is(err, fs.ErrPermission) {
		f, err = dir.Open(name) // it has its final permission already
	}
	if err != nil {
		return false, err
	}
	defer f.Close()
	if held, err := tryLock(f); held || err != nil {
		return false, err
	}
	// Looked at once more under the lock.
	now, err := f.Stat()
	if err != nil || !os.SameFile(before, now) || !ours(now) {
		return false, err
	}
	if dryRun {
		return true, nil
	}
	err = dir.Remove(name)
	return err == nil, err
}
