package errs

import (
	"errors"

	"golang.org/x/sys/windows"
)

// InUse returns err, and makes it an ErrInUse if its code says so.
func InUse(err error) error {
	if errors.Is(err, windows.ERROR_SHARING_VIOLATION) || errors.Is(err, windows.ERROR_LOCK_VIOLATION) {
		return As(ErrInUse, err)
	}
	return err
}
