package mmapio

import (
	"os/exec"
	"testing"

	"github.com/largebox/largebox/internal/testfs"
	"golang.org/x/sys/unix"
)

// withoutFallocate runs fn on file systems that cannot reserve Size bytes.
func withoutFallocate(t *testing.T, fn func(t *testing.T, dir string)) {
	t.Run("ramfs", func(t *testing.T) { fn(t, testfs.Mount(t, "-t", "ramfs", "ramfs")) })
	t.Run("ext2", func(t *testing.T) { fn(t, mountExt2(t, 32<<20)) })
}

// mountExt2 mounts a new ext2 of this size: no extents, no fallocate.
func mountExt2(t *testing.T, size int) string {
	t.Helper()
	f := newFile(t, t.TempDir(), nil)
	truncate(t, f, size)
	if out, err := exec.Command("mkfs.ext2", "-q", "-F", "-m", "0", f.Name()).CombinedOutput(); err != nil {
		testfs.Missing(t, "mkfs.ext2: %v: %s", err, out)
	}
	return testfs.Mount(t, "-o", "loop", f.Name())
}

func TestSizeIsReserved(t *testing.T) {
	const size = 1<<20 + 1
	testfs.Each(t, func(t *testing.T, kind, dir string) {
		f := mustCreate(t, dir, Options{Size: size})
		reserved := int64(stat(t, f).Blocks) * 512
		if kind == "tmpfs" { // where reserving takes as long as writing
			if reserved != 0 {
				t.Errorf("%d bytes are reserved", reserved)
			}
		} else if reserved < size || stat(t, f).Size != size {
			t.Errorf("%d bytes are reserved, the size is %d", reserved, stat(t, f).Size)
		}
		if none := mustCreate(t, dir, Options{}); stat(t, none).Blocks != 0 || stat(t, none).Size != 0 {
			t.Errorf("without Size: %d blocks, size %d", stat(t, none).Blocks, stat(t, none).Size)
		}
	})
	withoutFallocate(t, func(t *testing.T, dir string) {
		f := mustCreate(t, dir, Options{Size: size, Writeback: true})
		content := pages(5)
		if _, err := f.WriteAt(content, 3); err != nil {
			t.Error(err)
		}
		got := make([]byte, len(content))
		if _, err := f.OSFile().ReadAt(got, 3); err != nil || string(got) != string(content) {
			t.Errorf("read back: error %v, or other bytes", err)
		}
	})
}

func TestTruncate(t *testing.T) {
	testfs.Each(t, func(t *testing.T, _, dir string) {
		f := mustCreate(t, dir, Options{Size: 100000})
		for _, size := range []int64{5, 200001, 0} {
			if err := f.Truncate(size); err != nil || stat(t, f).Size != size {
				t.Errorf("to %d bytes: error %v, the size is %d", size, err, stat(t, f).Size)
			}
		}
	})
}

// eachDisk runs fn on a directory of each kind of file system that is on a disk.
func eachDisk(t *testing.T, fn func(t *testing.T, dir string)) {
	for _, kind := range []string{"ext4", "xfs", "btrfs"} {
		t.Run(kind, func(t *testing.T) { fn(t, testfs.Dir(t, kind)) })
	}
}

// With Writeback, no page is dirty when WriteAt returns: all are being written.
func TestWriteback(t *testing.T) {
	eachDisk(t, func(t *testing.T, dir string) {
		f := mustCreate(t, dir, Options{Size: 1 << 20, Writeback: true})
		for off := range 4 {
			if _, err := f.WriteAt(make([]byte, 1<<18), int64(off)<<18); err != nil {
				t.Fatal(err)
			}
		}
		if cache := cacheOf(t, f); cache.Cache == 0 || cache.Dirty != 0 {
			t.Errorf("of %d pages, %d are dirty", cache.Cache, cache.Dirty)
		}
	})
}

// cacheOf returns the state of the pages of f in memory.
func cacheOf(t *testing.T, f *File) (cache unix.Cachestat_t) {
	t.Helper()
	err := unix.Cachestat(uint(f.OSFile().Fd()), &unix.CachestatRange{}, &cache, 0)
	if err == unix.ENOSYS {
		testfs.Missing(t, "cachestat(2) needs Linux 6.5")
	} else if err != nil {
		t.Fatal(err)
	}
	return cache
}
