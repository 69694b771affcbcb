// Package reserve reserves space for a file before it is written, and starts to
// write it to the disk behind the writer.
package reserve

import (
	"errors"
	"os"

	"github.com/largebox/largebox/internal/eintr"
	"golang.org/x/sys/unix"
)

// File sets the size of f and reserves its blocks, if f is on a disk. On tmpfs,
// reserving takes as long as writing, and writing reports a lack of space as
// well. On ext4, reserved blocks halve the time of writing.
func File(f *os.File, size int64) error {
	if size == 0 {
		return nil
	}
	if err := f.Truncate(size); err != nil {
		return err
	}
	var st unix.Statfs_t
	err := eintr.Retry(func() error { return unix.Fstatfs(int(f.Fd()), &st) })
	if err == nil && uint32(st.Type) == unix.TMPFS_MAGIC {
		return nil
	}
	err = Blocks(f, size)
	if err == unix.EOPNOTSUPP || err == unix.ENOSYS { // ext2, ramfs: the write that does not fit reports it
		return nil
	}
	return err
}

// Blocks allocates blocks for the first size bytes of f (fallocate(2)), which f
// has been truncated to.
func Blocks(f *os.File, size int64) error {
	return eintr.Retry(func() error { return unix.Fallocate(int(f.Fd()), 0, 0, size) })
}

// Writeback starts to write n bytes of f at byte off to the disk, and does not
// wait for the disk (sync_file_range(2)).
func Writeback(f *os.File, off, n int64) error {
	err := eintr.Retry(func() error {
		return unix.SyncFileRange(int(f.Fd()), off, n, unix.SYNC_FILE_RANGE_WRITE)
	})
	if errors.Is(err, unix.ENOSYS) || errors.Is(err, unix.ESPIPE) { // this file system takes no such advice
		return nil
	}
	return err
}
