package mmapio

import (
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"github.com/largebox/largebox/internal/testfs"
	"golang.org/x/sys/unix"
)

// wantNoSpace checks that err is a lack of space, with this cause.
func wantNoSpace(t *testing.T, err error, cause syscall.Errno) {
	t.Helper()
	var path *fs.PathError
	if !errors.Is(err, ErrNoSpace) || !errors.Is(err, cause) || !errors.As(err, &path) {
		t.Errorf("%v, want a lack of space (%v)", err, cause)
	}
}

func smallExt4(t *testing.T) string {
	return testfs.Mount(t, "-o", "loop", testfs.Image(t, "ext4", 16<<20))
}

func smallTmpfs(t *testing.T) string {
	return testfs.Mount(t, "-t", "tmpfs", "-o", "size=1m", "tmpfs")
}

func free(t *testing.T, dir string) uint64 {
	t.Helper()
	var st unix.Statfs_t
	if err := unix.Statfs(dir, &st); err != nil {
		t.Fatal(err)
	}
	return st.Bfree
}

func TestNoSpaceForSize(t *testing.T) {
	testfs.Each(t, func(t *testing.T, kind, dir string) {
		const size = 1 << 40 // more than any test file system has
		f, err := create(dir, Options{Size: size})
		if kind != "tmpfs" {
			wantNoSpace(t, err, unix.ENOSPC)
		} else if err != nil { // WriteAt reports it
			t.Error(err)
		} else {
			f.Close()
		}
	})
	t.Run("small ext4", func(t *testing.T) {
		dir := smallExt4(t)
		before := free(t, dir)
		_, err := create(dir, Options{Size: 32 << 20})
		wantNoSpace(t, err, unix.ENOSPC)
		if after := free(t, dir); after != before {
			t.Errorf("%d of %d free blocks are left", after, before)
		}
		if f, err := create(dir, Options{Size: 1 << 20}); err != nil {
			t.Errorf("what there is space for: %v", err)
		} else {
			f.Close()
		}
	})
}

// The write that does not fit reports a full disk. Package os counts none of its
// bytes then, though some may be in the file.
func TestNoSpaceForWrite(t *testing.T) {
	for name, mount := range map[string]func(*testing.T) string{
		"tmpfs": smallTmpfs,
		"ext4":  smallExt4,
		"ext2":  func(t *testing.T) string { return mountExt2(t, 4<<20) },
	} {
		t.Run(name, func(t *testing.T) {
			dir := mount(t)
			f := mustCreate(t, dir, Options{Writeback: true})
			block := make([]byte, 300001)
			var off int64
			for {
				n, err := f.WriteAt(block, off)
				off += int64(n)
				if err != nil {
					wantNoSpace(t, err, unix.ENOSPC)
					break
				}
				if off > 64<<20 {
					t.Fatal("the disk is never full")
				}
			}
			if st := stat(t, f); st.Size < off || st.Size >= off+int64(len(block)) {
				t.Errorf("%d bytes are written, the file has %d", off, st.Size)
			}
		})
	}
}

func TestNoSpaceForInode(t *testing.T) {
	dir := testfs.Mount(t, "-t", "tmpfs", "-o", "nr_inodes=2", "tmpfs")
	mustCreate(t, dir, Options{}) // the other is the root directory
	_, err := create(dir, Options{})
	wantNoSpace(t, err, unix.ENOSPC)
}

// The limit holds for a process for ever, so the test starts another one.
func TestFileSizeLimit(t *testing.T) {
	const env, limit = "LARGEBOX_TEST_FSIZE", 1 << 20
	if dir := os.Getenv(env); dir != "" {
		if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: limit, Max: limit}); err != nil {
			t.Fatal(err)
		}
		_, err := create(dir, Options{Size: limit + 1})
		wantNoSpace(t, err, unix.EFBIG)
		f := mustCreate(t, dir, Options{Size: limit})
		n, err := f.WriteAt(make([]byte, 1000), limit-10)
		wantNoSpace(t, err, unix.EFBIG)
		if n > 10 {
			t.Errorf("%d bytes written, there is room for 10", n)
		}
		wantNoSpace(t, f.Truncate(limit+1), unix.EFBIG)
		_, err = f.Buffer(limit + 1)
		wantNoSpace(t, err, unix.EFBIG)
		t.Log("the limit held")
		return
	}
	for _, kind := range []string{"ext4", "xfs", "btrfs"} {
		t.Run(kind, func(t *testing.T) {
			child := exec.Command(os.Args[0], "-test.run=^TestFileSizeLimit$", "-test.v")
			child.Env = append(os.Environ(), env+"="+testfs.Dir(t, kind))
			out, err := child.CombinedOutput()
			if err != nil || !strings.Contains(string(out), "the limit held") {
				t.Errorf("%v: %s", err, out)
			}
		})
	}
}

// A Buffer finds a full disk when it is made, because a fault later would not say
// so.
func TestNoSpaceForBuffer(t *testing.T) {
	for name, mount := range map[string]func(*testing.T) string{
		"tmpfs": smallTmpfs,
		"ext4":  smallExt4,
		"ext2":  func(t *testing.T) string { return mountExt2(t, 4<<20) },
	} {
		t.Run(name, func(t *testing.T) {
			dir := mount(t)
			f := mustCreate(t, dir, Options{})
			before := free(t, dir)
			_, err := f.Buffer(20 << 20)
			wantNoSpace(t, err, unix.ENOSPC)
			if after := free(t, dir); after != before || stat(t, f).Size != 0 {
				t.Errorf("%d of %d free blocks are left, the size is %d", after, before, stat(t, f).Size)
			}
			// A Buffer keeps its space when the disk becomes full.
			const n = 512 << 10
			b, err := f.Buffer(n)
			if err != nil {
				t.Fatal(err)
			}
			defer b.Close()
			fill(t, dir)
			if err := Guard(func() { clear(b.Bytes()[:n]) }, b.Bytes()); err != nil {
				t.Error(err)
			}
			if err := b.Commit(b.Bytes()[:n]); err != nil {
				t.Error(err)
			}
		})
	}
}

// fill writes a file until the disk of dir is full.
func fill(t *testing.T, dir string) {
	t.Helper()
	f := mustCreate(t, dir, Options{})
	var off int64
	for size := 1 << 20; size >= 1024; size /= 2 {
		for {
			n, err := f.WriteAt(make([]byte, size), off)
			off += int64(n)
			if err != nil {
				wantNoSpace(t, err, unix.ENOSPC)
				break
			}
		}
	}
	if err := f.OSFile().Sync(); err != nil {
		t.Fatal(err)
	}
}
