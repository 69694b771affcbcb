package workfile

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/largebox/largebox/internal/sysfault"
	"github.com/largebox/largebox/internal/tempfile"
	"github.com/largebox/largebox/internal/testfs"
	"golang.org/x/sys/unix"
)

func TestMain(m *testing.M) { testfs.Main(m) }

// TestInterrupted interrupts each system call once (EINTR): of creating a file,
// of writing and closing it, and of sweeping. All succeed.
func TestInterrupted(t *testing.T) {
	found := map[string]int{}
	uses := map[string]func(dir string) error{"anonymous": useAnonymous, "temporary": useTemporary, "sweep": sweep}
	calls := []string{"openat", "fstat", "fstatfs", "flock", "pwrite64", "ftruncate", "sync_file_range", "fchmod", "newfstatat", "unlinkat"}
	for _, kind := range []string{"tmpfs", "ext4"} {
		t.Run(kind, func(t *testing.T) {
			dir := testfs.Dir(t, kind)
			if kind == "ext4" {
				calls = append(calls, "fallocate")
			}
			for name, use := range uses {
				t.Run(name, func(t *testing.T) { interrupt(t, dir, use, found) })
			}
		})
	}
	for _, call := range calls {
		if found[call] == 0 {
			t.Errorf("no %s was interrupted", call)
		}
	}
}

// interrupt runs use again and again, each time with one system call interrupted.
func interrupt(t *testing.T, base string, use func(dir string) error, found map[string]int) {
	for step := 0; ; step++ {
		dir, err := os.MkdirTemp(base, "")
		if err != nil {
			t.Fatal(err)
		}
		calls, interrupted := 0, ""
		sysfault.Run(t, func(c sysfault.Call) unix.Errno {
			if calls++; calls-1 != step {
				return 0
			}
			interrupted = c.String()
			found[interrupted]++
			return unix.EINTR
		}, func() { err = use(dir) })
		if err != nil {
			t.Errorf("%s interrupted at step %d: %v", interrupted, step, err)
		}
		if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
			t.Errorf("%s interrupted at step %d: %v is left, %v", interrupted, step, left, err)
		}
		if interrupted == "" { // there is no such step any more
			return
		}
	}
}

var options = Options{Size: 5000, Mode: 0o640, Writeback: true}

func useAnonymous(path string) error {
	dir, err := os.OpenFile(path, unix.O_PATH, 0)
	if err != nil {
		return err
	}
	defer dir.Close()
	return use(Anonymous(dir, options))
}

func useTemporary(path string) error {
	dir, err := os.OpenRoot(path)
	if err != nil {
		return err
	}
	return use(Temporary(dir, options))
}

func use(f *File, err error) error {
	if err != nil {
		return err
	}
	_, err = f.WriteAt([]byte("content"), 5)
	return errors.Join(err, f.Reveal(), f.Truncate(12), f.Close())
}

func sweep(path string) error {
	if err := os.WriteFile(filepath.Join(path, tempfile.Name()), nil, 0o600); err != nil {
		return err
	}
	dir, err := os.OpenRoot(path)
	if err != nil {
		return err
	}
	defer dir.Close()
	swept, err := tempfile.Default.Sweep(dir, false)
	if err == nil && len(swept) != 1 {
		err = errors.New("nothing was swept")
	}
	return err
}
