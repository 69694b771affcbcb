package largebox

import (
	"errors"
	"fmt"
	"io/fs"

	"github.com/largebox/largebox/internal/errs"
	"github.com/largebox/largebox/internal/pipeline"
)

// An Error is what a function of this package returns when it fails. It has the
// fields Op (seal, open or verify), Src and Dst (the names of both ends; Dst is
// empty for verify), and Err, the cause, which names the end that failed. Its text
// is Op, Src and the cause.
type Error = pipeline.Error

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
	// ErrSourceChanged is a file whose size or mtime changed while it was being
	// sealed.
	ErrSourceChanged = pipeline.ErrSourceChanged
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

var errNil = fmt.Errorf("nil where an Input, an Output or a key is needed: %w", fs.ErrInvalid)
