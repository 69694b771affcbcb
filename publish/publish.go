package publish

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/largebox/largebox/internal/errs"
	"github.com/largebox/largebox/internal/tempfile"
)

// Errors to test for with errors.Is. An existing name is an fs.ErrExist. A
// strategy that this host, file system or pair of directories does not have is
// an errors.ErrUnsupported, or the errno that said so (EXDEV, for one).
var (
	// ErrNoSpace is a full disk, an exhausted quota, or a file-size limit.
	ErrNoSpace = errs.ErrNoSpace
	// ErrOnlyReplace is a file system where giving a name can take it from
	// another file (exFAT and some others through FUSE). Replace allows that.
	ErrOnlyReplace = errors.New("the file system has neither hard links nor a rename that spares an existing name")
	// ErrInUse is a file that another program has open and does not share
	// (Windows): the file to be replaced, or the file to be renamed.
	ErrInUse = errs.ErrInUse
	// ErrPublished is a File that has been published: it can be neither changed nor
	// published again.
	ErrPublished = errors.New("the file has been published already")
	// ErrConflict is a name that belonged to another file right before it was
	// moved, or right after it was given: another program works in the directory.
	// If several replace one name at the same time, those that lose at once may
	// get it.
	ErrConflict = errors.New("another program gave the name to its own file, or removed it, at the same time")
	// ErrAppendOnly is a directory with the append-only attribute, where a
	// temporary name could be made but never renamed or removed.
	ErrAppendOnly = errors.New("the directory is append-only: a name in it cannot be replaced")
)

// Options adjust Publish. The zero value never replaces, is durable, and
// chooses the strategy.
type Options struct {
	// Strategy is Auto if empty.
	Strategy Strategy
	// Replace lets the new file take an existing name.
	Replace bool
	// NoSync leaves out the syncing of file and directory.
	NoSync bool
	// KeepOnSyncError keeps the new name if a step after the naming fails, such as
	// the sync of the directory. That is an error all the same. It is for a file
	// that others may rely on as soon as they have seen it.
	KeepOnSyncError bool
	// Mode is the permission of a fresh file (clone, copy), before umask or
	// default ACL. Zero means that of the file that is published. It must be zero
	// for a File, which has a Mode of its own (CreateOptions).
	Mode fs.FileMode
	// TempName is the name that the file has now, in the same directory. Rename
	// and Auto move it; with other strategies it stays for its owner to remove.
	TempName string
	// Prefix begins the temporary names that Publish makes; ".largebox-" if empty.
	Prefix string
}

// A Result says how a file was published.
type Result struct {
	// Strategy is the one that was used; never Auto.
	Strategy Strategy
	// Durable reports that file and name have been synced.
	Durable bool
}

// Publish gives the content of f the name name in dir. It does not close f. If
// it fails, the name is as it was before, or as others made it (ErrConflict).
// There are two exceptions, and the error mentions them: the new file is in
// place if syncing the directory failed with Replace or KeepOnSyncError, or if
// its name could not be taken back. Errors are *fs.PathErrors with the path of
// the name.
//
// If Publish makes a temporary name, it locks f meanwhile (flock(2)), unless
// TempName is set. A lock that the caller holds on f is released then.
func Publish(ctx context.Context, f *os.File, dir *Dir, name string, opts Options) (Result, error) {
	p := publication{ctx: ctx, file: f, dir: dir, name: name, opts: opts, locked: opts.TempName != ""}
	return p.publish()
}

func (p *publication) publish() (res Result, err error) {
	err = p.check()
	if err == nil {
		res.Strategy, err = p.run()
	}
	if err != nil {
		return Result{}, targetError(p.dir.join(p.name), errs.InUse(errs.Space(err)))
	}
	res.Durable = !p.opts.NoSync
	return res, nil
}

// check finds what stands in the way, and completes the options.
func (p *publication) check() (err error) {
	if err := p.dir.Available(p.name, p.opts.Replace); err != nil {
		return err
	}
	info, err := p.file.Stat()
	if err != nil {
		return err
	}
	if !info.Mode().IsRegular() {
		return &fs.PathError{Op: "publish", Path: p.file.Name(), Err: fmt.Errorf("not a regular file: %w", fs.ErrInvalid)}
	}
	if temp := p.opts.TempName; temp != "" && !isFileName(temp) {
		return p.dir.pathError("publish from", temp, fs.ErrInvalid)
	}
	if mode := p.opts.Mode; mode != mode.Perm() {
		return p.dir.pathError("publish", p.name, fmt.Errorf("mode %v is more than a permission: %w", mode, fs.ErrInvalid))
	}
	if p.opts.Mode == 0 {
		p.opts.Mode = info.Mode().Perm()
	}
	p.prefix, err = tempfile.ParsePrefix(p.opts.Prefix)
	return err
}

// targetError adds the path target to err, unless err starts with it.
func targetError(target string, err error) error {
	var path *fs.PathError
	if errors.As(err, &path) && path.Path == target {
		return err
	}
	return &fs.PathError{Op: "publish", Path: target, Err: err}
}

// Available returns an error if name cannot be published in d now: it is not a
// file name, or exists and replace is not set, or is a directory. Call it before
// long work; Publish decides.
func (d *Dir) Available(name string, replace bool) error {
	if !isFileName(name) {
		return d.pathError("publish", name, fmt.Errorf("%q is not a file name: %w", name, fs.ErrInvalid))
	}
	id, err := d.lstat(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return err
	case replace && !id.replaceable:
		return d.pathError("replace", name, errs.As(fs.ErrExist, errors.New("is neither a file nor a symbolic link")))
	case !replace:
		return d.pathError("create", name, fs.ErrExist)
	}
	return nil
}

func isFileName(name string) bool {
	return name != "." && filepath.Base(name) == name && filepath.IsLocal(name)
}

// Path returns the path that d was opened with.
func (d *Dir) Path() string { return d.path }

func (d *Dir) pathError(op, name string, err error) error {
	return &fs.PathError{Op: op, Path: d.join(name), Err: err}
}

func (d *Dir) join(name string) string { return filepath.Join(d.path, name) }
