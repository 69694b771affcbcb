package largebox

import (
	"errors"
	"fmt"
	"io/fs"

	"github.com/largebox/largebox/internal/errs"
	"github.com/largebox/largebox/internal/pipeline"
)

// An Error reports a failed operation: the functions that seal, open and verify return
// an *Error. Op is seal, open or verify. Src and Dst are the names of both ends; Dst
// is empty for verify. Err is the cause; its text names the destination if that
// failed. The text of an Error is Op, Src and the cause.
type Error = pipeline.Error

// Errors to test for with errors.Is. Besides these, operations return fs.ErrExist if
// the destination exists, fs.ErrNotExist if a file is missing, fs.ErrInvalid for
// unusable options or keys, errors.ErrUnsupported for what this host or file system
// cannot do, and the error of the context if that ended.
var (
	// ErrNotAuthentic reports a tag that did not verify. NaCl cannot tell a wrong
	// key from an altered box.
	ErrNotAuthentic = errors.New("not authentic: this is not the key it was sealed with, or the box was altered")
	// ErrTooShort reports a file or stream that is shorter than the smallest box.
	ErrTooShort = errors.New("too short to be a box")
	// ErrSourceChanged reports a file whose size or mtime changed while it was
	// sealed.
	ErrSourceChanged = pipeline.ErrSourceChanged
	// ErrLowOrderKey reports a public key of low order. Everybody would know the
	// shared key.
	ErrLowOrderKey = errs.ErrLowOrderKey
	// ErrNoSpace reports a full disk, an exhausted quota, or a file-size limit.
	ErrNoSpace = errs.ErrNoSpace
	// ErrInUse reports a file that a program has open and does not share (Windows): a
	// source that cannot be read, or a destination that cannot be replaced, for
	// instance because it is the source. Close the file there, and try again.
	ErrInUse = errs.ErrInUse
)

var errNil = fmt.Errorf("nil where an Input, an Output or a key is needed: %w", fs.ErrInvalid)
