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

// Bytes returns the content, until Close. It is read-only: a write to it faults.
// It changes when the file is written. Use it under [Guard].
func (m *Mapping) Bytes() []byte { return m.m[:len(m.m):len(m.m)] }

// Close unmaps the file. The slice that Bytes returned must not be used any more.
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

// errMoved says that append reallocated a slice because it outgrew the Buffer.
var errMoved = errors.New("the content outgrew the Buffer, and is not in the file")

// Buffer reserves and maps n bytes of f. A full disk is an ErrNoSpace here, and no
// fault later. The Buffer ends with Commit or Close.
func (f *File) Buffer(n int) (*Buffer, error) {
	b := &Buffer{file: f}
	if n == 0 {
		return b, nil
	}
	file := f.OSFile()
	err := file.Truncate(int64(n))
	if err == nil {
		// On tmpfs too, because a fault does not say that the disk is full.
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
		file.Truncate(0) // frees what was reserved
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

// Bytes returns an empty slice with a capacity of the n bytes. Bytes that are
// appended within the capacity are in the file. Use it under [Guard].
func (b *Buffer) Bytes() []byte {
	if b.m == nil {
		return []byte{}
	}
	return b.m[:0:len(b.m)]
}

// Commit ends the Buffer. content is the slice that a function returned which
// appended to Bytes. Commit writes it to the disk (msync(2)), and truncates the
// file to its length. It returns an error if content outgrew the Buffer.
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

// Close unmaps the file, unless Commit has. The slice that Bytes returned must not
// be used any more.
func (b *Buffer) Close() error {
	if b.m == nil {
		return nil
	}
	return b.m.Unmap()
}
