package cli

import (
	"fmt"
	"math"

	"golang.org/x/sys/unix"
)

// hideMemory makes the process non-dumpable: no core file contains a key, and
// other processes of the same user cannot reach its memory, or its anonymous
// files, through ptrace(2) or /proc. An error leaves the process as every other
// program is.
func hideMemory() { unix.Prctl(unix.PR_SET_DUMPABLE, 0, 0, 0, 0) }

// neededFiles is the number of descriptors that one file takes at most, with
// those of Go's runtime.
const neededFiles = 12

// enoughFiles returns an error if the process may open too few files. It is
// called first, because Go's runtime ends the process in its own way when it
// lacks the few that it needs itself.
func enoughFiles() error {
	for range neededFiles {
		fd, err := unix.Open("/", unix.O_RDONLY|unix.O_CLOEXEC, 0)
		if err == unix.EMFILE || err == unix.ENFILE {
			return fmt.Errorf("%d file descriptors are needed: %w", neededFiles, err)
		} else if err == nil {
			defer unix.Close(fd)
		}
	}
	return nil
}

// isTmpfs reports whether the files of dir are kept in memory.
func isTmpfs(dir string) bool {
	var st unix.Statfs_t
	return unix.Statfs(dir, &st) == nil && uint32(st.Type) == unix.TMPFS_MAGIC
}

// freeSpace returns how many bytes this user may still write in dir.
func freeSpace(dir string) (n int64, ok bool) {
	var st unix.Statfs_t
	if err := unix.Statfs(dir, &st); err != nil {
		return 0, false
	}
	return available(&st)
}

// available returns the free bytes that st reports. It returns false for file
// systems in user space that report nothing. Blocks are counted in f_frsize
// (statvfs(3)).
func available(st *unix.Statfs_t) (n int64, ok bool) {
	unit := uint64(max(st.Frsize, 0))
	if unit == 0 {
		unit = uint64(max(st.Bsize, 0))
	}
	if unit == 0 || st.Blocks == 0 {
		return 0, false
	}
	if st.Bavail > math.MaxInt64/unit {
		return math.MaxInt64, true
	}
	return int64(st.Bavail * unit), true
}
