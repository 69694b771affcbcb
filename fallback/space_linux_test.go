package fallback

import (
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"runtime"
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

func TestNoSpaceForWrite(t *testing.T) {
	for name, mount := range map[string]func(*testing.T) string{
		"tmpfs": func(t *testing.T) string {
			return testfs.Mount(t, "-t", "tmpfs", "-o", "size=1m", "tmpfs")
		},
		"ext4": func(t *testing.T) string {
			return testfs.Mount(t, "-o", "loop", testfs.Image(t, "ext4", 16<<20))
		},
	} {
		t.Run(name, func(t *testing.T) {
			dir := mount(t)
			before := names(t, dir)
			f := mustCreate(t, dir, 0)
			_, err := f.WriteAt(make([]byte, 32<<20), 0)
			wantNoSpace(t, err, unix.ENOSPC)
			if err := f.Close(); err != nil || len(names(t, dir)) != len(before) {
				t.Errorf("on the full disk: %q, error %v", names(t, dir), err)
			}
		})
	}
}

func TestNoSpaceForInode(t *testing.T) {
	dir := testfs.Mount(t, "-t", "tmpfs", "-o", "nr_inodes=2", "tmpfs")
	f := mustCreate(t, dir, 0) // the other inode is the root directory's
	_, err := createFile(dir, 0)
	wantNoSpace(t, err, unix.ENOSPC)
	if got := names(t, dir); len(got) != 1 || got[0] != f.Name() {
		t.Errorf("in the directory: %q", got)
	}
}

// The limit holds for a process for ever, so the test starts another one.
func TestFileSizeLimit(t *testing.T) {
	const env, limit = "LARGEBOX_TEST_FSIZE", 1 << 20
	if dir := os.Getenv(env); dir != "" {
		if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: limit, Max: limit}); err != nil {
			t.Fatal(err)
		}
		f := mustCreate(t, dir, 0)
		_, err := f.WriteAt(make([]byte, 1000), limit-10)
		wantNoSpace(t, err, unix.EFBIG)
		t.Log("the limit held")
		return
	}
	child := exec.Command(os.Args[0], "-test.run=^TestFileSizeLimit$", "-test.v")
	child.Env = append(os.Environ(), env+"="+t.TempDir())
	out, err := child.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "the limit held") {
		t.Errorf("%v: %s", err, out)
	}
}

// Close reports a temporary name that it cannot remove or look up.
func TestCloseTellsWhatItLeaves(t *testing.T) {
	if os.Getuid() != 0 {
		testfs.Missing(t, "only root can become another user")
	}
	for _, mode := range []os.FileMode{0, 0o555} {
		dir := testfs.Dir(t, "tmpfs")
		f := mustCreate(t, dir, 0)
		if err := os.Chmod(dir, mode); err != nil {
			t.Fatal(err)
		}
		as(65534, func() {
			if err := f.Close(); !errors.Is(err, os.ErrPermission) {
				t.Errorf("in a directory of mode %03o: %v", mode, err)
			}
		})
		if got := names(t, dir); len(got) != 1 {
			t.Errorf("in the directory: %q", got)
		}
	}
}

// as runs fn with another user's access to files (setfsuid(2)), which changes only
// the thread.
func as(user int, fn func()) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	unix.Setfsuid(user)
	defer unix.Setfsuid(0)
	fn()
}
