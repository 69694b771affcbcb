package publish

import "golang.org/x/sys/unix"

// The errors after which auto goes on. All others (a full disk, an existing
// name, no permission, an I/O error) are final.
var (
	// linkUnavailable: linkat(2) cannot name this inode in this directory.
	linkUnavailable = []error{
		unix.EXDEV,      // another mount, subvolume or project
		unix.ENOENT,     // opened O_EXCL, or no longer linked; or no privilege and no /proc
		unix.EPERM,      // no hard links here, or protected_hardlinks and another's file
		unix.EMLINK,     // as many links as the file system allows
		unix.EOPNOTSUPP, // no hard links here
		unix.EINVAL,     // a kernel without AT_EMPTY_PATH
		unix.ENOSYS,     // a sandbox
	}
	// cloneUnavailable: FICLONE cannot share these blocks.
	cloneUnavailable = []error{
		unix.EXDEV,      // another file system
		unix.EOPNOTSUPP, // a file system without reflinks
		unix.EINVAL,     // NOCOW on one side, or a file-size limit, which copy will meet
		unix.ENOTTY,     // a file system without the ioctl
		unix.ETXTBSY,    // a swap file
		unix.EPERM,      // sealed or encrypted otherwise
		unix.ENOSYS,     // a sandbox
	}
	// copyRangeUnavailable and sendfileUnavailable: read and write instead.
	copyRangeUnavailable = []error{unix.EXDEV, unix.EINVAL, unix.EOPNOTSUPP, unix.ENOSYS, unix.EPERM, unix.ETXTBSY, unix.EIO}
	sendfileUnavailable  = []error{unix.EINVAL, unix.EOPNOTSUPP, unix.ENOSYS, unix.EPERM, unix.EOVERFLOW}
	// noReplaceUnavailable: a file system whose rename takes no flags.
	noReplaceUnavailable = []error{unix.EINVAL, unix.ENOSYS, unix.EOPNOTSUPP}
	// noLinks: a file system without hard links.
	noLinks = []error{unix.EPERM, unix.EOPNOTSUPP, unix.ENOSYS, unix.EMLINK}
	// dirSyncUnavailable: a directory that we may not read, or a file system
	// that does not sync directories. Syncing the file again serves instead.
	dirSyncUnavailable = []error{unix.EACCES, unix.EINVAL, unix.EOPNOTSUPP, unix.EBADF}
)
