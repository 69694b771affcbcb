package largebox

import (
	"errors"
	"fmt"
	"io/fs"

	"github.com/largebox/largebox/internal/errs"
	"github.com/largebox/largebox/internal/pipeline"
)

// An Error reports a failed operation, and names both ends. The functions that seal,
// open and verify return an *Error.
type Error struct {
	Op  string // seal, open or verify
	Src string // the name of the Input; "stream" if it has none
	Dst string // the name of the Output; empty for verify
	Err error  // the cause, whose text names the destination if that failed
}

// Error returns Op, Src and the text of Err.
func (e *Error) Error() string { return (*pipeline.Error)(e).Error() }

// Unwrap returns Err.
func (e *Error) Unwrap() error { return e.Err }

// public returns the pipeline's Error as one of this package.
func public(err error) error {
	if e, ok := err.(*pipeline.Error); ok {
		return (*Error)(e)
	}
	return err
}

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
