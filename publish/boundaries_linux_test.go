package publish

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/largebox/largebox/internal/testfs"
	"golang.org/x/sys/unix"
)

// boundaries are pairs of directories with no links from one to the other. auto
// is the strategy that Auto uses.
var boundaries = []struct {
	name string
	auto Strategy
	dirs func(t *testing.T) (from, to string)
}{
	{"ext4 to tmpfs", Copy, apart("ext4", "tmpfs")},
	{"tmpfs to ext4", Copy, apart("tmpfs", "ext4")},
	{"tmpfs to btrfs", Copy, apart("tmpfs", "btrfs")},
	{"xfs to btrfs", Copy, apart("xfs", "btrfs")},
	{"ext4 to overlay above it", Copy, apart("ext4", "overlay")},
	{"tmpfs to another tmpfs", Copy, func(t *testing.T) (from, to string) {
		return testfs.Dir(t, "tmpfs"), testfs.Mount(t, "-t", "tmpfs", "tmpfs")
	}},
	{"bind mount of tmpfs", Copy, bound("tmpfs")},
	{"bind mount of ext4", Copy, bound("ext4")},
	{"bind mount of overlay", Copy, bound("overlay")},
	{"bind mount of xfs", Clone, bound("xfs")},
	{"bind mount of btrfs", Clone, bound("btrfs")},
	{"into btrfs subvolume", Clone, func(t *testing.T) (from, to string) {
		dir := testfs.Dir(t, "btrfs")
		return dir, testfs.Subvolume(t, dir)
	}},
	{"out of btrfs subvolume", Clone, func(t *testing.T) (from, to string) {
		dir := testfs.Dir(t, "btrfs")
		return testfs.Subvolume(t, dir), testfs.Dir(t, "btrfs")
	}},
	{"into xfs project", Clone, func(t *testing.T) (from, to string) {
		to = testfs.Dir(t, "xfs")
		command(t, "chattr", "-p", "42", "+P", to)
		return testfs.Dir(t, "xfs"), to
	}},
}

func apart(from, to string) func(*testing.T) (string, string) {
	return func(t *testing.T) (string, string) { return testfs.Dir(t, from), testfs.Dir(t, to) }
}

func bound(kind string) func(*testing.T) (string, string) {
	return func(t *testing.T) (string, string) {
		dir := testfs.Dir(t, kind)
		return dir, testfs.Bind(t, dir)
	}
}

func TestBoundaries(t *testing.T) {
	data := content(1<<20 + 1)
	for _, b := range boundaries {
		t.Run(b.name, func(t *testing.T) {
			from, to := b.dirs(t)
			f := anonymous(t, from, data)
			before := listing(t, to)

			for _, s := range []Strategy{Link, Rename} {
				res, err := publishTo(t, to, final, f, Options{Strategy: s})
				wantRefusal(t, res, err, unix.EXDEV)
				wantNames(t, to, before...)
			}
			res, err := publishTo(t, to, "cloned", f, Options{Strategy: Clone})
			if b.auto == Clone {
				if err != nil || res.Strategy != Clone {
					t.Errorf("clone: %+v, %v", res, err)
				}
				wantFile(t, filepath.Join(to, "cloned"), data, filePerm)
				os.Remove(filepath.Join(to, "cloned"))
			} else if !isOneOf(err, []error{unix.EXDEV, unix.EOPNOTSUPP}) {
				t.Errorf("clone: error is %v", err)
			}
			wantNames(t, to, before...)

			res, err = publishTo(t, to, final, f, Options{})
			if want := (Result{Strategy: b.auto, Durable: true}); err != nil || res != want {
				t.Errorf("auto: %+v, %v; want %+v", res, err, want)
			}
			wantNames(t, to, append(before, final)...)
			wantFile(t, filepath.Join(to, final), data, filePerm)
		})
	}
}

// TestMemfd publishes a file in memory that is on no visible mount.
func TestMemfd(t *testing.T) {
	dir := testfs.Dir(t, "tmpfs")
	fd := must[int](t)(unix.MemfdCreate("source", unix.MFD_CLOEXEC))
	f := fill(t, os.NewFile(uintptr(fd), "memfd"), content(5000))
	if res, err := publishTo(t, dir, final, f, Options{}); err != nil || res.Strategy != Copy {
		t.Errorf("%+v, %v", res, err)
	}
	wantNames(t, dir, final)
	wantFile(t, filepath.Join(dir, final), content(5000), filePerm)
}

// TestDirectoryMovedAway publishes into the directory that was opened, not into
// the one that has the path now.
func TestDirectoryMovedAway(t *testing.T) {
	eachStrategy(t, func(t *testing.T, dir string, s Strategy) {
		at, away := filepath.Join(dir, "at"), filepath.Join(dir, "away")
		if err := os.Mkdir(at, 0o755); err != nil {
			t.Fatal(err)
		}
		d, f := openDir(t, at), anonymous(t, at, content(10))
		if err := os.Rename(at, away); err != nil {
			t.Fatal(err)
		}
		if err := os.Mkdir(at, 0o755); err != nil {
			t.Fatal(err)
		}
		if _, err := Publish(t.Context(), f, d, final, Options{Strategy: s}); err != nil {
			t.Error(err)
		}
		wantNames(t, at)
		wantNames(t, away, final)
		wantFile(t, filepath.Join(away, final), content(10), filePerm)
	})
}
