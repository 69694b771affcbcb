package publish

import (
	"path/filepath"
	"testing"

	"github.com/largebox/largebox/internal/testfs"
	"golang.org/x/sys/unix"
)

// TestFullDisk checks that a copy that does not fit gives all its blocks back.
func TestFullDisk(t *testing.T) {
	dir := testfs.Mount(t, "-t", "tmpfs", "-o", "size=4m", "tmpfs")
	write(t, filepath.Join(dir, "old"), oldData)
	f := anonymous(t, testfs.Dir(t, "tmpfs"), content(5<<20))
	empty := free(t, dir)
	for _, s := range []Strategy{Auto, Copy} {
		for _, faults := range [][]fault{nil, {noSendfile.with(unix.EINVAL)}, noLinkOfFile, {noTmpfile.with(unix.EOPNOTSUPP)}} {
			withFaults(t, faults, func() {
				res, err := publishTo(t, dir, final, f, Options{Strategy: s})
				wantRefusal(t, res, err, ErrNoSpace)
				res, err = publishTo(t, dir, "old", f, Options{Strategy: s, Replace: true})
				wantRefusal(t, res, err, unix.ENOSPC)
			})
			wantNames(t, dir, "old")
			wantFile(t, filepath.Join(dir, "old"), oldData, filePerm)
			if got := free(t, dir); got != empty {
				t.Errorf("%d blocks are free, of %d", got, empty)
			}
		}
	}
}

func free(t *testing.T, dir string) uint64 {
	t.Helper()
	var st unix.Statfs_t
	try(t, unix.Statfs(dir, &st))
	return st.Bfree
}
