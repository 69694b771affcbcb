//go:build !(linux || darwin || freebsd || netbsd || openbsd || dragonfly || windows)

package tempfile

import (
	"errors"
	"io/fs"
	"os"
)

// Lock returns errors.ErrUnsupported on this host.
func Lock(*os.File) (locked bool, err error) { return false, errors.ErrUnsupported }

// Unlock does nothing on this host.
func Unlock(*os.File) {}

func ours(fs.FileInfo) bool { return false }
