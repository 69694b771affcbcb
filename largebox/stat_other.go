//go:build !linux

package largebox

import (
	"errors"
	"io/fs"
	"os"
)

// ctime is not to be had portably; size and mtime have to do.
func ctime(fs.FileInfo) struct{} { return struct{}{} }

var errCrossDevice = errors.ErrUnsupported

// otherFileSystem decides what anonymous files are to be, and there are none.
func otherFileSystem(_, _ *os.File) bool { return false }
