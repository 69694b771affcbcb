// Package mmapio reads files through mapped windows and writes files that have
// no name yet, on Linux.
//
// To work through a file piece by piece, in constant memory, with several
// goroutines:
//
//   - Call [NewSource] for the file to read, and [Source.Cursor] once in each
//     goroutine. [Cursor.View] shows a piece through a mapped window.
//   - Call [Create] for the file to write. It is anonymous (O_TMPFILE) and
//     preallocated; fill it with WriteAt. It is private until it is published,
//     and gone without a trace if the process ends before that.
//
// To call a function that takes slices, such as the Open of x/crypto's nacl/box:
//
//   - [Map] returns a whole file as one read-only slice.
//   - [File.Buffer] returns an anonymous file as an empty slice to append into.
//
// # Faults
//
// A mapped file can be truncated by anybody who may write it, and its device
// can fail. Then the reader gets a fault instead of an error, and a fault kills a
// Go program. This package touches mappings only under [Guard], which turns such
// a fault into a [FaultError].
//
// # Privacy
//
// An anonymous file has mode 0600 until [File.Reveal], and nobody can open it by
// name. It is not hidden from other processes of the same user: they can reach it
// through /proc/PID/fd, and link it from there unless it is exclusive.
//
// # Other hosts
//
// On other hosts every function returns errors.ErrUnsupported. Package fallback
// does the same work with ordinary reads and writes.
package mmapio

import (
	"fmt"
	"io/fs"

	"github.com/largebox/largebox/internal/errs"
)

// ErrNoSpace is a full disk, an exhausted quota, or a file-size limit. Test for it
// with errors.Is.
var ErrNoSpace = errs.ErrNoSpace

// A FaultError is a mapped page that could not be read or written: the file was
// truncated, or its device failed.
type FaultError struct {
	// Offset is where the fault was, in bytes: in the file if View returned the
	// error, in the guarded slice if Guard did.
	Offset int64
}

func (e *FaultError) Error() string {
	return fmt.Sprintf("a page of the mapped file is not there (at byte %d): the file was truncated, or its device failed", e.Offset)
}

// Options describe an anonymous file. The zero value is an empty file with mode
// 0600.
type Options struct {
	// Size in bytes is the size that the file starts with. The space is reserved
	// before Create returns, so that a full disk is found at once (on tmpfs: when
	// the file is written). The file can grow beyond Size.
	Size int64
	// Perm is the permission that Reveal gives the file, before umask or the
	// directory's default ACL. Zero means 0600.
	Perm fs.FileMode
	// Exclusive keeps everybody from ever giving the file a name (O_EXCL). It is
	// for files that will be read back and dropped.
	Exclusive bool
	// Writeback starts writing to the disk behind each WriteAt, so that a Sync
	// that follows has little left to do. Without a Sync, it costs time.
	Writeback bool
}
