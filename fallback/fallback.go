// Package fallback reads and writes the windows of large files with ordinary
// reads and writes. It serves hosts that are not Linux, and files and file
// systems without mappings or without anonymous files. It has the form of package
// mmapio.
//
//   - Call [NewSource] for the file to read. [Source.View] reads a piece into the
//     caller's block.
//   - Call [Create] for the file to write. It is a private temporary file (mode
//     0600), created exclusively under an unguessable, recognisable name
//     (.largebox-….tmp), in the directory where it will get its final name. Close
//     removes the name. If the process is killed, the name stays, and
//     publish.Sweep removes it.
package fallback

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"github.com/largebox/largebox/internal/errs"
	"github.com/largebox/largebox/internal/workfile"
)

// ErrNoSpace is a full disk, an exhausted quota, or a file-size limit. Test for it
// with errors.Is.
var ErrNoSpace = errs.ErrNoSpace

// A Source is a file that is read piece by piece. Several goroutines may use it
// at once, as they may its io.ReaderAt.
type Source struct{ r io.ReaderAt }

// NewSource prepares r for reading: an *os.File, for one, which stays open and
// its caller's. Errors name r if it has a Name method.
func NewSource(r io.ReaderAt) *Source { return &Source{r} }

// View reads the len(block) bytes at byte off into block, and calls fn with it.
// The error is an io.ErrUnexpectedEOF where r ends before.
func (s *Source) View(block []byte, off int64, fn func(p []byte)) error {
	n, err := s.r.ReadAt(block, off)
	switch {
	case n == len(block):
		fn(block)
		return nil
	case err == io.EOF:
		err = fmt.Errorf("the file was truncated: %w", io.ErrUnexpectedEOF)
	case err == nil: // which an io.ReaderAt must not do
		err = io.ErrNoProgress
	}
	return s.named(err)
}

// named adds the name of the reader to err, unless err has a path already.
func (s *Source) named(err error) error {
	var path *fs.PathError
	if r, ok := s.r.(interface{ Name() string }); ok && !errors.As(err, &path) {
		return &fs.PathError{Op: "read", Path: r.Name(), Err: err}
	}
	return err
}

// A File is a private temporary file that is being written. Several goroutines
// may call its WriteAt at once.
type File struct{ work *workfile.File }

// Create creates a private file in dir, which it takes over and closes, also if
// it fails. Perm is the permission that Reveal sets, before umask or default
// ACL; zero means 0600.
func Create(dir *os.Root, perm fs.FileMode) (*File, error) {
	work, err := workfile.Temporary(dir, workfile.Options{Mode: perm})
	if err != nil {
		return nil, err
	}
	return &File{work}, nil
}

// WriteAt writes p at byte off, as an io.WriterAt does.
func (f *File) WriteAt(p []byte, off int64) (int, error) { return f.work.WriteAt(p, off) }

// Reveal gives the file the permission it was created for. Call it when the
// content is known to be right.
func (f *File) Reveal() error { return f.work.Reveal() }

// OSFile returns the open file, to be published or read back. It belongs to f.
func (f *File) OSFile() *os.File { return f.work.OSFile() }

// Name returns the temporary name that the file was created under.
func (f *File) Name() string { return f.work.Name() }

// Close closes the file, and removes its temporary name if that is still its
// own. A file that has been published stays under the other name.
func (f *File) Close() error { return f.work.Close() }
