package largebox

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/largebox/largebox/internal/testfs"
	"github.com/largebox/largebox/publish"
	"golang.org/x/sys/unix"
)

// A fullDisk is a file system without room for a file of fullSize, and the errno that
// it returns.
type fullDisk struct {
	name  string
	make  func(t *testing.T) string
	errno syscall.Errno
}

const fullSize = 4<<20 + 1

var fullDisks = []fullDisk{
	// These refuse fallocate(2).
	{"ext4", func(t *testing.T) string { return imageOf(t, "ext4", 8<<20, 3<<20) }, unix.ENOSPC},
	{"xfs", func(t *testing.T) string { return imageOf(t, "xfs", 320<<20, 3<<20) }, unix.ENOSPC},
	// These refuse a write in the middle of the file, or a new file.
	{"tmpfs", func(t *testing.T) string { return testfs.Mount(t, "-t", "tmpfs", "-o", "size=3m", "tmpfs") }, unix.ENOSPC},
	{"ext2", func(t *testing.T) string { return imageOf(t, "ext2", 8<<20, 3<<20) }, unix.ENOSPC},
	{"inodes of tmpfs", func(t *testing.T) string {
		return testfs.Mount(t, "-t", "tmpfs", "-o", "nr_inodes=1", "tmpfs")
	}, unix.ENOSPC},
	{"inodes of ext4", withoutInodes, unix.ENOSPC},
	{"quota of btrfs", withQuota, unix.EDQUOT},
}

// imageOf mounts a new file system that has left bytes free.
func imageOf(t *testing.T, kind string, size, left int64, options ...string) string {
	t.Helper()
	at := testfs.Mount(t, "-o", "loop", imageWith(t, kind, size, options...))
	os.RemoveAll(filepath.Join(at, "lost+found"))
	var st unix.Statfs_t
	if err := unix.Statfs(at, &st); err != nil {
		t.Fatal(err)
	}
	// A file without a name takes the rest.
	occupy(t, at, int64(st.Bfree)*int64(st.Bsize)-left)
	return at
}

func imageWith(t *testing.T, kind string, size int64, options ...string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "image")
	err := errors.Join(os.WriteFile(path, nil, 0o600), os.Truncate(path, size))
	if err != nil {
		t.Fatal(err)
	}
	args := append(options, "-q", path)
	if strings.HasPrefix(kind, "ext") {
		args = append([]string{"-F", "-m", "0"}, args...)
	}
	if out, err := exec.Command("mkfs."+kind, args...).CombinedOutput(); err != nil {
		testfs.Missing(t, "mkfs.%s: %v: %s", kind, err, out)
	}
	return path
}

// occupy takes n bytes of dir's disk until the test ends, with a file that has no name.
func occupy(t *testing.T, dir string, n int64) *os.File {
	t.Helper()
	f, err := os.CreateTemp(dir, "occupied")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	os.Remove(f.Name())
	block := make([]byte, 64<<10)
	for at := int64(0); at < n; at += int64(len(block)) {
		if _, err := f.WriteAt(block[:min(n-at, int64(len(block)))], at); errors.Is(err, unix.ENOSPC) {
			break // the file system itself needs the rest
		} else if err != nil {
			t.Fatal(err)
		}
	}
	if err := f.Sync(); err != nil && !errors.Is(err, unix.ENOSPC) {
		t.Fatal(err)
	}
	return f
}

// leave fills dir's disk until exactly that many blocks are free.
func leave(t *testing.T, dir string, blocks uint64) {
	t.Helper()
	for {
		left, _ := freeOf(t, dir)
		if left == blocks {
			return
		} else if left < blocks {
			t.Fatalf("%d blocks are left, not %d", left, blocks)
		}
		occupy(t, dir, int64(left-blocks+1)/2*1024)
	}
}

// withoutInodes mounts a file system that has space, but no free inode.
func withoutInodes(t *testing.T) string {
	at := testfs.Mount(t, "-o", "loop", imageWith(t, "ext4", 16<<20, "-N", "16"))
	os.RemoveAll(filepath.Join(at, "lost+found"))
	for {
		f, err := os.CreateTemp(at, "occupied")
		if errors.Is(err, unix.ENOSPC) {
			return at
		} else if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { f.Close() })
		os.Remove(f.Name())
	}
}

// withQuota makes a subvolume that may grow to 2 MiB.
func withQuota(t *testing.T) string {
	at := testfs.Mount(t, "-o", "loop", imageWith(t, "btrfs", 128<<20))
	sub := testfs.Subvolume(t, at)
	for _, args := range [][]string{{"quota", "enable", at}, {"qgroup", "limit", "2M", sub}} {
		if out, err := exec.Command("btrfs", args...).CombinedOutput(); err != nil {
			testfs.Missing(t, "btrfs %s: %v: %s", args, err, out)
		}
	}
	return sub
}

func freeOf(t *testing.T, dir string) (blocks, inodes uint64) {
	t.Helper()
	f, err := os.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var st unix.Statfs_t
	// Deleted blocks become free when the deletion is written.
	if err := errors.Join(unix.Syncfs(int(f.Fd())), unix.Fstatfs(int(f.Fd()), &st)); err != nil {
		t.Fatal(err)
	}
	return st.Bavail, st.Ffree // ext4 keeps some blocks for itself
}

// wantFree checks that no less is free than before. xfs has a reserve, so it may be more.
func wantFree(t *testing.T, dir string, blocks, inodes uint64) {
	t.Helper()
	if b, i := freeOf(t, dir); b < blocks || i < inodes {
		t.Errorf("%d blocks and %d inodes are free, before %d and %d", b, i, blocks, inodes)
	}
}

// TestFullDisk seals and opens onto full disks: to a file, with and without Replace, to a
// stream that is assembled there, and by a copy. Each returns the typed error, leaves no
// name, and gives all space back.
func TestFullDisk(t *testing.T) {
	work := actions(fullSize)[:2]
	elsewhere := t.TempDir()
	for _, a := range work {
		write(t, filepath.Join(elsewhere, a.name), a.content)
	}
	key := SecretKey(testSecret)
	for _, disk := range fullDisks {
		t.Run(disk.name, func(t *testing.T) {
			dir := disk.make(t)
			dst := filepath.Join(dir, "out")
			blocks, inodes := freeOf(t, dir)
			check := func(what string, err error) {
				t.Helper()
				var path *Error
				if !errors.Is(err, ErrNoSpace) || !errors.Is(err, disk.errno) || !errors.As(err, &path) {
					t.Errorf("%s: %v", what, err)
				}
				wantNames(t, dir)
				if disk.name != "quota of btrfs" { // btrfs counts free blocks later
					wantFree(t, dir, blocks, inodes)
				}
			}
			for _, workspace := range []Workspace{Mmap, Fallback} {
				for _, a := range work {
					what := fmt.Sprint(a.name, ", ", workspace)
					src := Path(filepath.Join(elsewhere, a.name))
					check(what, a.do(dst, string(src), Options{Workspace: workspace}))
					check(what+", replacing", a.do(dst, string(src), Options{Workspace: workspace, Replace: true}))
					o := Options{Workspace: workspace, TempDir: dir}
					if a.name == "seal" {
						_, err := SealStream(ctx, Writer(io.Discard), src, key, streaming(o))
						check(what+", to a stream", err)
					} else {
						_, err := OpenStream(ctx, Writer(io.Discard), src, key, streaming(o))
						check(what+", to a stream", err)
					}
				}
				// Assembled where there is room, and copied onto the full disk.
				for _, strategy := range []publish.Strategy{publish.Auto, publish.Copy} {
					o := Options{Workspace: workspace, TempDir: elsewhere, Strategy: strategy}
					check(fmt.Sprint("copied, ", workspace), work[1].do(dst, filepath.Join(elsewhere, "open"), o))
				}
			}
			wantNames(t, elsewhere, "seal", "open")
		})
	}
}

// TestFullAtLink has room for the file, but not for its name: the directory needs
// another block, and the file has taken the last one.
func TestFullAtLink(t *testing.T) {
	const size = 600 << 10 // more than a block, so that it is reserved
	at := testfs.Mount(t, "-o", "loop", imageWith(t, "ext4", 8<<20, "-b", "1024", "-O", "^has_journal,^dir_index"))
	dir := filepath.Join(at, "dir")
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	room := occupy(t, at, size+40) // in one piece
	var names []string
	add := func() (size int64) { // adds a name, and returns the directory's size
		name := fmt.Sprintf("%0255d", len(names))
		if f, err := os.OpenFile(filepath.Join(dir, name), os.O_CREATE|os.O_EXCL, 0o600); err != nil {
			t.Fatal(err)
		} else {
			f.Close()
		}
		names = append(names, name)
		info, err := os.Stat(dir)
		if err != nil {
			t.Fatal(err)
		}
		return info.Size()
	}
	for first := add(); add() == first; {
	}
	add() // three names of this length fill a block
	add()
	a := actions(size)[0]
	src := write(t, filepath.Join(t.TempDir(), "source"), a.content)
	leave(t, at, 0)
	room.Close()
	free, inodes := freeOf(t, at)
	for _, o := range []Options{{Workspace: Mmap}, {Workspace: Mmap, Strategy: publish.Rename}, {Workspace: Mmap, Replace: true, Strategy: publish.Rename}} {
		err := a.do(filepath.Join(dir, strings.Repeat("n", 255)), src, o)
		if !errors.Is(err, ErrNoSpace) || !strings.Contains(err.Error(), "link "+dir) && !strings.Contains(err.Error(), "rename "+dir) {
			t.Errorf("%+v: %v", o, err)
		}
		wantNames(t, dir, names...)
		wantFree(t, at, free, inodes)
	}
	// With room for the name, it succeeds.
	os.Remove(filepath.Join(dir, names[1]))
	if err := a.do(filepath.Join(dir, strings.Repeat("n", 255)), src, Options{Workspace: Mmap}); err != nil {
		t.Errorf("a name in a gap: %v", err)
	}
}
