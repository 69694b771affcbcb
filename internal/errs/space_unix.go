//go:build !windows

package errs

import "syscall"

// noSpace: the disk, the quota, RLIMIT_FSIZE or the largest file of the file
// system (write(2), fallocate(2)).
var noSpace = []syscall.Errno{syscall.ENOSPC, syscall.EDQUOT, syscall.EFBIG}
