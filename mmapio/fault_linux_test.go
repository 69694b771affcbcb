package mmapio

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"io/fs"
	"os"
	"sync"
	"testing"

	"github.com/largebox/largebox/internal/testfs"
	"golang.org/x/crypto/nacl/secretbox"
	//lint:ignore SA1019 the engine uses it, so its assembly has to survive faults
	"golang.org/x/crypto/salsa20/salsa"
	"golang.org/x/sys/unix"
)

// wantFault checks that err is a fault at byte off of f.
func wantFault(t *testing.T, err error, f *os.File, off int) {
	t.Helper()
	var fault *FaultError
	var path *fs.PathError
	if !errors.As(err, &fault) || fault.Offset != int64(off) || !errors.As(err, &path) || path.Path != f.Name() {
		t.Errorf("%v, want a fault at byte %d of %s", err, off, f.Name())
	}
}

// view reads n bytes at off through c, and returns a copy.
func view(c *Cursor, n, off int) (got []byte, err error) {
	err = c.View(make([]byte, n), int64(off), func(p []byte) { got = bytes.Clone(p) })
	return got, err
}

func TestTruncatedFile(t *testing.T) {
	needFaultAddresses(t)
	testfs.Each(t, func(t *testing.T, _, dir string) {
		window := 4 * page
		content := pages(12)
		for name, c := range map[string]struct {
			size, off, n int // the new size, and the range that View gets then
			fault        int // offset of the fault, or -1
		}{
			"a mapped window":     {4 * page, 4 * page, page, 4 * page},
			"in a mapped window":  {6 * page, 5 * page, 3 * page, 6 * page},
			"a window to map":     {8 * page, 8 * page, page, 8 * page},
			"far behind the end":  {page, 11 * page, 10, 11 * page},
			"all":                 {0, 0, 1, 0},
			"up to the end":       {6 * page, 4 * page, 2 * page, -1},
			"in mid-page":         {5*page + 100, 4 * page, 4 * page, 6 * page},
			"one byte of a page":  {5*page + 1, 6*page - 1, 2, 6 * page},
			"last byte of a page": {6*page - 1, 5 * page, 2 * page, 6 * page},
		} {
			t.Run(name, func(t *testing.T) {
				f := newFile(t, dir, content)
				cursor := newCursor(t, f, window)
				if _, err := view(cursor, page, 4*page); err != nil { // maps pages 4 to 7
					t.Fatal(err)
				}
				truncate(t, f, c.size)
				err := cursor.View(make([]byte, c.n), int64(c.off), func(p []byte) { sum(p) })
				if c.fault >= 0 {
					wantFault(t, err, f, c.fault)
				} else if err != nil {
					t.Error(err)
				}
				// The cursor still reads what is there.
				truncate(t, f, 0)
				if _, err := f.WriteAt(content, 0); err != nil {
					t.Fatal(err)
				}
				if got, err := view(cursor, c.n, c.off); err != nil || !bytes.Equal(got, content[c.off:c.off+c.n]) {
					t.Errorf("when the file is whole again: error %v, or other bytes", err)
				}
			})
		}
	})
}

// There is no fault in the rest of the last page, which reads as zeros.
func TestTruncatedPageReadsAsZeros(t *testing.T) {
	f := newFile(t, t.TempDir(), pages(2))
	cursor := newCursor(t, f, 2*page)
	truncate(t, f, 100)
	got, err := view(cursor, page, 0)
	if want := append(pages(1)[:100], make([]byte, page-100)...); err != nil || !bytes.Equal(got, want) {
		t.Errorf("error %v, or other bytes", err)
	}
}

func TestTruncatedWhileLookedAt(t *testing.T) {
	needFaultAddresses(t)
	f := newFile(t, t.TempDir(), pages(8))
	var wg sync.WaitGroup
	var all, faults sync.WaitGroup
	all.Add(4)
	faults.Add(1)
	for range 4 {
		cursor := newCursor(t, f, 8*page)
		wg.Go(func() {
			err := cursor.View(make([]byte, 8*page), 0, func(p []byte) {
				sum(p)
				all.Done()
				faults.Wait()
				sum(p)
				t.Error("nothing was truncated")
			})
			wantFault(t, err, f, 3*page)
			// This goroutine still works.
			if _, err := view(cursor, 3*page, 0); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	truncate(t, f, 3*page)
	faults.Done()
	wg.Wait()
}

// Assembly and memmove fault as Go code does. Some read their input backwards, or
// many bytes at once, so the test knows only the page of the fault.
func TestFaultInAssembly(t *testing.T) {
	needFaultAddresses(t)
	f := newFile(t, t.TempDir(), pages(8))
	cursor := newCursor(t, f, 8*page)
	if _, err := view(cursor, 8*page, 0); err != nil {
		t.Fatal(err)
	}
	truncate(t, f, 3*page)
	out := make([]byte, 8*page)
	var key [32]byte
	var result any // keeps the compiler from dropping the calls
	for name, kernel := range map[string]func(p []byte){
		"salsa20":  func(p []byte) { salsa.XORKeyStream(out, p, new([16]byte), &key) },
		"poly1305": func(p []byte) { _, result = secretbox.Open(nil, p, new([24]byte), &key) },
		"sha256":   func(p []byte) { result = sha256.Sum256(p) },
		"memmove":  func(p []byte) { copy(out, p) },
		"compare":  func(p []byte) { result = bytes.Equal(p, append(pages(3), make([]byte, 5*page)...)) },
		"search":   func(p []byte) { result = bytes.IndexByte(p, 99) },
	} {
		// Twice, because the first fault must change nothing.
		for range 2 {
			err := cursor.View(out, 0, kernel)
			var fault *FaultError
			if !errors.As(err, &fault) || fault.Offset < int64(3*page) || fault.Offset >= int64(8*page) {
				t.Errorf("%s: %v, result %v", name, err, result)
			}
		}
	}
}

// The kernel does not fault: the system call returns EFAULT.
func TestSystemCallOnLostPage(t *testing.T) {
	f, out := newFile(t, t.TempDir(), pages(2)), newFile(t, t.TempDir(), nil)
	cursor := newCursor(t, f, 2*page)
	truncate(t, f, 0)
	var written error
	if err := cursor.View(make([]byte, page), 0, func(p []byte) { _, written = out.Write(p) }); err != nil {
		t.Error(err)
	}
	if !errors.Is(written, unix.EFAULT) {
		t.Errorf("the write returned %v", written)
	}
}

func TestViewPassesOnPanics(t *testing.T) {
	needFaultAddresses(t)
	f, other := newFile(t, t.TempDir(), pages(2)), lost(t, 1, 0)
	cursor := newCursor(t, f, 2*page)
	sentinel := errors.New("sentinel")
	if r := panicOf(func() { cursor.View(make([]byte, 1), 0, func([]byte) { panic(sentinel) }) }); r != sentinel {
		t.Errorf("panic(err) became %v", r)
	}
	err := Guard(func() {
		err := cursor.View(make([]byte, 1), 0, func([]byte) { sum(other) })
		t.Errorf("another mapping's fault was returned: %v", err)
	}, other)
	if fault, ok := err.(*FaultError); !ok || fault.Offset != 0 {
		t.Errorf("another mapping's fault became %v", err)
	}
	if got, err := view(cursor, 1, 0); err != nil || got[0] != 1 {
		t.Errorf("the cursor is of no use any more: %v", err)
	}
}
