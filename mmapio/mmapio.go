// Package mmapio reads files through mapped windows and writes files that have
// no name yet, on Linux.
//
// There are two pairs of tools in it. For work that goes through a file piece
// by piece, in constant memory, with several goroutines:
//
//   - A [Source] is a file to be read. Each goroutine has a [Cursor], which maps
//     a window of the file, and moves it.
//   - A [File] is an anonymous file (O_TMPFILE): preallocated, filled with
//     WriteAt, private until it is published, and gone without a trace if the
//     process ends before that.
//
// For a function that wants slices, such as the Open of x/crypto's nacl/box:
//
//   - A [Mapping] is a whole file as one read-only slice.
//   - A [Buffer] is an anonymous file as an empty slice to append into.
//
// # Faults
//
// A mapped file can be truncated by anybody who may write it, and its device
// can fail; the reader then gets no error but a fault, which kills a Go
// program. Everything here that touches a mapping does it under [Guard], which
// turns such a fault into a [FaultError].
//
// # Privacy
//
// An anonymous file has mode 0600 until [File.Reveal], and nobody can open it by
// name. It is not hidden from other processes of the same user, who can reach
// it through /proc/PID/fd, and link it from there unless it is exclusive.
//
// On other hosts every function returns errors.ErrUnsupported; package fallback
// does the same with ordinary reads and writes.
package mmapio

import (
	"fmt"
	"io/fs"

	"github.com/largebox/largebox/internal/errs"
)

// ErrNoSpace is a full disk, an exhausted quota, or a file-size limit; to test
// for with errors.Is.
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

// Options say what an anonymous file is to be. The zero value is an empty file
// with mode 0600.
type Options struct {
	// Size in bytes is the length that the file starts with, and the space that
	// is reserved for it before Create returns, so that a full disk is found at
	// once (on tmpfs, when it is written). Files can grow beyond it.
	Size int64
	// Perm is the permission that Reveal gives the file, before umask or the
	// directory's default ACL. Zero means 0600.
	Perm fs.FileMode
	// Exclusive makes it impossible that the file is ever given a name
	// (O_EXCL), for files that will be read back and dropped.
	Exclusive bool
	// Writeback starts writing to the disk behind each WriteAt, so that there
	// is little left to do for the Sync that follows. It costs time where no
	// Sync follows.
	Writeback bool
}
