// Package anon creates files without a name (O_TMPFILE, open(2)).
package anon

import (
	"errors"
	"io/fs"
	"os"
	"slices"

	"golang.org/x/sys/unix"
)

// unsupported are the errors of a file system or kernel that has no O_TMPFILE:
// EOPNOTSUPP from the file system (FUSE, vfat), EISDIR from kernels before 3.11,
// ENOSYS from a sandbox. Any other error is final.
var unsupported = []unix.Errno{unix.EOPNOTSUPP, unix.EISDIR, unix.ENOSYS}

// Create opens a file without a name in the directory dir, which may be an
// O_PATH descriptor. The file is private to its owner (0600) until it is given
// mode, which is what perm came to under the umask or the directory's default
// ACL. An exclusive file can never be given a name, by nobody. The error is an
// errors.ErrUnsupported where dir cannot have such files.
func Create(dir *os.File, perm fs.FileMode, exclusive bool) (f *os.File, mode fs.FileMode, err error) {
	flags := unix.O_TMPFILE | unix.O_RDWR | unix.O_CLOEXEC
	if exclusive {
		flags |= unix.O_EXCL
	}
	var fd int
	for {
		fd, err = unix.Openat(int(dir.Fd()), ".", flags, uint32(perm.Perm()))
		if err != unix.EINTR {
			break
		}
	}
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
