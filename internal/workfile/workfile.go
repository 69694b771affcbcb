// Package workfile is the one place that chooses between mmapio and fallback for
// a file that is assembled before it gets its name.
package workfile

import (
	"errors"
	"io"
	"io/fs"
	"os"

	"github.com/largebox/largebox/fallback"
	"github.com/largebox/largebox/internal/errs"
	"github.com/largebox/largebox/internal/reserve"
	"github.com/largebox/largebox/mmapio"
	"github.com/largebox/largebox/publish"
)

// Options say what the file is to be, and where it may come from.
type Options struct {
	mmapio.Options
	// NoMmap and NoFallback leave one choice.
	NoMmap, NoFallback bool
}

// A File holds the output until it is complete. Close leaves nothing of what
// has not been published.
type File struct {
	backing
	// Name is the temporary name, and empty if the file has none.
	Name string
}

// backing is what mmapio.File and fallback.File have in common.
type backing interface {
	io.WriterAt
	io.Closer
	// Reveal gives the file the permission that was asked for.
	Reveal() error
	OSFile() *os.File
}

// Anonymous reports whether the file is one without a name, of mmapio.
func (f *File) Anonymous() bool { return f.Name == "" }

// Create creates a file without a name in dir or, where there are none, a
// private temporary with one.
func Create(dir *publish.Dir, o Options) (*File, error) {
	if !o.NoMmap {
		f, err := mmapio.Create(dir.File(), o.Options)
		if err == nil {
			return &File{backing: f}, nil
		}
		if o.NoFallback || !errors.Is(err, errors.ErrUnsupported) {
			return nil, err
		}
	}
	root, err := dir.Root()
	if err != nil {
		return nil, err
	}
	f, err := fallback.Create(root, o.Perm)
	if err != nil {
		return nil, err
	}
	if err := reserve.File(f.OSFile(), o.Size); err != nil {
		f.Close()
		return nil, errs.Space(&fs.PathError{Op: "allocate space in", Path: dir.Path(), Err: err})
	}
	return &File{f, f.Name()}, nil
}
