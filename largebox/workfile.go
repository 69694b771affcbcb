package largebox

import (
	"errors"
	"io"
	"os"

	"github.com/largebox/largebox/fallback"
	"github.com/largebox/largebox/mmapio"
	"github.com/largebox/largebox/publish"
)

// A workfile holds the output until it is complete: mmapio.File, which has no
// name, or fallback.File, which has a temporary one. Close leaves nothing of it.
type workfile interface {
	io.WriterAt
	io.Closer
	// Reveal gives it the permission that was asked for.
	Reveal() error
	OSFile() *os.File
}

// createWorkfile creates a workfile for size bytes, or for an unknown number if
// negative, in dir.
func createWorkfile(dir *publish.Dir, size int64, exclusive bool, o Options) (workfile, Workspace, error) {
	if o.Workspace != Fallback {
		if size <= blockSize {
			size = 0 // the first write finds a full disk as soon as fallocate
		}
		f, err := mmapio.Create(dir.File(), mmapio.Options{
			Size: size, Perm: o.Mode, Exclusive: exclusive, Writeback: !o.NoSync && !exclusive,
		})
		if err == nil {
			return f, Mmap, nil
		}
		if o.Workspace == Mmap || !errors.Is(err, errors.ErrUnsupported) {
			return nil, "", err
		}
	}
	root, err := dir.Root()
	if err != nil {
		return nil, "", err
	}
	f, err := fallback.Create(root, o.Mode)
	if err != nil {
		return nil, "", err
	}
	return f, Fallback, nil
}
