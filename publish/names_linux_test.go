package publish

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/largebox/largebox/internal/testfs"
	"golang.org/x/sys/unix"
)

func TestUnusableNames(t *testing.T) {
	long := strings.Repeat("n", 256)
	for name, want := range map[string]error{
		"": fs.ErrInvalid, ".": fs.ErrInvalid, "..": fs.ErrInvalid, "a/b": fs.ErrInvalid, "/a": fs.ErrInvalid,
		"a/": fs.ErrInvalid, "../a": fs.ErrInvalid, "./a": fs.ErrInvalid,
		"a\x00b": unix.EINVAL, long: unix.ENAMETOOLONG,
	} {
		eachStrategy(t, func(t *testing.T, dir string, s Strategy) {
			try(t, os.Mkdir(filepath.Join(dir, "a"), 0o755))
			f := anonymous(t, dir, nil)
			for _, replace := range []bool{false, true} {
				res, err := publishTo(t, dir, name, f, Options{Strategy: s, Replace: replace})
				wantRefusal(t, res, err, want)
				if want == fs.ErrInvalid && name != "" {
					res, err = publishTo(t, dir, final, f, Options{Strategy: s, Replace: replace, TempName: name})
					wantRefusal(t, res, err, want)
				}
			}
			wantNames(t, dir, "a")
			wantNames(t, filepath.Join(dir, "a"))
		})
	}
}

// TestUsableNames publishes under the longest names, which leave no room for a
// suffix, and under odd ones.
func TestUsableNames(t *testing.T) {
	eachStrategy(t, func(t *testing.T, dir string, s Strategy) {
		for _, name := range []string{strings.Repeat("n", 255), strings.Repeat("\xc3\xa9", 127), " ", "-", "...", "a\nb", "a\\b", "\xff", "C:"} {
			f := anonymous(t, dir, newData)
			for _, o := range []Options{{Strategy: s, NoSync: true}, {Strategy: s, Replace: true, NoSync: true}} {
				if _, err := publishTo(t, dir, name, f, o); err != nil {
					t.Errorf("%q: %v", name, err)
				}
			}
			wantNames(t, dir, name)
			wantFile(t, filepath.Join(dir, name), newData, filePerm)
			os.Remove(filepath.Join(dir, name))
		}
	})
}

func TestUnknownStrategy(t *testing.T) {
	dir := testfs.Dir(t, "tmpfs")
	if _, err := publishTo(t, dir, final, anonymous(t, dir, nil), Options{Strategy: "teleport"}); !errors.Is(err, fs.ErrInvalid) {
		t.Errorf("error is %v", err)
	}
	wantNames(t, dir)
}

func TestOpenDir(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "file"), nil)
	for path, want := range map[string]error{"missing": unix.ENOENT, "file": unix.ENOTDIR, "": unix.ENOENT} {
		if path != "" {
			path = filepath.Join(dir, path)
		}
		if _, err := OpenDir(path); !errors.Is(err, want) {
			t.Errorf("OpenDir(%q): %v, want %v", path, err, want)
		}
	}
	try(t, os.Symlink(".", filepath.Join(dir, "link")))
	d := openDir(t, filepath.Join(dir, "link"))
	f := named(t, dir, "other", newData)
	if _, err := Publish(context.Background(), f, d, final, Options{}); err != nil {
		t.Error(err)
	}
	wantFile(t, filepath.Join(dir, final), newData, filePerm)
	if d.Path() != filepath.Join(dir, "link") {
		t.Errorf("Path is %q", d.Path())
	}
}

// TestRoot checks that Root opens the same directory, and no other.
func TestRoot(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "dir")
	try(t, os.Mkdir(dir, 0o755))
	d := openDir(t, dir)
	root := must[*os.Root](t)(d.Root())
	defer root.Close()
	write(t, filepath.Join(dir, "file"), nil)
	if _, err := root.Lstat("file"); err != nil {
		t.Error(err)
	}
	try(t, os.Rename(dir, dir+"-away"))
	try(t, os.Mkdir(dir, 0o755))
	if root, err := d.Root(); err == nil {
		root.Close()
		t.Error("a directory with the same path is taken for the one that was opened")
	}
}

// TestNotAFile publishes a pipe, a device and a directory, which have no content
// to publish.
func TestNotAFile(t *testing.T) {
	r, w, err := os.Pipe()
	try(t, err)
	defer r.Close()
	defer w.Close()
	device := must[*os.File](t)(os.Open("/dev/null"))
	defer device.Close()
	eachStrategy(t, func(t *testing.T, dir string, s Strategy) {
		directory := must[*os.File](t)(os.Open(dir))
		defer directory.Close()
		for _, f := range []*os.File{r, device, directory} {
			if res, err := publishTo(t, dir, final, f, Options{Strategy: s}); !errors.Is(err, fs.ErrInvalid) {
				t.Errorf("%s: %+v, %v", f.Name(), res, err)
			}
			wantNames(t, dir)
		}
	})
}
