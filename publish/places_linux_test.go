package publish

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/largebox/largebox/internal/testfs"
	"golang.org/x/sys/unix"
)

// image makes a file system in a sparse file. It appends the path to args.
func image(t *testing.T, size int64, args ...string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "image")
	f := must[*os.File](t)(os.Create(path))
	try(t, errors.Join(f.Truncate(size), f.Close()))
	command(t, args[0], append(args[1:], path)...)
	return path
}

func loop(size int64, kind string, mkfs ...string) func(*testing.T) string {
	return func(t *testing.T) string {
		return testfs.Mount(t, "-t", kind, "-o", "loop", image(t, size, mkfs...))
	}
}

func overlayOn(kind string) func(*testing.T) string {
	return func(t *testing.T) string {
		below := testfs.Dir(t, kind)
		options := "userxattr" // for tmpfs, and no worse elsewhere
		for layer, dir := range map[string]string{"lowerdir": "lower", "upperdir": "upper", "workdir": "work"} {
			try(t, os.Mkdir(filepath.Join(below, dir), 0o755))
			options += "," + layer + "=" + filepath.Join(below, dir)
		}
		return testfs.Mount(t, "-t", "overlay", "-o", options, "overlay")
	}
}

// places are file systems that testfs does not have, and variants of those that
// it has. Where a place has anonymous files, they are linked, and an exclusive
// file is cloned or copied. Other places have only rename and copy.
var places = []struct {
	name      string
	anonymous bool
	reflinks  bool
	exclusive bool // a name can be given without replacing
	make      func(t *testing.T) string
}{
	{"xfs without reflinks", true, false, true, loop(512<<20, "xfs", "mkfs.xfs", "-q", "-f", "-m", "reflink=0")},
	{"ext2", true, false, true, loop(64<<20, "ext2", "mkfs.ext2", "-q", "-F")},
	{"ext4 without extents", true, false, true, loop(64<<20, "ext4", "mkfs.ext4", "-q", "-F", "-O", "^extent,^64bit")},
	{"ramfs", true, false, true, func(t *testing.T) string { return testfs.Mount(t, "-t", "ramfs", "ramfs") }},
	{"overlay on tmpfs", true, false, true, overlayOn("tmpfs")},
	{"overlay on xfs", true, true, true, overlayOn("xfs")},
	{"overlay on btrfs", true, true, true, overlayOn("btrfs")},
	{"NOCOW on btrfs", true, true, true, func(t *testing.T) string {
		dir := testfs.Dir(t, "btrfs")
		command(t, "chattr", "+C", dir)
		return dir
	}},
	{"vfat", false, false, true, func(t *testing.T) string {
		if kinds := must[[]byte](t)(os.ReadFile("/proc/filesystems")); !bytes.Contains(kinds, []byte("\tvfat\n")) {
			t.Skip("this kernel has no vfat")
		}
		return loop(64<<20, "vfat", "mkfs.vfat")(t)
	}},
	{"gocryptfs", false, false, true, gocryptfs},
	{"ntfs-3g", false, false, true, loop(64<<20, "ntfs-3g", "mkfs.ntfs", "-q", "-F")},
	{"exfat-fuse", false, false, false, loop(64<<20, "exfat-fuse", "mkfs.exfat")},
}

func gocryptfs(t *testing.T) string {
	below, at := testfs.Dir(t, "ext4"), t.TempDir()
	password := filepath.Join(t.TempDir(), "password")
	write(t, password, []byte("password"))
	command(t, "gocryptfs", "-q", "-init", "-scryptn", "10", "-passfile", password, below)
	command(t, "gocryptfs", "-q", "-passfile", password, below, at)
	t.Cleanup(func() {
		if out, err := exec.Command("umount", "-l", at).CombinedOutput(); err != nil {
			t.Errorf("%v: %s", err, out)
		}
	})
	return at
}

func TestPlaces(t *testing.T) {
	for _, place := range places {
		t.Run(place.name, func(t *testing.T) {
			dir := filepath.Join(place.make(t), "dir")
			try(t, os.Mkdir(dir, 0o755))
			for _, size := range []int{0, 1<<20 + 3} {
				data := content(size)
				if place.anonymous {
					served(t, dir, data, Link, anonymous(t, dir, data), Options{})
					own := Copy
					if place.reflinks {
						own = Clone
					}
					served(t, dir, data, own, exclusive(t, dir, data), Options{})
				}
				f, temp := temporary(t, dir, data)
				if !place.exclusive {
					onlyReplaces(t, dir, f, temp)
					f.Close()
					os.Remove(filepath.Join(dir, temp))
				} else {
					served(t, dir, data, Rename, f, Options{TempName: temp})
					served(t, dir, data, Copy, anonymous(t, testfs.Dir(t, "tmpfs"), data), Options{})
				}
				write(t, filepath.Join(dir, final), oldData)
				f, temp = temporary(t, dir, data)
				served(t, dir, data, Rename, f, Options{TempName: temp, Replace: true})
				write(t, filepath.Join(dir, final), oldData)
				served(t, dir, data, Copy, anonymous(t, testfs.Dir(t, "tmpfs"), data), Options{Replace: true})
			}
		})
	}
}

// served publishes f under the final name, checks the file, and removes it.
func served(t *testing.T, dir string, data []byte, want Strategy, f *os.File, o Options) {
	t.Helper()
	res, err := publishTo(t, dir, final, f, o)
	if err != nil || res != (Result{Strategy: want, Durable: true}) {
		t.Errorf("%+v, %v; want %s", res, err, want)
	}
	wantShown(t, dir, final)
	path := filepath.Join(dir, final)
	if got, err := os.ReadFile(path); err != nil || !bytes.Equal(got, data) { // FAT has no permissions to compare
		t.Errorf("%d bytes, which are not the %d wanted; %v", len(got), len(data), err)
	}
	if res, err := publishTo(t, dir, final, f, Options{Strategy: Copy}); !errors.Is(err, fs.ErrExist) {
		t.Errorf("a second time: %+v, %v", res, err)
	}
	f.Close()
	try(t, os.Remove(path))
}

func onlyReplaces(t *testing.T, dir string, f *os.File, temp string) {
	t.Helper()
	before := visible(t, dir)
	for _, o := range []Options{{TempName: temp}, {Strategy: Copy}} {
		res, err := publishTo(t, dir, final, f, o)
		wantRefusal(t, res, err, ErrOnlyReplace)
		wantShown(t, dir, before...)
	}
}

func visible(t *testing.T, dir string) []string {
	t.Helper()
	return slices.DeleteFunc(listing(t, dir), func(name string) bool { return strings.HasPrefix(name, ".fuse_hidden") })
}

// TestNOCOW checks that a file with copy-on-write cannot share its blocks with a
// file without (EINVAL), on the same file system.
func TestNOCOW(t *testing.T) {
	plain, nocow := testfs.Dir(t, "btrfs"), testfs.Dir(t, "btrfs")
	command(t, "chattr", "+C", nocow)
	for _, dirs := range [][2]string{{plain, nocow}, {nocow, plain}} {
		f := exclusive(t, dirs[0], newData)
		res, err := publishTo(t, dirs[1], final, f, Options{Strategy: Clone})
		wantRefusal(t, res, err, unix.EINVAL)
		wantNames(t, dirs[1])
		if res, err := publishTo(t, dirs[1], final, f, Options{}); err != nil || res.Strategy != Copy {
			t.Errorf("%+v, %v", res, err)
		}
		wantNames(t, dirs[1], final)
		wantFile(t, filepath.Join(dirs[1], final), newData, filePerm)
		os.Remove(filepath.Join(dirs[1], final))
	}
}

// TestOutOfProject publishes from one project of xfs into another. The source of
// TestBoundaries is in none.
func TestOutOfProject(t *testing.T) {
	from, to := testfs.Dir(t, "xfs"), testfs.Dir(t, "xfs")
	command(t, "chattr", "-p", "7", "+P", from)
	command(t, "chattr", "-p", "8", "+P", to)
	if res, err := publishTo(t, to, final, anonymous(t, from, newData), Options{}); err != nil || res.Strategy != Clone {
		t.Errorf("%+v, %v", res, err)
	}
	wantNames(t, to, final)
	wantFile(t, filepath.Join(to, final), newData, filePerm)
}
