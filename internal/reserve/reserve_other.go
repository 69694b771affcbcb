//go:build !linux

// Package reserve reserves space for a file before it is written. Only Linux
// has the means.
package reserve

import "os"

// File does nothing.
func File(*os.File, int64) error { return nil }

// Writeback does nothing.
func Writeback(*os.File, int64, int64) error { return nil }
