// Package errs holds the errors that more than one package of largebox returns.
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

// A kinded is an error of a kind that callers test for. Its text is that of its
// cause.
type kinded struct{ kind, cause error }

func (e *kinded) Error() string   { return e.cause.Error() }
func (e *kinded) Unwrap() []error { return []error{e.kind, e.cause} }

// As returns an error with the text of cause. errors.Is finds both kind and cause.
func As(kind, cause error) error { return &kinded{kind, cause} }

// Space returns err, and makes it an ErrNoSpace if its errno says so.
func Space(err error) error {
	if err == nil {
		return nil // without an allocation, because every write calls Space
	}
	var errno syscall.Errno
	if errors.As(err, &errno) && slices.Contains(noSpace, errno) {
		return As(ErrNoSpace, err)
	}
	return err
}
