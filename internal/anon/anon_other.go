//go:build !linux

// Package anon creates files without a name. Only Linux has them.
package anon

import (
	"errors"
	"io/fs"
	"os"
)

// Create returns errors.ErrUnsupported.
func Create(*os.File, fs.FileMode, bool) (*os.File, fs.FileMode, error) {
	return nil, 0, errors.ErrUnsupported
}
