package mmapio

import (
	"bytes"
	"errors"
	"os"
	"runtime"
	"testing"

	"github.com/largebox/largebox/internal/testfs"
	"golang.org/x/sys/unix"
)

// Files that have no pages: they are for package fallback, or not to be read.
func TestNotMappable(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	defer w.Close()
	for name, f := range map[string]*os.File{
		"pipe":      r,
		"directory": open(t, t.TempDir()),
		"device":    open(t, "/dev/zero"),
		"status":    open(t, "/proc/self/status"), // regular, and empty by its size
		"meminfo":   open(t, "/proc/meminfo"),
		"sysfs":     open(t, "/sys/kernel/mm/transparent_hugepage/enabled"), // regular, and 4096 bytes by its size
	} {
		if _, err := NewSource(f); !errors.Is(err, errors.ErrUnsupported) {
			t.Errorf("NewSource of a %s: %v", name, err)
		}
		if _, err := Map(f); !errors.Is(err, errors.ErrUnsupported) {
			t.Errorf("Map of a %s: %v", name, err)
		}
	}
	writeOnly, err := os.OpenFile(newFile(t, t.TempDir(), pages(1)).Name(), os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer writeOnly.Close()
	if _, err := NewSource(writeOnly); err == nil {
		t.Error("a file that is not open for reading is a Source")
	}
	closed := newFile(t, t.TempDir(), pages(1))
	closed.Close()
	if _, err := NewSource(closed); !errors.Is(err, os.ErrClosed) {
		t.Errorf("NewSource of a closed file: %v", err)
	}
}

func TestSourceSize(t *testing.T) {
	testfs.Each(t, func(t *testing.T, _, dir string) {
		for _, size := range []int{0, 1, 2*page + 5} {
			f := newFile(t, dir, make([]byte, size))
			s, err := NewSource(f)
			if err != nil {
				t.Fatal(err)
			}
			truncate(t, f, size+10)
			if s.Size() != int64(size) {
				t.Errorf("%d bytes, want %d", s.Size(), size)
			}
		}
	})
}

// A cursor keeps one window mapped. It maps another one only for bytes outside the
// window.
func TestCursorKeepsItsWindow(t *testing.T) {
	cursor := newCursor(t, newFile(t, t.TempDir(), pages(12)), 4*page)
	for _, c := range []struct {
		off, n       int
		start, until int // of the window, in pages, after the View
	}{
		{0, 1, 0, 4}, {4*page - 1, 1, 0, 4}, {100, 3 * page, 0, 4},
		{4*page - 1, 2, 3, 7}, {6 * page, page, 3, 7},
		{3*page - 1, 1, 2, 6}, {10*page + 1, 1, 10, 12}, {12*page - 1, 1, 10, 12},
		{1, 9 * page, 0, 10},
	} {
		if _, err := view(cursor, c.n, c.off); err != nil {
			t.Fatal(err)
		}
		start := int(cursor.start)
		until := start + len(cursor.mapped)
		if start != c.start*page || (until+page-1)/page != c.until {
			t.Errorf("%d bytes at %d: the window is from %d to %d", c.n, c.off, start, until)
		}
	}
	before := mappings(t, cursor.source.f)
	if err := cursor.Close(); err != nil || before != 1 || mappings(t, cursor.source.f) != 0 {
		t.Errorf("%d mappings before Close, %d after, error %v", before, mappings(t, cursor.source.f), err)
	}
	if err := cursor.Close(); err != nil {
		t.Errorf("second Close: %v", err)
	}
	if got, err := view(cursor, 1, page); err != nil || got[0] != 2 {
		t.Errorf("View after Close: %v, %v", got, err)
	}
}

// mappings counts the mappings of f in this process.
func mappings(t *testing.T, f *os.File) int {
	t.Helper()
	maps, err := os.ReadFile("/proc/self/maps")
	if err != nil {
		t.Fatal(err)
	}
	return bytes.Count(maps, []byte(" "+f.Name()+"\n"))
}

func TestViewBeyond4GiB(t *testing.T) {
	testfs.Each(t, func(t *testing.T, _, dir string) {
		const size = 9 << 30 // sparse
		f := newFile(t, dir, nil)
		truncate64(t, f, size)
		cursor := newCursor(t, f, 4*page)
		for _, off := range []int64{1<<31 - 3, 1<<32 - 3, 5<<30 + 12345, 1 << 33, size - 7} {
			marker := []byte("marker!")
			marker[0] = byte(off>>28) + 'A'
			if _, err := f.WriteAt(marker, off); err != nil {
				t.Fatal(err)
			}
			n := int(min(int64(20), size-(off-10)))
			err := cursor.View(make([]byte, n), off-10, func(p []byte) {
				if !bytes.Equal(p[10:17], marker) || sum(p[:10]) != 0 {
					t.Errorf("%q around byte %d", p, off)
				}
			})
			if err != nil {
				t.Error(err)
			}
		}
		needFaultAddresses(t)
		truncate64(t, f, 5<<30)
		err := cursor.View(make([]byte, 1), 5<<30+12345, func(p []byte) { sum(p) })
		var fault *FaultError
		if !errors.As(err, &fault) || fault.Offset != 5<<30+12345 {
			t.Errorf("a fault beyond 4 GiB is %v", err)
		}
	})
}

func truncate64(t *testing.T, f *os.File, size int64) {
	t.Helper()
	if err := f.Truncate(size); err != nil {
		t.Fatal(err)
	}
}

// A file that is too large for the host's addresses is refused, and never cut.
func TestMapTooLarge(t *testing.T) {
	f := newFile(t, testfs.Dir(t, "tmpfs"), nil)
	sizes := []int64{1 << 56, 1 << 62}
	if runtime.GOARCH == "386" || runtime.GOARCH == "arm" {
		sizes = []int64{1 << 31, 1<<32 + 1, 1 << 56}
	}
	for _, size := range sizes {
		truncate64(t, f, size)
		if m, err := Map(f); !errors.Is(err, errors.ErrUnsupported) {
			t.Errorf("Map of %d bytes: %v", size, err)
			if err == nil {
				m.Close()
			}
		}
		cursor := newCursor(t, f, page)
		if got, err := view(cursor, 10, 1000); err != nil || len(got) != 10 {
			t.Errorf("View in %d bytes: %v", size, err)
		}
		cursor.Close()
	}
	if err := f.Truncate(0); err != nil && err != unix.EINVAL {
		t.Error(err)
	}
}
