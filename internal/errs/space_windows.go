package errs

import (
	"syscall"

	"golang.org/x/sys/windows"
)

var noSpace = []syscall.Errno{
	windows.ERROR_DISK_FULL,
	windows.ERROR_HANDLE_DISK_FULL,
	windows.ERROR_DISK_QUOTA_EXCEEDED,
	windows.ERROR_FILE_TOO_LARGE,
}
