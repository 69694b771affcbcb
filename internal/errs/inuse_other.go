//go:build !windows

package errs

// InUse returns err: elsewhere, files are shared.
func InUse(err error) error { return err }
