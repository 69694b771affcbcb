package mmapio

import (
	"bytes"
	"errors"
	"os"
	"testing"

	"github.com/largebox/largebox/internal/testfs"
)

func TestMap(t *testing.T) {
	testfs.Each(t, func(t *testing.T, _, dir string) {
		for _, size := range []int{0, 1, page - 1, page, page + 1, 5 * page} {
			content := pages(5)[:size]
			f := newFile(t, dir, content)
			m, err := Map(open(t, f.Name()))
			if err != nil {
				t.Fatal(err)
			}
			p := m.Bytes()
			if !bytes.Equal(p, content) || cap(p) != len(p) {
				t.Errorf("%d bytes: %d of %d are mapped, or others", size, len(p), cap(p))
			}
			if size > 0 {
				needFaultAddresses(t)
				// Read-only, even if the file is open for writing.
				err := Guard(func() { p[size-1] = 0 }, p)
				if fault, ok := err.(*FaultError); !ok || fault.Offset != int64(size-1) {
					t.Errorf("%d bytes: a store gives %v", size, err)
				}
				if _, err := f.WriteAt([]byte{'x'}, 0); err != nil || p[0] != 'x' {
					t.Errorf("%d bytes: what is written to the file does not show: %v", size, err)
				}
			}
			for range 2 {
				if err := m.Close(); err != nil || len(m.Bytes()) != 0 || mappings(t, f) != 0 {
					t.Errorf("%d bytes: Close left %d, %d mappings: %v", size, len(m.Bytes()), mappings(t, f), err)
				}
			}
		}
	})
}

func TestMapOfTruncatedFile(t *testing.T) {
	needFaultAddresses(t)
	f := newFile(t, t.TempDir(), pages(3))
	m := newMapping(t, f)
	truncate(t, f, page+1)
	err := Guard(func() { sum(m) }, m)
	if fault, ok := err.(*FaultError); !ok || fault.Offset != int64(2*page) {
		t.Error(err)
	}
}

// content returns the content of f.
func content(t *testing.T, f *File) []byte {
	t.Helper()
	got := make([]byte, stat(t, f).Size)
	if _, err := f.OSFile().ReadAt(got, 0); err != nil && len(got) > 0 {
		t.Fatal(err)
	}
	return got
}

func TestBuffer(t *testing.T) {
	want := pages(3)
	each := func(t *testing.T, dir string) {
		for _, capacity := range []int{0, 1, page - 1, page, page + 1, 3 * page} {
			for _, n := range []int{0, 1, capacity / 2, capacity - 1, capacity} {
				if n < 0 || n > capacity {
					continue
				}
				f := mustCreate(t, dir, Options{})
				b, err := f.Buffer(capacity)
				if err != nil {
					t.Fatal(err)
				}
				p := b.Bytes()
				if len(p) != 0 || cap(p) != capacity || p == nil {
					t.Fatalf("%d bytes: length %d, capacity %d", capacity, len(p), cap(p))
				}
				// In pieces, as a function appends that does not know the length.
				for i := 0; i < n; i += 1000 {
					p = append(p, want[i:min(i+1000, n)]...)
				}
				if err := b.Commit(p); err != nil {
					t.Errorf("%d of %d bytes: %v", n, capacity, err)
				}
				if got := content(t, f); !bytes.Equal(got, want[:n]) {
					t.Errorf("%d of %d bytes: the file has %d, or others", n, capacity, len(got))
				}
				if err := b.Close(); err != nil {
					t.Errorf("Close after Commit: %v", err)
				}
			}
		}
	}
	testfs.Each(t, func(t *testing.T, _, dir string) { each(t, dir) })
	withoutFallocate(t, each)
}

// Commit returns when the content is on the disk (msync(2)).
func TestCommitIsSynced(t *testing.T) {
	eachDisk(t, func(t *testing.T, dir string) {
		f := mustCreate(t, dir, Options{})
		b, err := f.Buffer(10 * page)
		if err != nil {
			t.Fatal(err)
		}
		if err := b.Commit(append(b.Bytes(), pages(10)...)); err != nil {
			t.Fatal(err)
		}
		if cache := cacheOf(t, f); cache.Dirty != 0 || cache.Writeback != 0 {
			t.Errorf("of %d pages, %d are dirty, %d being written", cache.Cache, cache.Dirty, cache.Writeback)
		}
	})
}

// append reallocates a slice that outgrows the Buffer, so the file would lack it.
func TestBufferOutgrown(t *testing.T) {
	dir := testfs.Dir(t, "tmpfs")
	for _, capacity := range []int{0, 1, page} {
		f := mustCreate(t, dir, Options{})
		b, err := f.Buffer(capacity)
		if err != nil {
			t.Fatal(err)
		}
		p := append(b.Bytes(), make([]byte, capacity)...)
		p = append(p, 1)
		if err := b.Commit(p); err == nil {
			t.Errorf("%d bytes are taken for the content of a Buffer of %d", len(p), capacity)
		}
		if b.m != nil {
			t.Error("a Commit that failed leaves a mapping")
		}
	}
	f := mustCreate(t, dir, Options{})
	b, err := f.Buffer(page)
	if err != nil {
		t.Fatal(err)
	}
	other, err := f.Buffer(page)
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	for name, p := range map[string][]byte{
		"of another Buffer": append(other.Bytes(), 1),
		"not its beginning": b.Bytes()[1:2],
		"of the heap":       {1},
	} {
		b, err := f.Buffer(page)
		if err != nil {
			t.Fatal(err)
		}
		if err := b.Commit(p); err == nil {
			t.Errorf("a slice %s is taken for the content", name)
		}
	}
	if err := b.Close(); err != nil {
		t.Error(err)
	}
	if err := b.Commit([]byte{1}); err == nil {
		t.Error("Commit after Close")
	}
}

func TestBufferWithoutCommit(t *testing.T) {
	f := mustCreate(t, t.TempDir(), Options{})
	b, err := f.Buffer(2 * page)
	if err != nil {
		t.Fatal(err)
	}
	_ = append(b.Bytes(), 1, 2, 3)
	for range 2 {
		if err := b.Close(); err != nil {
			t.Error(err)
		}
	}
	// The File can still be used.
	b, err = f.Buffer(page)
	if err != nil {
		t.Fatal(err)
	}
	if err := b.Commit(append(b.Bytes(), "again"...)); err != nil {
		t.Error(err)
	}
	if got := content(t, f); string(got) != "again" {
		t.Errorf("the file has %d bytes", len(got))
	}
	if _, err := f.Buffer(-1); err == nil {
		t.Error("a Buffer of -1 bytes")
	}
	f.Close()
	if _, err := f.Buffer(page); !errors.Is(err, os.ErrClosed) {
		t.Errorf("a Buffer of a closed file: %v", err)
	}
}

// A file that another process truncates through /proc faults like any other.
func TestBufferOfTruncatedFile(t *testing.T) {
	needFaultAddresses(t)
	f := mustCreate(t, testfs.Dir(t, "tmpfs"), Options{})
	b, err := f.Buffer(3 * page)
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	if err := f.Truncate(int64(page)); err != nil {
		t.Fatal(err)
	}
	err = Guard(func() { clear(b.Bytes()[:3*page]) }, b.Bytes())
	var fault *FaultError
	if !errors.As(err, &fault) || fault.Offset < int64(page) {
		t.Error(err)
	}
}
