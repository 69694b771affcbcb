package bench

import (
	"fmt"
	"io/fs"

	"golang.org/x/sys/unix"
)

// statfs returns the name of dir's file system, and its free space in bytes.
func statfs(dir string) (name string, free int64, err error) {
	var st unix.Statfs_t
	if err := unix.Statfs(dir, &st); err != nil {
		return "", 0, &fs.PathError{Op: "statfs", Path: dir, Err: err}
	}
	free = int64(st.Bavail) * int64(st.Bsize)
	switch magic := uint32(st.Type); magic {
	case unix.EXT4_SUPER_MAGIC: // ext2 and ext3 as well
		return "ext4", free, nil
	case unix.TMPFS_MAGIC:
		return "tmpfs", free, nil
	case unix.XFS_SUPER_MAGIC:
		return "xfs", free, nil
	case unix.BTRFS_SUPER_MAGIC:
		return "btrfs", free, nil
	case unix.OVERLAYFS_SUPER_MAGIC:
		return "overlay", free, nil
	default:
		return fmt.Sprintf("%#x", magic), free, nil
	}
}
