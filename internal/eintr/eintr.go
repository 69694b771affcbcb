// Package eintr repeats system calls that a signal interrupted (EINTR, signal(7)).
// Go installs its handlers with SA_RESTART, but FUSE and network file systems
// return EINTR all the same. Package os repeats most calls itself, but not the
// Stat, Lstat and Remove of an os.Root.
package eintr

import (
	"errors"
	"io/fs"
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

// RetryUnlessDone is Retry for a call that cannot succeed twice, such as link(2)
// or rename(2). The interrupted call may have done its work all the same. So if
// a repeated call fails with EEXIST or ENOENT, RetryUnlessDone calls done, and
// returns nil if done reports that the work is done.
func RetryUnlessDone(fn func() error, done func() bool) error {
	tries := 0
	err := Retry(func() error {
		tries++
		return fn()
	})
	if tries > 1 && (errors.Is(err, fs.ErrExist) || errors.Is(err, fs.ErrNotExist)) && done() {
		return nil
	}
	return err
}

// RetryValue is Retry for a function that returns a value.
func RetryValue[T any](fn func() (T, error)) (value T, err error) {
	err = Retry(func() (e error) {
		value, e = fn()
		return e
	})
	return value, err
}
