// Package fallback reads and writes the windows of large files with nothing but
// package os: for hosts that are not Linux, and for files and file systems that
// have no mappings or no anonymous files. It has the form of package mmapio.
//
//   - A [Source] is a file to be read with ReadAt, into blocks of its caller's.
//   - A [File] is a private temporary file in the directory where it will get
//     its name: mode 0600, created exclusively under an unguessable,
//     recognisable name (.largebox-….tmp), held open until it is published or
//     removed. If the process is killed, it stays behind.
package fallback

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"github.com/largebox/largebox/internal/errs"
	"github.com/largebox/largebox/internal/tempfile"
)

// ErrNoSpace is a full disk, an exhausted quota, or a file-size limit; to test
// for with errors.Is.
var ErrNoSpace = errs.ErrNoSpace

// A Source is a file to be read piece by piece. It may be used by several
// goroutines at once.
type Source struct{ r io.ReaderAt }

// NewSource prepares r, which stays open and its caller's, for reading.
func NewSource(r io.ReaderAt) *Source { return &Source{r} }

func (s *Source) name() string {
	if named, ok := s.r.(interface{ Name() string }); ok {
		return named.Name()
	}
	return "stream"
}

// View reads the len(block) bytes at byte off into block, and calls fn with it.
// A file that ends before is an io.ErrUnexpectedEOF.
func (s *Source) View(block []byte, off int64, fn func(p []byte)) error {
	n, err := s.r.ReadAt(block, off)
	if n < len(block) {
		if err == io.EOF {
			err = &fs.PathError{Op: "read", Path: s.name(), Err: fmt.Errorf("the file was truncated: %w", io.ErrUnexpectedEOF)}
		}
		return err
	}
	fn(block)
	return nil
}

// A File is a private temporary file that is being written. Its WriteAt may be
// called by several goroutines at once.
type File struct {
	f    *os.File
	dir  *os.Root
	name string
	mode fs.FileMode
	id   fs.FileInfo
}

// Create creates a private file in dir, which it takes over and closes. Perm is
// the permission that Reveal gives it, before umask or default ACL; zero means
// 0600.
func Create(dir *os.Root, perm fs.FileMode) (*File, error) {
	if perm == 0 {
		perm = 0o600
	}
	f, name, mode, err := tempfile.Create(dir, perm)
	if err != nil {
		dir.Close()
		return nil, errs.Space(err)
	}
	id, err := f.Stat()
	if err != nil {
		f.Close()
		dir.Remove(name)
		dir.Close()
		return nil, err
	}
	return &File{f, dir, name, mode, id}, nil
}

// WriteAt writes p at byte off, as io.WriterAt has it.
func (f *File) WriteAt(p []byte, off int64) (int, error) {
	n, err := f.f.WriteAt(p, off)
	return n, errs.Space(err)
}

// Reveal gives the file the permission it was created for. Call it when the
// content is known to be right.
func (f *File) Reveal() error { return errs.Space(f.f.Chmod(f.mode)) }

// OSFile is the file, to be published or read back. It belongs to f.
func (f *File) OSFile() *os.File { return f.f }

// Name is the temporary name that the file was created under, in its directory.
func (f *File) Name() string { return f.name }

// Close closes the file, and removes its temporary name if it still is its
// name. A file that was published under another name stays there.
func (f *File) Close() error {
	defer f.dir.Close()
	// Closed first, because Windows removes no file that is open.
	err := f.f.Close()
	there, e := f.dir.Lstat(f.name)
	if e == nil && os.SameFile(f.id, there) {
		e = f.dir.Remove(f.name)
	}
	if err == nil && !errors.Is(e, fs.ErrNotExist) {
		err = e
	}
	return err
}
