//go:build !windows

package errs

// InUse returns err. Only Windows keeps other programs from open files.
func InUse(err error) error { return err }
