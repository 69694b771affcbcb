// Package eintr repeats system calls that a signal interrupted (EINTR, signal(7)).
// Go installs its handlers with SA_RESTART, but FUSE and network file systems
// return EINTR all the same. Package os repeats most calls itself, but not the
// Stat, Lstat and Remove of an os.Root.
package eintr

import (
	"errors"
	"syscall"
)

// Retry calls fn until its error is not EINTR.
func Retry(fn func() error) error {
	for {
		if err := fn(); !errors.Is(err, syscall.EINTR) {
			return err
		}
	}
}

// RetryValue is Retry for a function that returns a value.
func RetryValue[T any](fn func() (T, error)) (value T, err error) {
	err = Retry(func() (e error) {
		value, e = fn()
		return e
	})
	return value, err
}
