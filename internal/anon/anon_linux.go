// Package anon creates files without a name (O_TMPFILE, open(2)).
package anon

import (
	"errors"
	"io/fs"
	"os"
	"slices"

	"github.com/largebox/largebox/internal/eintr"
	"golang.org/x/sys/unix"
)

// unsupported are the errors of a file system or kernel that has no O_TMPFILE:
// EOPNOTSUPP from the file system (FUSE, vfat), EISDIR from kernels before 3.11,
// ENOSYS from a sandbox. Any other error is final.
var unsupported = []unix.Errno{unix.EOPNOTSUPP, unix.EISDIR, unix.ENOSYS}

// Create opens a file without a name in the directory dir, which may be an
// O_PATH descriptor. The file is private to its owner (0600). Create also
// returns mode, the permission that a file created with perm has under the umask
// or the directory's default ACL; the caller sets it when the content may be
// seen. Nobody can ever give a name to an exclusive file. The error is an
// errors.ErrUnsupported where dir has no such files.
func Create(dir *os.File, perm fs.FileMode, exclusive bool) (f *os.File, mode fs.FileMode, err error) {
	flags := unix.O_TMPFILE | unix.O_RDWR | unix.O_CLOEXEC
	if exclusive {
		flags |= unix.O_EXCL
	}
	fd, err := eintr.RetryValue(func() (int, error) {
		return unix.Openat(int(dir.Fd()), ".", flags, uint32(perm.Perm()))
	})
	if err != nil {
		var errno unix.Errno
		if errors.As(err, &errno) && slices.Contains(unsupported, errno) {
			err = errors.ErrUnsupported
		}
		return nil, 0, &fs.PathError{Op: "open an anonymous file in", Path: dir.Name(), Err: err}
	}
	f = os.NewFile(uintptr(fd), "anonymous file in "+dir.Name())
	info, err := f.Stat()
	if err == nil {
		err = f.Chmod(0o600)
	}
	if err != nil {
		f.Close()
		return nil, 0, err
	}
	return f, info.Mode().Perm(), nil
}
