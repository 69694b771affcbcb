package tempfile

import (
	"io/fs"
	"math"
	"os"

	"golang.org/x/sys/windows"
)

// Lock marks f as held until it is closed, or its process ends (LockFileEx). The
// range is behind every file: a lock of this host keeps others from reading.
func Lock(f *os.File) { lock(f, windows.LOCKFILE_EXCLUSIVE_LOCK) }

// tryLock takes the lock, unless another holds it.
func tryLock(f *os.File) (held bool, err error) {
	switch err := lock(f, windows.LOCKFILE_EXCLUSIVE_LOCK|windows.LOCKFILE_FAIL_IMMEDIATELY); err {
	case nil:
		return false, nil
	case windows.ERROR_LOCK_VIOLATION, windows.ERROR_IO_PENDING:
		return true, nil
	default:
		return false, &fs.PathError{Op: "lock", Path: f.Name(), Err: err}
	}
}

func lock(f *os.File, flags uint32) error {
	behind := &windows.Overlapped{Offset: math.MaxUint32, OffsetHigh: math.MaxInt32}
	return windows.LockFileEx(windows.Handle(f.Fd()), flags, 0, 1, 0, behind)
}

// ours cannot be told here, where a file that others hold cannot be removed.
func ours(fs.FileInfo) bool { return true }
