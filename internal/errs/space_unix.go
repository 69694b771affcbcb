//go:build !windows

package errs

import "syscall"

// noSpace are the errnos of a full disk, of a quota, and of a file that is too
// large for RLIMIT_FSIZE or for the file system (write(2), fallocate(2)).
var noSpace = []syscall.Errno{syscall.ENOSPC, syscall.EDQUOT, syscall.EFBIG}
