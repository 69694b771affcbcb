package largebox

import (
	"context"
	"errors"

	"github.com/largebox/largebox/internal/errs"
)

// Errors to test for with errors.Is. Besides these: an existing destination is
// an fs.ErrExist, what this host or file system cannot do is an
// errors.ErrUnsupported, unusable options are an fs.ErrInvalid, a missing file
// an fs.ErrNotExist, and a cancelled operation has the error of its context.
var (
	// ErrNotAuthentic is a tag that did not verify. NaCl cannot tell a wrong
	// key from an altered box.
	ErrNotAuthentic = errors.New("not authentic: this is not the key it was sealed with, or the box was altered")
	// ErrTooShort is a file or stream shorter than the smallest box.
	ErrTooShort = errors.New("too short to be a box")
	// ErrSourceChanged is a file whose size, mtime or ctime changed while it was
	// being sealed.
	ErrSourceChanged = errors.New("the file changed while it was being sealed")
	// ErrLowOrderKey is a public key that would make the shared secret known to
	// everybody.
	ErrLowOrderKey = errs.ErrLowOrderKey
	// ErrNoSpace is a full disk, an exhausted quota, or a file-size limit.
	ErrNoSpace = errs.ErrNoSpace
	// ErrInUse is a file that a program has open and does not share (Windows): a
	// source that may not be read, or a destination that may not be replaced,
	// for instance because it is the source. Close it there, and try again.
	ErrInUse = errs.ErrInUse
)

// cancelled is why ctx ended, as an error that is ctx.Err() too.
func cancelled(ctx context.Context) error {
	err, cause := ctx.Err(), context.Cause(ctx)
	if errors.Is(cause, err) {
		return cause
	}
	return errs.As(err, cause)
}
