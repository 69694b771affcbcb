package tempfile

import (
	"io/fs"
	"math"
	"os"

	"golang.org/x/sys/windows"
)

// Lock tries to lock f against Sweep (LockFileEx) and reports whether it did. It
// never waits. The lock lasts until Unlock, until f is closed, or until the
// process ends.
func Lock(f *os.File) (locked bool, err error) {
	const flags = windows.LOCKFILE_EXCLUSIVE_LOCK | windows.LOCKFILE_FAIL_IMMEDIATELY
	switch err := windows.LockFileEx(windows.Handle(f.Fd()), flags, 0, 1, 0, behind()); err {
	case nil:
		return true, nil
	case windows.ERROR_LOCK_VIOLATION, windows.ERROR_IO_PENDING:
		return false, nil
	default:
		return false, &fs.PathError{Op: "lock", Path: f.Name(), Err: err}
	}
}

// Unlock releases the lock of f.
func Unlock(f *os.File) { windows.UnlockFileEx(windows.Handle(f.Fd()), 0, 1, 0, behind()) }

// behind is a range behind the end of every file: a lock on Windows keeps others
// from reading the range.
func behind() *windows.Overlapped {
	return &windows.Overlapped{Offset: math.MaxUint32, OffsetHigh: math.MaxInt32}
}

// ours returns true: Windows does not say who owns a file as cheaply, and a file
// that another program holds cannot be removed.
func ours(fs.FileInfo) bool { return true }
