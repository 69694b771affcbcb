// Package errs holds the errors that more than one package of largebox gives.
package errs

import (
	"errors"
	"slices"
	"syscall"
)

// ErrNoSpace is a full disk, an exhausted quota, or a file-size limit.
var ErrNoSpace = errors.New("no space left")

// ErrLowOrderKey is a public key that would make the shared secret known to
// everybody.
var ErrLowOrderKey = errors.New("the public key is not a usable one (a point of low order)")

// ErrInUse is a file that a program has open and does not share (Windows).
var ErrInUse = errors.New("in use by another program")

// kinded is an error of a kind that callers test for. Its text is its cause's.
type kinded struct{ kind, cause error }

func (e *kinded) Error() string   { return e.cause.Error() }
func (e *kinded) Unwrap() []error { return []error{e.kind, e.cause} }

// As returns cause, to be found as kind as well by errors.Is.
func As(kind, cause error) error { return &kinded{kind, cause} }

// Space returns err, which is an ErrNoSpace if its errno says so.
func Space(err error) error {
	if err == nil {
		return nil // without an allocation: this is asked after every write
	}
	var errno syscall.Errno
	if errors.As(err, &errno) && slices.Contains(noSpace, errno) {
		return As(ErrNoSpace, err)
	}
	return err
}
