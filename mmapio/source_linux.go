package mmapio

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"

	"github.com/edsrzf/mmap-go"
	"golang.org/x/sys/unix"
)

// unmappable are the errors of files that have no pages to map: pipes, sockets,
// directories, files of /proc (EIO), and FUSE files with direct I/O.
var unmappable = []unix.Errno{unix.ENODEV, unix.EACCES, unix.EINVAL, unix.EIO, unix.ENOSYS, unix.EPERM}

var pageSize = int64(os.Getpagesize())

// A Source is a file that is read through mapped windows. Several goroutines may
// use it at once, each with a Cursor of its own.
type Source struct {
	f    *os.File
	size int64
}

// NewSource prepares f, which stays open and its caller's, for reading. The
// error is an errors.ErrUnsupported where f cannot be mapped.
func NewSource(f *os.File) (*Source, error) {
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	unsupported := &fs.PathError{Op: "map", Path: f.Name(), Err: errors.ErrUnsupported}
	if !info.Mode().IsRegular() {
		return nil, unsupported
	}
	// Empty files too, because files of /proc only seem to be empty.
	m, err := mmap.MapRegion(f, 1, mmap.RDONLY, 0, 0)
	if errno, ok := err.(unix.Errno); ok && slices.Contains(unmappable, errno) {
		return nil, unsupported
	} else if err != nil {
		return nil, &fs.PathError{Op: "map", Path: f.Name(), Err: err}
	}
	m.Unmap()
	return &Source{f, info.Size()}, nil
}

// Size returns the size in bytes that the file had when the Source was made.
func (s *Source) Size() int64 { return s.size }

// Cursor returns a cursor that maps up to window bytes at a time.
func (s *Source) Cursor(window int) *Cursor {
	return &Cursor{source: s, window: window}
}

// A Cursor is one goroutine's view of a Source. It keeps one window mapped,
// until it is moved or closed.
type Cursor struct {
	source *Source
	window int
	mapped mmap.MMap
	start  int64 // of mapped, in the file
}

// View calls fn with the len(block) bytes of the file at byte off, in the mapping.
// Whoever may write the file can change them while fn runs, so fn should read
// each byte once. View returns an error that wraps a *FaultError if fn faults on
// them, and an io.ErrUnexpectedEOF for bytes beyond Size. It does not use block:
// the parameter is there because package fallback needs it.
func (c *Cursor) View(block []byte, off int64, fn func(p []byte)) error {
	n := len(block)
	if n == 0 {
		fn(nil)
		return nil
	}
	// The rest of the last page can be mapped too, and reads as zeros.
	if off < 0 || off > c.source.size-int64(n) {
		return &fs.PathError{Op: "read", Path: c.source.f.Name(), Err: fmt.Errorf("%d bytes at byte %d of %d: %w", n, off, c.source.size, io.ErrUnexpectedEOF)}
	}
	if off < c.start || off+int64(n) > c.start+int64(len(c.mapped)) {
		if err := c.move(off, n); err != nil {
			return &fs.PathError{Op: "map", Path: c.source.f.Name(), Err: err}
		}
	}
	at := int(off - c.start)
	err := Guard(func() { fn(c.mapped[at : at+n]) }, c.mapped)
	if fault, ok := err.(*FaultError); ok {
		return &fs.PathError{Op: "read", Path: c.source.f.Name(), Err: &FaultError{c.start + fault.Offset}}
	}
	return err
}

// move maps the window that starts on the page of byte off and has at least n
// bytes from there.
func (c *Cursor) move(off int64, n int) error {
	if err := c.Close(); err != nil {
		return err
	}
	start := off - off%pageSize
	length := max(min(int64(c.window), c.source.size-start), off+int64(n)-start)
	m, err := mmap.MapRegion(c.source.f, int(length), mmap.RDONLY, 0, start)
	if err != nil {
		return err
	}
	c.mapped, c.start = m, start
	return nil
}

// Close unmaps the window. The Cursor can be used again.
func (c *Cursor) Close() error {
	if c.mapped == nil {
		return nil
	}
	c.start = 0
	return c.mapped.Unmap()
}
