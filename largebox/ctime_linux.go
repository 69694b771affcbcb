package largebox

import (
	"io/fs"
	"syscall"
)

// ctime is the time of the last change of content or status.
func ctime(info fs.FileInfo) syscall.Timespec { return info.Sys().(*syscall.Stat_t).Ctim }
