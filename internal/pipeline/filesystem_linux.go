package pipeline

import (
	"os"
	"syscall"
)

const errCrossDevice = syscall.EXDEV

// otherFileSystem reports whether two directories are on different file systems, so
// that link(2) fails between them. If it returns false, link(2) can still fail: they
// may be on two mounts of one file system.
func otherFileSystem(a, b *os.File) bool {
	x, err1 := a.Stat()
	y, err2 := b.Stat()
	return err1 == nil && err2 == nil && x.Sys().(*syscall.Stat_t).Dev != y.Sys().(*syscall.Stat_t).Dev
}
