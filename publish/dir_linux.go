package publish

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strconv"

	"github.com/largebox/largebox/internal/eintr"
	"golang.org/x/sys/unix"
)

// A Dir is an open directory. Every step of a publication works in that same
// directory, even if its path changes. Close it after use.
type Dir struct {
	path string
	file *os.File // O_PATH: a directory may be writable and not readable
}

// OpenDir opens the directory at path; symbolic links in path are followed.
func OpenDir(path string) (*Dir, error) {
	fd, err := eintr.RetryValue(func() (int, error) {
		return unix.Open(path, unix.O_PATH|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	})
	if err != nil {
		return nil, &fs.PathError{Op: "open", Path: path, Err: err}
	}
	return &Dir{path, os.NewFile(uintptr(fd), path)}, nil
}

// Close releases d.
func (d *Dir) Close() error { return d.file.Close() }

// File returns the directory's descriptor, which serves the *at system calls
// (O_PATH). It belongs to d.
func (d *Dir) File() *os.File { return d.file }

func (d *Dir) fd() int { return int(d.file.Fd()) }

// Root returns the same directory as an os.Root, which the caller closes. It
// needs permission to read the directory.
func (d *Dir) Root() (*os.Root, error) {
	root, err := os.OpenRoot(d.path)
	if err != nil {
		return nil, err
	}
	a, err := eintr.RetryValue(func() (fs.FileInfo, error) { return root.Stat(".") })
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

// An identity tells one file from another.
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
	if err := eintr.Retry(func() error { return unix.Fstat(int(f.Fd()), &st) }); err != nil {
		return false, &fs.PathError{Op: "stat", Path: f.Name(), Err: err}
	}
	return id == newIdentity(&st), nil
}

func (id identity) same(other identity) bool { return id == other }

func (d *Dir) lstat(name string) (identity, error) {
	var st unix.Stat_t
	err := eintr.Retry(func() error { return unix.Fstatat(d.fd(), name, &st, unix.AT_SYMLINK_NOFOLLOW) })
	if err != nil {
		return identity{}, d.pathError("stat", name, err)
	}
	return newIdentity(&st), nil
}

func (d *Dir) canLink() error { return nil }

// linkFile gives the inode of f a name. AT_EMPTY_PATH works for a file that this
// process opened (Linux 6.10; before that, for CAP_DAC_READ_SEARCH alone). The
// form through /proc works for everybody, where there is a /proc.
func (d *Dir) linkFile(f *os.File, name string) error {
	fd := int(f.Fd())
	err := d.linkat(f, fd, "", name, unix.AT_EMPTY_PATH)
	if err == unix.ENOENT || err == unix.EINVAL || err == unix.EPERM || err == unix.EACCES {
		err = d.linkat(f, unix.AT_FDCWD, "/proc/self/fd/"+strconv.Itoa(fd), name, unix.AT_SYMLINK_FOLLOW)
	}
	if err != nil {
		return unavailable(d.pathError("link", name, err), linkUnavailable)
	}
	return nil
}

// linkat gives f, which is from in the directory at, the name to.
func (d *Dir) linkat(f *os.File, at int, from, to string, flags int) error {
	return d.naming(f, to, func() error { return unix.Linkat(at, from, d.fd(), to, flags) })
}

// naming calls give, which gives f a name, until no signal interrupts it.
func (d *Dir) naming(f *os.File, name string, give func() error) error {
	return eintr.RetryUnlessDone(give, func() bool {
		is, err := d.isNameOf(name, f)
		return err == nil && is
	})
}

// replace renames f in one step, and replaces.
func (d *Dir) replace(f *os.File, from, to string) error {
	err := d.naming(f, to, func() error { return unix.Renameat(d.fd(), from, d.fd(), to) })
	if err != nil {
		return d.pathError("rename", to, err)
	}
	return nil
}

// renameNew renames f in one step, and never replaces. keep is for linkAndRemove.
func (d *Dir) renameNew(f *os.File, from, to string, keep bool) error {
	err := d.naming(f, to, func() error { return unix.Renameat2(d.fd(), from, d.fd(), to, unix.RENAME_NOREPLACE) })
	if isOneOf(err, noReplaceUnavailable) {
		return d.linkAndRemove(f, from, to, keep)
	} else if err != nil {
		return d.pathError("rename", to, err)
	}
	return nil
}

// linkName gives f, which is named from, another name.
func (d *Dir) linkName(f *os.File, from, to string) error {
	err := d.linkat(f, d.fd(), from, to, 0)
	if isOneOf(err, noLinks) {
		err = fmt.Errorf("%w (%w)", ErrOnlyReplace, err)
	}
	if err != nil {
		return d.pathError("link", to, err)
	}
	return nil
}

func (d *Dir) remove(name string) error {
	err := eintr.RetryUnlessDone(func() error { return unix.Unlinkat(d.fd(), name, 0) }, func() bool { return true })
	if err != nil {
		return d.pathError("remove", name, err)
	}
	return nil
}

// canRename refuses an append-only directory before a temporary name is stuck
// in it. A file system without statx(2) has no such attribute.
func (d *Dir) canRename() error {
	var st unix.Statx_t
	err := eintr.Retry(func() error { return unix.Statx(d.fd(), "", unix.AT_EMPTY_PATH, 0, &st) })
	if err == nil && st.Attributes&unix.STATX_ATTR_APPEND != 0 {
		return d.pathError("replace in", "", ErrAppendOnly)
	}
	return nil
}

// sync makes the names in d durable. f is the file that got its name last.
func (d *Dir) sync(f *os.File) error {
	dir, err := d.open()
	if err == nil {
		err = dir.Sync()
		dir.Close()
	}
	if isOneOf(err, dirSyncUnavailable) {
		return f.Sync()
	}
	return err
}

// open opens d for reading, which O_PATH is not.
func (d *Dir) open() (*os.File, error) {
	fd, err := eintr.RetryValue(func() (int, error) {
		return unix.Openat(d.fd(), ".", unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	})
	if err != nil {
		return nil, d.pathError("open", "", err)
	}
	return os.NewFile(uintptr(fd), d.path), nil
}
