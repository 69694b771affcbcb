package mmapio

import (
	"bytes"
	"os"
	"path/filepath"
	"runtime/debug"
	"testing"
	"unsafe"

	"github.com/largebox/largebox/internal/testfs"
)

var page = os.Getpagesize()

// pages returns n pages, each filled with its number, from 1.
func pages(n int) (content []byte) {
	for i := range n {
		content = append(content, bytes.Repeat([]byte{byte(i + 1)}, page)...)
	}
	return content
}

// newFile makes a file with this content in dir, open for reading and writing.
func newFile(t testing.TB, dir string, content []byte) *os.File {
	t.Helper()
	f, err := os.CreateTemp(dir, "file")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		f.Close()
		os.Remove(f.Name())
	})
	if _, err := f.Write(content); err != nil {
		t.Fatal(err)
	}
	return f
}

// newCursor returns a cursor on f that the test closes.
func newCursor(t testing.TB, f *os.File, window int) *Cursor {
	t.Helper()
	s, err := NewSource(f)
	if err != nil {
		t.Fatal(err)
	}
	c := s.Cursor(window)
	t.Cleanup(func() { c.Close() })
	return c
}

// newMapping maps f until the test ends.
func newMapping(t testing.TB, f *os.File) []byte {
	t.Helper()
	m, err := Map(f)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { m.Close() })
	return m.Bytes()
}

func truncate(t testing.TB, f *os.File, size int) {
	t.Helper()
	if err := f.Truncate(int64(size)); err != nil {
		t.Fatal(err)
	}
}

// sum reads every byte of p, in order. If it were inlined, the compiler would drop
// the reads where the result is not used.
//
//go:noinline
func sum(p []byte) (total int) {
	for _, b := range p {
		total += int(b)
	}
	return total
}

// open opens a path for reading until the test ends.
func open(t testing.TB, path ...string) *os.File {
	t.Helper()
	f, err := os.Open(filepath.Join(path...))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

// needFaultAddresses ends a test on hosts where a fault comes without its address,
// by which Guard knows it (qemu-user 7.2).
func needFaultAddresses(t testing.TB) {
	t.Helper()
	f := newFile(t, t.TempDir(), pages(1))
	m := newMapping(t, f)
	truncate(t, f, 0)
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		fault, ok := recover().(interface{ Addr() uintptr })
		if !ok || fault.Addr() != uintptr(unsafe.Pointer(&m[0])) {
			testfs.Missing(t, "a fault under a mapping comes without its address here")
		}
	}()
	sum(m)
}
