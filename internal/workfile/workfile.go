// Package workfile is the file that a program assembles before the file gets its
// name: anonymous, or a private temporary with a name of its own. Packages
// mmapio, fallback and publish show it to their callers.
package workfile

import (
	"io/fs"
	"os"

	"github.com/largebox/largebox/internal/anon"
	"github.com/largebox/largebox/internal/eintr"
	"github.com/largebox/largebox/internal/errs"
	"github.com/largebox/largebox/internal/reserve"
	"github.com/largebox/largebox/internal/tempfile"
)

// Options describe a File. The zero value is an empty file with mode 0600.
type Options struct {
	// Size in bytes is the size that the file starts with, reserved on the disk.
	Size int64
	// Mode is the permission that Reveal sets, before umask or default ACL. Zero
	// means 0600.
	Mode fs.FileMode
	// Exclusive keeps an anonymous file from ever being given a name.
	Exclusive bool
	// Writeback starts to write to the disk behind each WriteAt.
	Writeback bool
	// Prefix begins the name of a temporary. Empty means tempfile.Default.
	Prefix tempfile.Prefix
}

func (o *Options) setDefaults() {
	if o.Mode == 0 {
		o.Mode = 0o600
	}
	if o.Prefix == "" {
		o.Prefix = tempfile.Default
	}
}

// A File is a private file that is being written. Several goroutines may call
// WriteAt at once.
type File struct {
	file      *os.File
	mode      fs.FileMode
	writeback bool
	// Of a temporary; dir is nil for an anonymous file.
	dir  *os.Root
	name string
	id   fs.FileInfo
}

// Anonymous creates a file without a name in dir, which may be an O_PATH
// descriptor and stays its caller's. The error is an errors.ErrUnsupported where
// dir has no such files.
func Anonymous(dir *os.File, o Options) (*File, error) {
	o.setDefaults()
	f, mode, err := anon.Create(dir, o.Mode, o.Exclusive)
	if err != nil {
		return nil, errs.Space(err)
	}
	return reserved(&File{file: f, mode: mode, writeback: o.Writeback}, dir.Name(), o.Size)
}

// Temporary creates a file with a temporary name in dir. It takes dir over and
// closes it, also if it fails.
func Temporary(dir *os.Root, o Options) (*File, error) {
	o.setDefaults()
	f, name, mode, err := o.Prefix.Create(dir, o.Mode)
	if err != nil {
		dir.Close()
		return nil, errs.Space(err)
	}
	id, err := f.Stat()
	if err != nil {
		f.Close()
		eintr.Retry(func() error { return dir.Remove(name) })
		dir.Close()
		return nil, err
	}
	return reserved(&File{f, mode, o.Writeback, dir, name, id}, dir.Name(), o.Size)
}

// reserved reserves size bytes for f, and closes f if they are not there.
func reserved(f *File, dir string, size int64) (*File, error) {
	if err := reserve.File(f.file, size); err != nil {
		f.Close()
		return nil, errs.Space(&fs.PathError{Op: "allocate space in", Path: dir, Err: err})
	}
	return f, nil
}

// Anonymous reports whether the file was created without a name.
func (f *File) Anonymous() bool { return f.dir == nil }

// Name returns the temporary name. It is empty for an anonymous file, and after
// Renamed.
func (f *File) Name() string { return f.name }

// Renamed tells f that its temporary name has become another, which stays.
func (f *File) Renamed() { f.name = "" }

// OSFile returns the open file, which belongs to f.
func (f *File) OSFile() *os.File { return f.file }

// WriteAt writes p at byte off, as an io.WriterAt does.
func (f *File) WriteAt(p []byte, off int64) (int, error) {
	n, err := f.file.WriteAt(p, off)
	if err == nil && f.writeback && n > 0 {
		if err = reserve.Writeback(f.file, off, int64(n)); err != nil {
			err = &fs.PathError{Op: "start writeback of", Path: f.file.Name(), Err: err}
		}
	}
	return n, errs.Space(err)
}

// Truncate sets the size to n bytes.
func (f *File) Truncate(n int64) error { return errs.Space(f.file.Truncate(n)) }

// Reveal sets the permission that the file was created for.
func (f *File) Reveal() error { return errs.Space(f.file.Chmod(f.mode)) }

// Conceal takes back what Reveal did: only the owner may open the file again.
func (f *File) Conceal() error { return f.file.Chmod(0o600) }

// Close closes the file, and removes its temporary name if that is still its
// own. A file that has been published stays under the other name.
func (f *File) Close() error {
	err := f.file.Close() // first, because Windows removes no open file
	if f.dir == nil {
		return err
	}
	defer f.dir.Close()
	if f.name == "" {
		return err
	}
	if e := tempfile.RemoveIf(f.dir, f.name, f.id); err == nil {
		err = e
	}
	return err
}
