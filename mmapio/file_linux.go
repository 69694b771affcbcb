package mmapio

import (
	"errors"
	"io/fs"
	"os"

	"github.com/largebox/largebox/internal/anon"
	"github.com/largebox/largebox/internal/errs"
	"github.com/largebox/largebox/internal/reserve"
	"golang.org/x/sys/unix"
)

// A File is an anonymous file that is being written. Its WriteAt may be called
// by several goroutines at once.
type File struct {
	f         *os.File
	mode      fs.FileMode
	writeback bool
}

// Create opens an anonymous file in the directory dir, which may be an O_PATH
// descriptor and stays its caller's. The error is an errors.ErrUnsupported
// where the directory's file system has no anonymous files, and an ErrNoSpace
// where it has no room for opts.Size bytes.
func Create(dir *os.File, opts Options) (*File, error) {
	if opts.Perm == 0 {
		opts.Perm = 0o600
	}
	f, mode, err := anon.Create(dir, opts.Perm, opts.Exclusive)
	if err != nil {
		return nil, errs.Space(err)
	}
	if err := reserve.File(f, opts.Size); err != nil {
		f.Close()
		return nil, errs.Space(&fs.PathError{Op: "allocate space in", Path: dir.Name(), Err: err})
	}
	return &File{f, mode, opts.Writeback}, nil
}

// WriteAt writes p at byte off, as io.WriterAt has it. Pages are written
// fastest whole, from page-aligned memory.
func (f *File) WriteAt(p []byte, off int64) (int, error) {
	n, err := f.f.WriteAt(p, off)
	if err == nil && f.writeback && n > 0 {
		err = unix.SyncFileRange(int(f.f.Fd()), off, int64(n), unix.SYNC_FILE_RANGE_WRITE)
		if errors.Is(err, unix.ENOSYS) || errors.Is(err, unix.ESPIPE) {
			err = nil // advice that this file system does not take
		} else if err != nil {
			err = &fs.PathError{Op: "start writeback of", Path: f.f.Name(), Err: err}
		}
	}
	return n, errs.Space(err)
}

// Truncate sets the size to n bytes.
func (f *File) Truncate(n int64) error { return errs.Space(f.f.Truncate(n)) }

// Reveal gives the file the permission it was created for. Call it when the
// content is known to be right.
func (f *File) Reveal() error { return errs.Space(f.f.Chmod(f.mode)) }

// OSFile is the file, to be published or read back. It belongs to f.
func (f *File) OSFile() *os.File { return f.f }

// Close closes the file. If it has not been published, it is gone.
func (f *File) Close() error { return f.f.Close() }
