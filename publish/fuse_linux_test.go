package publish

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/largebox/largebox/internal/testfs"
	"golang.org/x/sys/unix"
)

// TestFUSE publishes on bindfs, which has neither anonymous files nor flags of
// rename.
func TestFUSE(t *testing.T) {
	dir := testfs.Mount(t, "-t", "fuse.bindfs", testfs.Dir(t, "tmpfs"))
	var st unix.Statfs_t
	if err := unix.Statfs(dir, &st); err != nil || st.Type != unix.FUSE_SUPER_MAGIC {
		testfs.Missing(t, "bindfs: %v", err)
	}
	d := openDir(t, dir)
	for _, size := range sizes {
		data := content(size)
		for _, s := range []Strategy{Auto, Clone, Copy, Rename} {
			f, o, want := anonymous(t, testfs.Dir(t, "ext4"), data), Options{Strategy: s}, s
			switch s {
			case Auto:
				want = Copy
			case Rename:
				f, o.TempName = temporary(t, dir, data)
			}
			res, err := Publish(t.Context(), f, d, final, o)
			if s == Clone {
				wantRefusal(t, res, err, errors.ErrUnsupported)
				wantShown(t, dir)
				continue
			}
			if err != nil || res != (Result{want, true}) {
				t.Errorf("%s: %+v, %v", s, res, err)
			}
			wantShown(t, dir, final)
			wantFile(t, filepath.Join(dir, final), data, filePerm)

			res, err = Publish(t.Context(), f, d, final, Options{Strategy: Copy})
			wantRefusal(t, res, err, fs.ErrExist)
			if _, err := Publish(t.Context(), f, d, final, Options{Strategy: Copy, Replace: true}); err != nil {
				t.Error(err)
			}
			wantShown(t, dir, final)
			wantFile(t, filepath.Join(dir, final), data, filePerm)
			os.Remove(filepath.Join(dir, final))
		}
	}
}

// wantShown is wantNames without the names that libfuse gives to removed files
// that are still open.
func wantShown(t *testing.T, dir string, want ...string) {
	t.Helper()
	got := slices.DeleteFunc(listing(t, dir), func(name string) bool { return strings.HasPrefix(name, ".fuse_hidden") })
	if !slices.Equal(got, want) {
		t.Errorf("names in the directory: %q, want %q", got, want)
	}
}
