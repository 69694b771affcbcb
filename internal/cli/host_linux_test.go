package cli

import (
	"math"
	"testing"

	"golang.org/x/sys/unix"
)

func TestAvailable(t *testing.T) {
	for _, c := range []struct {
		st   unix.Statfs_t
		want int64
		ok   bool
	}{
		{unix.Statfs_t{}, 0, false},
		{unix.Statfs_t{Bsize: 4096}, 0, false},
		{unix.Statfs_t{Blocks: 9, Bavail: 7, Bsize: 1 << 20, Frsize: 4096}, 7 * 4096, true},
		{unix.Statfs_t{Blocks: 9, Bavail: 7, Bsize: 4096}, 7 * 4096, true},
		{unix.Statfs_t{Blocks: 9, Bsize: 4096, Frsize: 4096}, 0, true},
		{unix.Statfs_t{Blocks: math.MaxUint64, Bavail: math.MaxUint64, Bsize: 4096}, math.MaxInt64, true},
	} {
		if n, ok := available(&c.st); n != c.want || ok != c.ok {
			t.Errorf("%+v: %d, %v", c.st, n, ok)
		}
	}
}
