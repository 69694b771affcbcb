//go:build !linux

package cli

// freeSpace is not known here: a full disk is an error when it is full.
func freeSpace(string) (int64, bool) { return 0, false }
