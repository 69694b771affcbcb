package mmapio

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"

	"github.com/largebox/largebox/internal/testfs"
	"golang.org/x/sys/unix"
)

func TestAnonymous(t *testing.T) {
	testfs.Each(t, func(t *testing.T, _, dir string) {
		f := mustCreate(t, dir, Options{Size: 10})
		if _, err := f.WriteAt(pages(3), 0); err != nil {
			t.Fatal(err)
		}
		if entries, err := os.ReadDir(dir); err != nil || len(entries) != 0 {
			t.Errorf("in the directory: %v, error %v", entries, err)
		}
		if st := stat(t, f); st.Nlink != 0 {
			t.Errorf("%d links", st.Nlink)
		}
	})
}

func stat(t *testing.T, f *File) *syscall.Stat_t {
	t.Helper()
	info, err := f.OSFile().Stat()
	if err != nil {
		t.Fatal(err)
	}
	return info.Sys().(*syscall.Stat_t)
}

// link gives f a name through /proc, as any process of the user can.
func link(f *File, path string) error {
	proc := "/proc/self/fd/" + strconv.Itoa(int(f.OSFile().Fd()))
	return unix.Linkat(unix.AT_FDCWD, proc, unix.AT_FDCWD, path, unix.AT_SYMLINK_FOLLOW)
}

func TestExclusive(t *testing.T) {
	testfs.Each(t, func(t *testing.T, _, dir string) {
		path := filepath.Join(dir, "linked")
		f := mustCreate(t, dir, Options{Exclusive: true})
		if err := link(f, path); err != unix.ENOENT {
			t.Errorf("link of an exclusive file: %v", err)
		}
		if _, err := os.Lstat(path); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("after that: %v", err)
		}
	})
}

func TestPublishedFileStays(t *testing.T) {
	testfs.Each(t, func(t *testing.T, _, dir string) {
		path := filepath.Join(dir, "linked")
		f := mustCreate(t, dir, Options{Perm: 0o640})
		if _, err := f.WriteAt([]byte("content"), 0); err != nil {
			t.Fatal(err)
		}
		if err := link(f, path); err != nil {
			t.Fatal(err)
		}
		if err := f.Close(); err != nil {
			t.Error(err)
		}
		if got, err := os.ReadFile(path); err != nil || string(got) != "content" {
			t.Errorf("%q, %v", got, err)
		}
		if info, err := os.Stat(path); err != nil || info.Mode() != 0o600 {
			t.Errorf("published without Reveal: %v, %v", info.Mode(), err)
		}
	})
}

// Create takes any descriptor of a directory, and leaves it open.
func TestDirectory(t *testing.T) {
	dir := t.TempDir()
	for name, flag := range map[string]int{"O_RDONLY": os.O_RDONLY, "O_PATH": unix.O_PATH} {
		d, err := os.OpenFile(dir, flag, 0)
		if err != nil {
			t.Fatal(err)
		}
		defer d.Close()
		for range 2 {
			f, err := Create(d, Options{})
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			if st, err := d.Stat(); err != nil || !st.IsDir() || st.Sys().(*syscall.Stat_t).Dev != stat(t, f).Dev {
				t.Errorf("%s: the directory is closed, or not the one: %v", name, err)
			}
			f.Close()
		}
	}
	if _, err := create(filepath.Join(dir, "none"), Options{}); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("in a directory that is not there: %v", err)
	}
}

// Only a file system without anonymous files is an errors.ErrUnsupported, after
// which package fallback serves. A read-only one is not.
func TestNoAnonymousFiles(t *testing.T) {
	for _, dir := range []string{"/proc", "/sys"} {
		t.Run(dir, func(t *testing.T) {
			if os.Getuid() != 0 {
				testfs.Missing(t, "only root may write there")
			}
			if _, err := create(dir, Options{}); !errors.Is(err, errors.ErrUnsupported) {
				t.Error(err)
			}
		})
	}
	t.Run("read-only", func(t *testing.T) {
		_, err := create(testfs.Mount(t, "-t", "tmpfs", "-o", "ro", "tmpfs"), Options{})
		if !errors.Is(err, unix.EROFS) || errors.Is(err, errors.ErrUnsupported) {
			t.Error(err)
		}
	})
	t.Run("bindfs", func(t *testing.T) {
		dir := bindfs(t)
		if _, err := create(dir, Options{}); !errors.Is(err, errors.ErrUnsupported) {
			t.Error(err)
		}
		// Its files can be mapped and read like others.
		cursor := newCursor(t, newFile(t, dir, pages(3)), page)
		if got, err := view(cursor, 1, 2*page); err != nil || got[0] != 3 {
			t.Errorf("%v, %v", got, err)
		}
	})
	t.Run("bindfs, direct I/O", func(t *testing.T) {
		f := newFile(t, bindfs(t, "-o", "direct_io"), pages(1))
		if _, err := NewSource(f); !errors.Is(err, errors.ErrUnsupported) {
			t.Error(err)
		}
	})
}

func bindfs(t *testing.T, args ...string) string {
	t.Helper()
	if _, err := exec.LookPath("bindfs"); err != nil {
		testfs.Missing(t, "%v", err)
	}
	return testfs.Mount(t, append(args, "-t", "fuse.bindfs", t.TempDir())...)
}
