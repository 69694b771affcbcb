package mmapio

import (
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"unsafe"

	"github.com/edsrzf/mmap-go"
	"github.com/largebox/largebox/internal/errs"
	"github.com/largebox/largebox/internal/reserve"
	"golang.org/x/sys/unix"
)

// A Mapping is a whole file as a slice. A function that reads the slice twice,
// such as one that verifies and then decrypts, trusts whoever may write the
// file not to change it in between.
type Mapping struct{ m mmap.MMap }

// Map maps all of f, which stays its caller's, for reading. The error is an
// errors.ErrUnsupported where f cannot be mapped, or is too large for the
// host's addresses.
func Map(f *os.File) (*Mapping, error) {
	source, err := NewSource(f)
	if err != nil {
		return nil, err
	}
	size := source.Size()
	if size == 0 {
		return &Mapping{}, nil
	}
	if size > math.MaxInt {
		return nil, &fs.PathError{Op: "map", Path: f.Name(), Err: errors.ErrUnsupported}
	}
	m, err := mmap.MapRegion(f, int(size), mmap.RDONLY, 0, 0)
	if err == unix.ENOMEM {
		err = errs.As(errors.ErrUnsupported, err)
	}
	if err != nil {
		return nil, &fs.PathError{Op: "map", Path: f.Name(), Err: err}
	}
	return &Mapping{m}, nil
}

// Bytes is the content: read-only (a write to it faults), valid until Close, and
// changing when the file is written. Use it under [Guard].
func (m *Mapping) Bytes() []byte { return m.m[:len(m.m):len(m.m)] }

// Close unmaps the file. What Bytes gave must not be used any more.
func (m *Mapping) Close() error {
	if m.m == nil {
		return nil
	}
	return m.m.Unmap()
}

// A Buffer is an anonymous file as a slice to append into.
type Buffer struct {
	file *File
	m    mmap.MMap
}

// errMoved is a slice that was reallocated because it outgrew the file.
var errMoved = errors.New("what was appended did not fit, and is not in the file")

// Buffer maps n bytes of f, which are reserved first: a full disk is an
// ErrNoSpace here, and no fault later. The Buffer ends with Commit or Close.
func (f *File) Buffer(n int) (*Buffer, error) {
	b := &Buffer{file: f}
	if n == 0 {
		return b, nil
	}
	file := f.OSFile()
	err := file.Truncate(int64(n))
	if err == nil {
		// On tmpfs too: a fault cannot say that the disk is full.
		err = reserve.Blocks(file, int64(n))
		if err == unix.EOPNOTSUPP || err == unix.ENOSYS {
			err = writeZeros(file, int64(n))
		} else if err != nil {
			err = &fs.PathError{Op: "allocate space in", Path: file.Name(), Err: err}
		}
	}
	if err == nil {
		if b.m, err = mmap.MapRegion(file, n, mmap.RDWR, 0, 0); err != nil {
			err = &fs.PathError{Op: "map", Path: file.Name(), Err: err}
		}
	}
	if err != nil {
		file.Truncate(0) // what was reserved stays otherwise
		return nil, errs.Space(err)
	}
	return b, nil
}

// writeZeros reserves space where the file system has no fallocate.
func writeZeros(f *os.File, n int64) error {
	zeros := make([]byte, min(n, 1<<20))
	for off := int64(0); off < n; off += int64(len(zeros)) {
		if _, err := f.WriteAt(zeros[:min(n-off, int64(len(zeros)))], off); err != nil {
			return err
		}
	}
	return nil
}

// Bytes is an empty slice with a capacity of the n bytes. What is appended to
// it, up to there, is in the file. Use it under [Guard].
func (b *Buffer) Bytes() []byte {
	if b.m == nil {
		return []byte{}
	}
	return b.m[:0:len(b.m)]
}

// Commit ends the Buffer with content, which is what a function that appended
// to Bytes returned: it is written to the file (msync(2)), which gets its
// length. Content that is not in the Buffer, because it outgrew it, is an error.
func (b *Buffer) Commit(content []byte) error {
	if len(content) > 0 && (b.m == nil || unsafe.SliceData(content) != unsafe.SliceData(b.m)) {
		return errors.Join(fmt.Errorf("mmapio: %w", errMoved), b.Close())
	}
	if b.m != nil {
		if err := b.m.Flush(); err != nil {
			return errors.Join(errs.Space(&fs.PathError{Op: "sync", Path: b.file.OSFile().Name(), Err: err}), b.Close())
		}
	}
	if err := b.Close(); err != nil {
		return err
	}
	return b.file.Truncate(int64(len(content)))
}

// Close unmaps the file, if Commit has not. What Bytes gave must not be used
// any more.
func (b *Buffer) Close() error {
	if b.m == nil {
		return nil
	}
	return b.m.Unmap()
}
