//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package tempfile

import (
	"io/fs"
	"os"
	"syscall"

	"github.com/largebox/largebox/internal/eintr"
	"golang.org/x/sys/unix"
)

// Lock tries to lock f against Sweep (flock(2)) and reports whether it did. It
// never waits. The lock lasts until Unlock, until f is closed, or until the
// process ends. Where a file system has no locks, the error says so; Sweep
// cannot lock the file there either, and leaves it alone.
func Lock(f *os.File) (locked bool, err error) {
	switch err := flock(f, unix.LOCK_EX|unix.LOCK_NB); err {
	case nil:
		return true, nil
	case unix.EWOULDBLOCK:
		return false, nil
	default:
		return false, &fs.PathError{Op: "lock", Path: f.Name(), Err: err}
	}
}

// Unlock releases the lock of f.
func Unlock(f *os.File) { flock(f, unix.LOCK_UN) }

func flock(f *os.File, how int) error {
	return eintr.Retry(func() error { return unix.Flock(int(f.Fd()), how) })
}

// ours reports whether a file is the calling user's and has one name.
func ours(info fs.FileInfo) bool {
	st, ok := info.Sys().(*syscall.Stat_t)
	return ok && int(st.Uid) == os.Geteuid() && st.Nlink == 1
}
