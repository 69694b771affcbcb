package pipeline

import (
	"os"
	"syscall"
)

const errCrossDevice = syscall.EXDEV

// otherFileSystem reports whether two directories are certainly not on one
// file system, so that no link leads from one to the other. If it is false,
// they may be on two mounts of one, and a link does not lead there either.
func otherFileSystem(a, b *os.File) bool {
	x, err1 := a.Stat()
	y, err2 := b.Stat()
	return err1 == nil && err2 == nil && x.Sys().(*syscall.Stat_t).Dev != y.Sys().(*syscall.Stat_t).Dev
}
