package anon

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"syscall"
	"testing"

	"github.com/largebox/largebox/internal/testfs"
	"golang.org/x/sys/unix"
)

func TestMain(m *testing.M) { testfs.Main(m) }

// open opens a directory with O_PATH, which does not allow to read it.
func open(t *testing.T, dir string) *os.File {
	t.Helper()
	d, err := os.OpenFile(dir, unix.O_PATH, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	return d
}

func TestCreate(t *testing.T) {
	defer syscall.Umask(syscall.Umask(0o027))
	testfs.Each(t, func(t *testing.T, _, dir string) {
		for _, exclusive := range []bool{false, true} {
			f, mode, err := Create(open(t, dir), fs.ModeSetuid|0o666, exclusive)
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			info, err := f.Stat()
			if err != nil || info.Mode() != 0o600 || mode != 0o640 {
				t.Errorf("the file has mode %v, to become %v; error %v", info.Mode(), mode, err)
			}
			if flags, err := unix.FcntlInt(f.Fd(), unix.F_GETFD, 0); err != nil || flags&unix.FD_CLOEXEC == 0 {
				t.Errorf("programs that are started inherit it: flags %#x, error %v", flags, err)
			}
			if _, err := f.WriteAt([]byte("x"), 0); err != nil {
				t.Error(err)
			}
			if _, err := f.ReadAt(make([]byte, 1), 0); err != nil {
				t.Error(err)
			}
			path := filepath.Join(dir, "linked")
			proc := "/proc/self/fd/" + strconv.Itoa(int(f.Fd()))
			err = unix.Linkat(unix.AT_FDCWD, proc, unix.AT_FDCWD, path, unix.AT_SYMLINK_FOLLOW)
			if exclusive && err != unix.ENOENT || !exclusive && err != nil {
				t.Errorf("exclusive %v: link: %v", exclusive, err)
			}
			os.Remove(path)
		}
	})
}

// An errors.ErrUnsupported, after which a caller takes another kind of file, is
// only the error of a directory that has no anonymous files.
func TestErrors(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	expect := func(t *testing.T, dir *os.File, want error) {
		t.Helper()
		f, _, err := Create(dir, 0o600, false)
		if f != nil {
			f.Close()
		}
		var path *fs.PathError
		if !errors.Is(err, want) || !errors.As(err, &path) || path.Path != dir.Name() ||
			errors.Is(err, errors.ErrUnsupported) != (want == errors.ErrUnsupported) {
			t.Errorf("%s: %v, want %v", dir.Name(), err, want)
		}
	}
	expect(t, open(t, file), unix.ENOTDIR)
	t.Run("removed", func(t *testing.T) {
		removed := filepath.Join(testfs.Dir(t, "ext4"), "removed")
		if err := os.Mkdir(removed, 0o700); err != nil {
			t.Fatal(err)
		}
		dir := open(t, removed)
		if err := os.Remove(removed); err != nil {
			t.Fatal(err)
		}
		expect(t, dir, unix.EPERM) // ext4 returns that
	})
	t.Run("read-only", func(t *testing.T) {
		expect(t, open(t, testfs.Mount(t, "-t", "tmpfs", "-o", "ro", "tmpfs")), unix.EROFS)
	})
	t.Run("no inode", func(t *testing.T) {
		expect(t, open(t, testfs.Mount(t, "-t", "tmpfs", "-o", "nr_inodes=1", "tmpfs")), unix.ENOSPC)
	})
	t.Run("another user", func(t *testing.T) {
		if os.Getuid() != 0 {
			testfs.Missing(t, "only root can become another user")
		}
		closed, unreadable := testfs.Dir(t, "tmpfs"), testfs.Dir(t, "tmpfs")
		if err := os.Chmod(unreadable, 0o733); err != nil {
			t.Fatal(err)
		}
		runtime.LockOSThread() // setfsuid(2) changes only the thread
		defer runtime.UnlockOSThread()
		unix.Setfsuid(65534)
		defer unix.Setfsuid(0)
		expect(t, open(t, closed), unix.EACCES)
		f, _, err := Create(open(t, unreadable), 0o600, false)
		if err != nil {
			t.Fatalf("in a directory that may be written but not read: %v", err)
		}
		f.Close()
	})
	t.Run("proc", func(t *testing.T) {
		if os.Getuid() != 0 {
			testfs.Missing(t, "only root may write there")
		}
		expect(t, open(t, "/proc"), errors.ErrUnsupported)
	})
}
