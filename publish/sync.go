package publish

import (
	"errors"
	"fmt"
	"os"

	"github.com/largebox/largebox/internal/errs"
)

func (p *publication) syncFile(f *os.File) error {
	if err := p.ctx.Err(); err != nil || p.opts.NoSync {
		return err
	}
	return f.Sync()
}

// syncDir makes the new name of f durable. If that fails, it calls undo to take
// the name back, unless the caller wants to keep it. undo is nil if another file
// may have had the name before.
func (p *publication) syncDir(f *os.File, undo func() error) error {
	if p.opts.NoSync {
		return nil
	}
	err := p.dir.sync(f)
	if err == nil {
		return nil
	}
	if undo == nil || p.opts.KeepOnSyncError {
		return inPlace(err)
	}
	return undone(err, undo())
}

// errInPlace marks the errors after which the new file has its name, or may have.
var errInPlace = errors.New("the new file is in place")

// inPlace adds to err that the new file has its name.
func inPlace(err error) error {
	return errs.As(errInPlace, fmt.Errorf("%w (the new file is in place, but may not survive a loss of power)", err))
}

// undone returns err, for which the new name was taken back. If that failed, it
// says so.
func undone(err, undo error) error {
	if undo == nil {
		return err
	}
	return errs.As(errInPlace, fmt.Errorf("%w (the new file is in place, and its name could not be taken back: %w)", err, undo))
}
