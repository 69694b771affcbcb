package pipeline

import (
	"errors"
	"fmt"
	"io/fs"
	"runtime"
	"slices"

	"github.com/largebox/largebox/publish"
)

// A Workspace is where the output is assembled, and how the source is read.
type Workspace string

// The workspaces, as largebox documents them.
const (
	AutoWorkspace Workspace = "auto"
	Mmap          Workspace = "mmap"
	Fallback      Workspace = "fallback"
)

var workspaces = []Workspace{AutoWorkspace, Mmap, Fallback}

// Workspaces returns the workspaces that this host has, AutoWorkspace first.
func Workspaces() []Workspace {
	if runtime.GOOS == "linux" {
		return slices.Clone(workspaces)
	}
	return []Workspace{AutoWorkspace, Fallback}
}

// Options adjust a Job. The fields are those of largebox.Options, which documents
// them.
type Options struct {
	Workspace Workspace
	Strategy  publish.Strategy
	Workers   int
	Mode      fs.FileMode
	Replace   bool
	NoSync    bool
	TempDir   string
	Progress  func(done, total int64)
}

// check finds options that are unusable, or that mean nothing unless a file is
// published.
func (o *Options) check(published bool) error {
	switch {
	case !published && (o.Strategy != "" || o.Mode != 0 || o.Replace || o.NoSync):
		return fmt.Errorf("the options Strategy, Mode, Replace and NoSync are for an Output that is a Path: %w", fs.ErrInvalid)
	case o.Workspace != "" && !slices.Contains(workspaces, o.Workspace):
		return fmt.Errorf("unknown workspace %q: %w", o.Workspace, fs.ErrInvalid)
	case !o.Strategy.Valid():
		return fmt.Errorf("unknown strategy %q: %w", o.Strategy, fs.ErrInvalid)
	case o.Workers < 0:
		return fmt.Errorf("%d workers: %w", o.Workers, fs.ErrInvalid)
	case o.Mode != o.Mode.Perm():
		return fmt.Errorf("mode %v has more than permission bits: %w", o.Mode, fs.ErrInvalid)
	}
	return nil
}

// A Result says how a Job was done.
type Result struct {
	// Workspace is Mmap if the output was assembled in an anonymous file, or, for
	// a Job without an Output, if the source was mapped.
	Workspace Workspace
	// Strategy is empty unless a file was published.
	Strategy publish.Strategy
	// Workers is the number of goroutines that worked.
	Workers int
	// Durable reports that the file and its name survive a loss of power.
	Durable bool
}

// An Error reports a failed operation and names both ends. The text of Err names the
// end that failed.
type Error struct {
	Op  string // the operation, such as seal
	Src string // the input's name
	Dst string // the output's name; empty if the operation writes nothing
	Err error
}

// Error returns Op, Src and Err. If the destination failed, Err names it.
func (e *Error) Error() string {
	if e.Src == "" {
		return e.Op + ": " + e.Err.Error()
	}
	return e.Op + " " + e.Src + ": " + e.Err.Error()
}

// Unwrap returns Err.
func (e *Error) Unwrap() error { return e.Err }

var errNil = fmt.Errorf("nil where an Input, an Output or a key is needed: %w", fs.ErrInvalid)

// ErrSourceChanged reports a file whose size or mtime changed while it was read.
var ErrSourceChanged = errors.New("the file changed while it was being read")
