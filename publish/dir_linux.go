package publish

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strconv"

	"github.com/largebox/largebox/internal/anon"
	"golang.org/x/sys/unix"
)

// A Dir is a directory held open, so that every step of a publication works in
// the same one, whatever becomes of its path. Close it after use.
type Dir struct {
	path string
	file *os.File // O_PATH: a directory may be writable and not readable
}

// OpenDir opens the directory at path; symbolic links in path are followed.
func OpenDir(path string) (*Dir, error) {
	fd, err := retry(func() (int, error) {
		return unix.Open(path, unix.O_PATH|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	})
	if err != nil {
		return nil, &fs.PathError{Op: "open", Path: path, Err: err}
	}
	return &Dir{path, os.NewFile(uintptr(fd), path)}, nil
}

// Close releases d.
func (d *Dir) Close() error { return d.file.Close() }

// File is the directory's descriptor, good for the *at system calls (O_PATH).
// It belongs to d.
func (d *Dir) File() *os.File { return d.file }

func (d *Dir) fd() int { return int(d.file.Fd()) }

// Root returns the same directory as an os.Root, for its caller to close. It
// needs permission to read the directory.
func (d *Dir) Root() (*os.Root, error) {
	root, err := os.OpenRoot(d.path)
	if err != nil {
		return nil, err
	}
	a, err := root.Stat(".")
	if err == nil {
		var b fs.FileInfo
		if b, err = d.file.Stat(); err == nil && !os.SameFile(a, b) {
			err = d.pathError("open", "", errors.New("the directory was moved away meanwhile"))
		}
	}
	if err != nil {
		root.Close()
		return nil, err
	}
	return root, nil
}

// identity is what tells one file from another.
type identity struct {
	dev, ino    uint64
	replaceable bool // a file, or a symbolic link
}

func newIdentity(st *unix.Stat_t) identity {
	kind := st.Mode & unix.S_IFMT
	return identity{uint64(st.Dev), st.Ino, kind == unix.S_IFREG || kind == unix.S_IFLNK}
}

func (id identity) isFile(f *os.File) (bool, error) {
	var st unix.Stat_t
	if err := unix.Fstat(int(f.Fd()), &st); err != nil {
		return false, &fs.PathError{Op: "stat", Path: f.Name(), Err: err}
	}
	return id == newIdentity(&st), nil
}

func (d *Dir) lstat(name string) (identity, error) {
	var st unix.Stat_t
	if err := unix.Fstatat(d.fd(), name, &st, unix.AT_SYMLINK_NOFOLLOW); err != nil {
		return identity{}, d.pathError("stat", name, err)
	}
	return newIdentity(&st), nil
}

func (d *Dir) canLink() error { return nil }

// linkFile names the inode of f. AT_EMPTY_PATH works for a file that we opened
// ourselves (Linux 6.10; before that for CAP_DAC_READ_SEARCH alone); the form
// through /proc works for everybody, where there is a /proc.
func (d *Dir) linkFile(f *os.File, name string) error {
	fd := int(f.Fd())
	err := unix.Linkat(fd, "", d.fd(), name, unix.AT_EMPTY_PATH)
	if err == unix.ENOENT || err == unix.EINVAL || err == unix.EPERM || err == unix.EACCES {
		err = unix.Linkat(unix.AT_FDCWD, "/proc/self/fd/"+strconv.Itoa(fd), d.fd(), name, unix.AT_SYMLINK_FOLLOW)
	}
	if err != nil {
		return elsewhere(d.pathError("link", name, err), linkElsewhere)
	}
	return nil
}

// rename is atomic in both forms. Where renameat2 has no NOREPLACE, a link and
// an unlink of the temporary name are, too: the name appears whole, and once.
func (d *Dir) rename(from, to string, replace bool) error {
	var err error
	if replace {
		err = unix.Renameat(d.fd(), from, d.fd(), to)
	} else {
		err = unix.Renameat2(d.fd(), from, d.fd(), to, unix.RENAME_NOREPLACE)
		if isOneOf(err, noReplaceElsewhere) {
			if err = unix.Linkat(d.fd(), from, d.fd(), to, 0); err == nil {
				err = unix.Unlinkat(d.fd(), from, 0)
			} else if isOneOf(err, noLinks) {
				err = fmt.Errorf("%w (%w)", ErrOnlyReplace, err)
			}
		}
	}
	if err != nil {
		return d.pathError("rename", to, err)
	}
	return nil
}

func (d *Dir) remove(name string) error { return unix.Unlinkat(d.fd(), name, 0) }

// canRename refuses an append-only directory before a temporary name is stuck
// in it. File systems that cannot tell have no such attribute.
func (d *Dir) canRename() error {
	var st unix.Statx_t
	err := unix.Statx(d.fd(), "", unix.AT_EMPTY_PATH, 0, &st)
	if err == nil && st.Attributes&unix.STATX_ATTR_APPEND != 0 {
		return d.pathError("replace in", "", ErrAppendOnly)
	}
	return nil
}

// sync makes the names in d durable. f is the file that was named last.
func (d *Dir) sync(f *os.File) error {
	dir, err := d.open()
	if err == nil {
		err = dir.Sync()
		dir.Close()
	}
	if isOneOf(err, dirSyncElsewhere) {
		return f.Sync()
	}
	return err
}

// open opens d for reading, which O_PATH is not.
func (d *Dir) open() (*os.File, error) {
	fd, err := retry(func() (int, error) {
		return unix.Openat(d.fd(), ".", unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	})
	if err != nil {
		return nil, d.pathError("open", "", err)
	}
	return os.NewFile(uintptr(fd), d.path), nil
}

func (d *Dir) anonymous(mode fs.FileMode) (fresh, error) {
	f, effective, err := anon.Create(d.file, mode, false)
	return fresh{File: f, mode: effective}, elsewhere(err, []error{errors.ErrUnsupported})
}

// retry repeats a system call that a signal interrupted.
func retry(call func() (int, error)) (int, error) {
	for {
		if n, err := call(); err != unix.EINTR {
			return n, err
		}
	}
}
