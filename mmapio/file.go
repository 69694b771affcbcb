package mmapio

import (
	"os"

	"github.com/largebox/largebox/internal/workfile"
)

// A File is an anonymous file that is being written. Several goroutines may call
// its WriteAt at once.
type File struct{ work *workfile.File }

// Create opens an anonymous file in the directory dir, which may be an O_PATH
// descriptor and stays its caller's. The error is an errors.ErrUnsupported
// where the directory's file system has no anonymous files, and an ErrNoSpace
// where it has no room for opts.Size bytes.
func Create(dir *os.File, opts Options) (*File, error) {
	work, err := workfile.Anonymous(dir, workfile.Options{
		Size: opts.Size, Mode: opts.Perm, Exclusive: opts.Exclusive, Writeback: opts.Writeback,
	})
	if err != nil {
		return nil, err
	}
	return &File{work}, nil
}

// WriteAt writes p at byte off, as an io.WriterAt does. Whole pages from
// page-aligned memory are written fastest.
func (f *File) WriteAt(p []byte, off int64) (int, error) { return f.work.WriteAt(p, off) }

// Truncate sets the size to n bytes.
func (f *File) Truncate(n int64) error { return f.work.Truncate(n) }

// Reveal gives the file the permission it was created for. Call it when the
// content is known to be right.
func (f *File) Reveal() error { return f.work.Reveal() }

// OSFile returns the open file, to be published or read back. It belongs to f.
func (f *File) OSFile() *os.File { return f.work.OSFile() }

// Close closes the file. A file that has not been published is gone then.
func (f *File) Close() error { return f.work.Close() }
