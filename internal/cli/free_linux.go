package cli

import (
	"math"

	"golang.org/x/sys/unix"
)

// freeSpace is how much there is for us in dir, in bytes.
func freeSpace(dir string) (n int64, ok bool) {
	var st unix.Statfs_t
	if err := unix.Statfs(dir, &st); err != nil {
		return 0, false
	}
	return available(&st)
}

// available is what st says, unless that is nothing at all, as of some file
// systems in user space. Blocks are counted in f_frsize (statvfs(3)).
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
