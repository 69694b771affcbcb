package mmapio

import (
	"fmt"
	"io/fs"
	"os"
	"testing"

	"github.com/largebox/largebox/internal/testfs"
	"github.com/largebox/largebox/internal/windowtest"
	"golang.org/x/sys/unix"
)

func openSource(window int) windowtest.Open {
	return func(f *os.File) (func() windowtest.Viewer, error) {
		source, err := NewSource(f)
		if err != nil {
			return nil, err
		}
		return func() windowtest.Viewer { return source.Cursor(window) }, nil
	}
}

func createFile(opts Options) windowtest.Create {
	return func(dir string, perm fs.FileMode) (windowtest.File, error) {
		opts.Perm = perm
		return create(dir, opts)
	}
}

// create creates a file in the directory dir, through an O_PATH descriptor.
func create(dir string, opts Options) (*File, error) {
	d, err := os.OpenFile(dir, unix.O_PATH|unix.O_DIRECTORY, 0)
	if err != nil {
		return nil, err
	}
	defer d.Close()
	return Create(d, opts)
}

// mustCreate is create for a file that the test closes, if it has not.
func mustCreate(t *testing.T, dir string, opts Options) *File {
	t.Helper()
	f, err := create(dir, opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

func TestSource(t *testing.T) {
	testfs.Each(t, func(t *testing.T, _, dir string) {
		windowtest.TestSource(t, dir, openSource(windowtest.Window))
	})
}

func TestSourceWindows(t *testing.T) {
	page := os.Getpagesize()
	for _, window := range []int{0, 1, page - 1, page, 2*page + 100, 1 << 30} {
		t.Run(fmt.Sprint(window), func(t *testing.T) {
			windowtest.TestSource(t, t.TempDir(), openSource(window))
		})
	}
}

func TestFile(t *testing.T) {
	testfs.Each(t, func(t *testing.T, _, dir string) {
		for name, opts := range map[string]Options{
			"Plain":     {},
			"Reserved":  {Size: windowtest.FileSize},
			"Short":     {Size: windowtest.FileSize / 3},
			"Exclusive": {Exclusive: true},
			"Writeback": {Size: windowtest.FileSize, Writeback: true},
		} {
			t.Run(name, func(t *testing.T) { windowtest.TestFile(t, dir, createFile(opts)) })
		}
	})
}

func TestModes(t *testing.T) {
	testfs.Each(t, func(t *testing.T, _, dir string) { windowtest.TestModes(t, dir, createFile(Options{})) })
}

func TestACLs(t *testing.T) {
	testfs.Each(t, func(t *testing.T, _, dir string) { windowtest.TestACLs(t, dir, createFile(Options{})) })
}
