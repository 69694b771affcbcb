// Package publish gives a finished file its name: whole, once, and durably.
//
// A program that writes under the final name shows half a file to everybody
// who looks, and leaves it there when it dies. Instead, write a file that
// nobody can see, and when it is right call [Publish]:
//
//	dir, err := publish.OpenDir("/srv/reports")
//	...
//	_, err = publish.Publish(ctx, f, dir, "2026.csv", publish.Options{})
//
// The file f may be anonymous (open(2) with O_TMPFILE, or mmapio.Create), a
// private temporary with a name of its own, or any other regular file that is
// open for reading. The name appears in one step, with the whole content. An
// existing name is never touched unless [Options.Replace] is set; then the old
// file is there until the new one takes its place, in one step as well.
//
// # Strategies
//
//	link    linkat(2) of the inode itself. Costs nothing; same mount only.
//	clone   FICLONE (ioctl_ficlone(2)) into a fresh inode in the directory,
//	        which is then linked. Shares the blocks; same file system only
//	        (btrfs, xfs), but across mounts and subvolumes.
//	copy    copy_file_range(2), sendfile(2) or read and write, into a fresh
//	        inode in the directory, which is then linked. Works everywhere.
//	rename  the file's private temporary name becomes the final one; a file
//	        without a name is given a temporary one first.
//	auto    rename if there is a temporary name; else link, then clone, then
//	        copy. It goes on only after the errors in the tables of errno_linux.go,
//	        which mean "not this way, here"; any other error is final.
//
// Clone and copy never go into the visible name: neither is atomic to those who
// watch. Hosts other than Linux have rename and copy.
//
// Link names the inode as it is, with its owner and permission; a file that has
// another name already keeps that, and whoever writes there writes here. Clone
// and copy make an inode of their own.
//
// # Durability
//
// The file is synced before it is named, and the directory after, unless
// [Options.NoSync] is set. After that, power loss leaves the whole file under
// its name. Without it, power loss can leave the name with an empty file.
//
// # Replacing
//
// What is replaced is the name. The new file is a new inode: owner, ACL,
// extended attributes and other hard links of the old one are not kept. A
// symbolic link is replaced itself, never what it points to; a directory, a
// device, a pipe or a socket is refused.
//
// # Windows
//
// A file that a program has open without FILE_SHARE_DELETE can be neither
// replaced nor renamed: that is an ErrInUse. Package os opens files without it,
// an [os.Root] with it: so a temporary that Publish is to rename while it is open is
// created through a Root ([Dir.Root]), and for writing, because what cannot be written
// cannot be synced. Permissions mean nothing but read-only, where no bit lets
// write.
//
// # Limits
//
// Whoever may rename in the directory can move our names about. Temporary
// names are unguessable and created exclusively, and are checked to be still
// ours before they are removed and after they are renamed, which detects a
// swap but cannot prevent one.
//
// All functions may be used by several goroutines at once; of those that
// publish under one name without Replace, one wins.
package publish

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/largebox/largebox/internal/errs"
)

// Errors to test for with errors.Is. An existing name is fs.ErrExist; a
// strategy that this host, file system or pair of directories does not have is
// errors.ErrUnsupported, or the errno that said so (EXDEV, for one).
var (
	// ErrNoSpace is a full disk, an exhausted quota, or a file-size limit.
	ErrNoSpace = errs.ErrNoSpace
	// ErrOnlyReplace is a file system where a name cannot be given without the
	// risk of taking it from another file (exFAT and some others through FUSE).
	// With Replace it can be done.
	ErrOnlyReplace = errors.New("the file system has neither hard links nor a rename that spares an existing name")
	// ErrInUse is a file that a program has open and does not share (Windows):
	// the one that is to be replaced, or the one that is to be renamed.
	ErrInUse = errs.ErrInUse
	// ErrDisturbed is a name that was found to be another file's right before it
	// was moved, or right after it was given to the file: somebody else works in
	// the directory. Of several that replace one name at the same time, those
	// that were overtaken at once may get it.
	ErrDisturbed = errors.New("the name was given to another file at the same time")
	// ErrAppendOnly is a directory with the append-only attribute, where a
	// temporary name could be made but never renamed or removed.
	ErrAppendOnly = errors.New("the directory is append-only: a name in it cannot be replaced")
)

// A Strategy is a way to give a file its name.
type Strategy string

// The strategies, as the package documentation describes them.
const (
	Auto   Strategy = "auto"
	Link   Strategy = "link"
	Clone  Strategy = "clone"
	Copy   Strategy = "copy"
	Rename Strategy = "rename"
)

// Options adjust Publish. The zero value never replaces, is durable, and
// chooses the strategy.
type Options struct {
	// Strategy is Auto if empty.
	Strategy Strategy
	// Replace lets an existing name go to the new file.
	Replace bool
	// NoSync leaves out the syncing of file and directory.
	NoSync bool
	// Keep lets the new name stay if syncing the directory fails, which is an
	// error all the same: for a file that others may rely on as soon as they
	// have seen it.
	Keep bool
	// Mode is the permission that a fresh inode (clone, copy) is created with,
	// before umask or default ACL. Zero: that of the file that is published.
	Mode fs.FileMode
	// TempName is the name that the file has now, in the same directory. With
	// Rename and Auto it is moved; otherwise it stays for its owner to remove.
	TempName string
}

// A Result says how a file was published.
type Result struct {
	// Strategy is the one that served; never Auto.
	Strategy Strategy
	// Durable reports that file and name have been synced.
	Durable bool
}

// Publish gives the content of f the name name in dir. It does not close f. If
// it fails, the name is as it was before, or as others made it (ErrDisturbed);
// only where syncing the directory fails after a replacement, or with Keep, is the
// new file in place, and the error says so.
func Publish(ctx context.Context, f *os.File, dir *Dir, name string, opts Options) (Result, error) {
	if err := dir.Available(name, opts.Replace); err != nil {
		return Result{}, err
	}
	info, err := f.Stat()
	if err != nil {
		return Result{}, err
	}
	if !info.Mode().IsRegular() {
		return Result{}, &fs.PathError{Op: "publish", Path: f.Name(), Err: fmt.Errorf("not a regular file: %w", fs.ErrInvalid)}
	}
	if opts.TempName != "" && !isFileName(opts.TempName) {
		return Result{}, dir.pathError("publish from", opts.TempName, fs.ErrInvalid)
	}
	if opts.Mode == 0 {
		opts.Mode = info.Mode()
	}
	p := publication{ctx, f, dir, name, opts}
	served, err := p.run()
	if err != nil {
		return Result{}, errs.InUse(errs.Space(err))
	}
	return Result{Strategy: served, Durable: !opts.NoSync}, nil
}

// Available reports, as an error, what stands in the way of publishing under
// name in d: an unusable name, an existing one unless replace is set, a
// directory in any case. It is for saying so before long work; Publish decides.
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

// Path is the path that d was opened with.
func (d *Dir) Path() string { return d.path }

func (d *Dir) pathError(op, name string, err error) error {
	return &fs.PathError{Op: op, Path: filepath.Join(d.path, name), Err: err}
}
