package largebox

import (
	"io/fs"

	"github.com/largebox/largebox/internal/pipeline"
	"github.com/largebox/largebox/publish"
)

// A Workspace is where the output is assembled, and how the source is read.
type Workspace string

const (
	// AutoWorkspace uses Mmap where it can, separately for both ends: it reads a
	// source that cannot be mapped, and writes a named temporary where there are no
	// anonymous files.
	AutoWorkspace Workspace = "auto"
	// Mmap reads through mapped windows and writes an anonymous file. Linux
	// only; see package mmapio.
	Mmap Workspace = "mmap"
	// Fallback reads and writes with plain I/O, into a private temporary file
	// with a name, next to the destination. See package fallback.
	Fallback Workspace = "fallback"
)

// Options adjust an operation. The zero value is right for most uses. Strategy, Mode,
// Replace and NoSync are for an Output that is a Path; with another one they are an
// fs.ErrInvalid.
type Options struct {
	// Workspace is AutoWorkspace if empty.
	Workspace Workspace
	// Strategy is how the finished file gets its name; publish.Auto if empty.
	Strategy publish.Strategy
	// Workers is the number of goroutines that work on the box; GOMAXPROCS if
	// zero. Small files take fewer. The maximum is 256.
	Workers int
	// Mode is the permission of the new file, before umask or default ACL. Zero
	// means 0666 for SealFile, since a box is no secret, and 0600 for OpenFile.
	Mode fs.FileMode
	// Replace lets the new file take the place of an existing one, in one step.
	Replace bool
	// NoSync skips the sync of the new file and its directory. It is faster, but a
	// loss of power can leave an empty file.
	NoSync bool
	// TempDir is the directory in which the output is assembled; if empty, the
	// destination's, or os.TempDir for a Writer or an OutputFunc. It needs space for
	// all of the output. If it is on another file system than the destination, the
	// output is copied when it is published.
	TempDir string
	// Progress, if not nil, is called on the caller's goroutine, about ten times a
	// second and once when all bytes are done without an error. done and total are
	// bytes of the message; total is -1 as long as it is not known.
	Progress func(done, total int64)
}

func (o *Options) pipeline() pipeline.Options {
	return pipeline.Options{
		Workspace: pipeline.Workspace(o.Workspace), Strategy: o.Strategy, Workers: o.Workers, Mode: o.Mode,
		Replace: o.Replace, NoSync: o.NoSync, TempDir: o.TempDir, Progress: o.Progress,
	}
}

// VerifyOptions adjust a verification. The fields are those of Options.
type VerifyOptions struct {
	Workspace Workspace
	Workers   int
	Progress  func(done, total int64)
}

// A Result says what was done, and how.
type Result struct {
	// Bytes is the length of the message.
	Bytes int64
	// Workspace is Mmap if the output was assembled in an anonymous file or, in a
	// verification, if the source was mapped. Otherwise it is Fallback.
	Workspace Workspace
	// Strategy is the one that published the file; empty if none was published.
	Strategy publish.Strategy
	// Engine names the implementation of the cipher.
	Engine string
	// Workers is the number of goroutines that worked.
	Workers int
	// Durable reports that the new file and its name survive a loss of power.
	Durable bool
}
