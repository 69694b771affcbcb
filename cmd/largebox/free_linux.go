package main

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
	if st.Bavail > math.MaxInt64/uint64(st.Bsize) {
		return math.MaxInt64, true
	}
	return int64(st.Bavail) * int64(st.Bsize), true
}
