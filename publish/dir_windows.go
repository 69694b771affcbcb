package publish

import (
	"errors"
	"os"
	"unsafe"

	"golang.org/x/sys/windows"
)

// replace fails if a program has the old file open without FILE_SHARE_DELETE.
func (d *Dir) replace(_ *os.File, from, to string) error {
	err := d.root.Rename(from, to)
	if !errors.Is(err, windows.ERROR_ACCESS_DENIED) {
		return err
	}
	// Windows says this of an open file, too.
	dir, e := d.root.Open(".")
	if e != nil {
		return err
	}
	defer dir.Close()
	old, e := openToRename(dir, to)
	if e == nil {
		windows.CloseHandle(old)
	} else if errors.Is(e, windows.ERROR_SHARING_VIOLATION) {
		return d.pathError("replace", to, e)
	}
	return err
}

// renameNew never replaces. A link and a removal would leave both names if a
// program has the file open: it can be linked then, but not removed. FAT and
// exFAT have no links.
func (d *Dir) renameNew(_ *os.File, from, to string, _ bool) error {
	dir, err := d.root.Open(".")
	if err != nil {
		return err
	}
	defer dir.Close()
	h, err := openToRename(dir, from)
	if err != nil {
		return d.pathError("rename", from, err)
	}
	defer windows.CloseHandle(h)
	name, err := windows.UTF16FromString(to)
	if err != nil {
		return d.pathError("rename", to, err)
	}
	name = name[:len(name)-1]
	var info struct { // FILE_RENAME_INFORMATION
		ReplaceIfExists uint32
		RootDirectory   windows.Handle
		FileNameLength  uint32
		FileName        [windows.MAX_PATH]uint16
	}
	if len(name) > len(info.FileName) {
		return d.pathError("rename", to, windows.ERROR_FILENAME_EXCED_RANGE)
	}
	info.RootDirectory = windows.Handle(dir.Fd())
	info.FileNameLength = uint32(2 * copy(info.FileName[:], name))
	err = windows.NtSetInformationFile(h, new(windows.IO_STATUS_BLOCK),
		(*byte)(unsafe.Pointer(&info)), uint32(unsafe.Sizeof(info)), windows.FileRenameInformation)
	if err != nil {
		return d.pathError("rename", to, errnoOf(err))
	}
	return nil
}

// openToRename opens name in dir with the access that renaming needs (DELETE).
func openToRename(dir *os.File, name string) (h windows.Handle, err error) {
	unicode, err := windows.NewNTUnicodeString(name)
	if err != nil {
		return 0, err
	}
	at := &windows.OBJECT_ATTRIBUTES{
		RootDirectory: windows.Handle(dir.Fd()), ObjectName: unicode, Attributes: windows.OBJ_CASE_INSENSITIVE,
	}
	at.Length = uint32(unsafe.Sizeof(*at))
	err = windows.NtCreateFile(&h, windows.DELETE|windows.SYNCHRONIZE, at, new(windows.IO_STATUS_BLOCK), nil, 0,
		windows.FILE_SHARE_READ|windows.FILE_SHARE_WRITE|windows.FILE_SHARE_DELETE, windows.FILE_OPEN,
		windows.FILE_OPEN_REPARSE_POINT|windows.FILE_OPEN_FOR_BACKUP_INTENT|windows.FILE_SYNCHRONOUS_IO_NONALERT, 0, 0)
	return h, errnoOf(err)
}

// errnoOf converts a status to the errno that errors.Is understands.
func errnoOf(err error) error {
	if status, ok := err.(windows.NTStatus); ok {
		return status.Errno()
	}
	return err
}

// sync makes the name of f durable. Flushing a file flushes the journal of names
// as well, if the file system has one (NTFS). Directories cannot be flushed.
func (d *Dir) sync(f *os.File) error { return f.Sync() }
