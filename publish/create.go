package publish

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/largebox/largebox/internal/tempfile"
	"github.com/largebox/largebox/internal/workfile"
)

// A Kind is how a file exists before it is published.
type Kind string

// The kinds of files that Create creates.
const (
	// AutoKind is Anonymous where the directory's file system has that, and
	// Temporary elsewhere.
	AutoKind Kind = "auto"
	// Anonymous is a file without a name (O_TMPFILE, open(2)). It is gone when it
	// is closed or the process ends. Linux only.
	Anonymous Kind = "anonymous"
	// Temporary is a file with an unguessable temporary name. Close removes the
	// name; if the process is killed before, the name stays, and Sweep finds it.
	Temporary Kind = "temporary"
)

// CreateOptions describe the file that Create creates. The zero value is an
// empty file that only its owner may read when it is published.
type CreateOptions struct {
	// Kind is AutoKind if empty.
	Kind Kind
	// Size in bytes is the size that the file starts with. On Linux, the space is
	// reserved before Create returns, so that a full disk is found at once (on
	// tmpfs: when the file is written). The file can grow beyond Size.
	Size int64
	// Mode is the permission of the published file, before umask or the directory's
	// default ACL. Zero means 0600. Until Publish gives the name, it is 0600.
	Mode fs.FileMode
	// Exclusive keeps everybody from ever giving an anonymous file itself a name
	// (O_EXCL, open(2)). It is then published as a clone or a copy.
	Exclusive bool
	// Writeback starts writing to the disk behind each write (Linux), so that the
	// sync in Publish has little left to do. It costs time with NoSync.
	Writeback bool
	// Prefix begins the name of a temporary; ".largebox-" if empty. Choose one
	// for your program, and call Sweep with it.
	Prefix string
}

// A File is a private file that gets its name with Publish. Several goroutines
// may call WriteAt at once; other methods are for one goroutine at a time, when
// no WriteAt runs. Once the file has its name, Write, WriteAt and Truncate
// return ErrPublished.
type File struct {
	work   *workfile.File
	dir    *Dir
	mode   fs.FileMode
	prefix string
	end    int64 // of what Write has written
	// placed says that the file has its name, or may have; published, that Publish
	// has succeeded.
	placed, published, closed bool
}

// Create creates a private file in dir, which the caller keeps open until the
// File is closed. The caller closes the File, whether it has been published or
// not. The error is an ErrNoSpace if there is no room for opts.Size bytes, and
// an errors.ErrUnsupported if Kind is Anonymous and dir has no such files.
func Create(dir *Dir, opts CreateOptions) (*File, error) {
	if opts.Mode == 0 {
		opts.Mode = 0o600
	}
	if opts.Mode != opts.Mode.Perm() || opts.Size < 0 {
		return nil, dir.pathError("create in", "", fmt.Errorf("mode %v, size %d: %w", opts.Mode, opts.Size, fs.ErrInvalid))
	}
	prefix, err := tempfile.ParsePrefix(opts.Prefix)
	if err != nil {
		return nil, dir.pathError("create in", "", err)
	}
	work, err := dir.create(opts.Kind, workfile.Options{
		Size: opts.Size, Mode: opts.Mode, Exclusive: opts.Exclusive, Writeback: opts.Writeback, Prefix: prefix,
	})
	if err != nil {
		return nil, err
	}
	return &File{work: work, dir: dir, mode: opts.Mode, prefix: opts.Prefix}, nil
}

// create creates a file of that kind. The error is marked as errUnavailable
// where another kind may do.
func (d *Dir) create(kind Kind, o workfile.Options) (*workfile.File, error) {
	switch kind {
	case AutoKind, "":
		f, err := d.create(Anonymous, o)
		if errors.Is(err, errUnavailable) {
			return d.create(Temporary, o)
		}
		return f, err
	case Anonymous:
		f, err := workfile.Anonymous(d.File(), o)
		return f, unavailable(err, []error{errors.ErrUnsupported})
	case Temporary:
		if err := d.canRename(); err != nil {
			return nil, err
		}
		root, err := d.Root()
		if err != nil {
			return nil, err
		}
		return workfile.Temporary(root, o)
	default:
		return nil, d.pathError("create in", "", fmt.Errorf("unknown kind of file %q: %w", kind, fs.ErrInvalid))
	}
}

// Anonymous reports whether the file was created without a name.
func (f *File) Anonymous() bool { return f.work.Anonymous() }

// TempName returns the temporary name of the file in its directory. It is empty
// for an anonymous file, and after the name has become the final one.
func (f *File) TempName() string { return f.work.Name() }

// OSFile returns the open file, to be read back or passed on. It belongs to f.
func (f *File) OSFile() *os.File { return f.work.OSFile() }

// Write writes p behind the bytes of the last Write, from byte 0 on.
func (f *File) Write(p []byte) (int, error) {
	n, err := f.WriteAt(p, f.end)
	f.end += int64(n)
	return n, err
}

// WriteAt writes p at byte off, as an io.WriterAt does. Write does not continue
// there.
func (f *File) WriteAt(p []byte, off int64) (int, error) {
	if f.placed {
		return 0, &fs.PathError{Op: "write", Path: f.OSFile().Name(), Err: ErrPublished}
	}
	return f.work.WriteAt(p, off)
}

// Truncate sets the size to n bytes. A file that was created with a Size and
// became shorter needs it.
func (f *File) Truncate(n int64) error {
	if f.placed {
		return &fs.PathError{Op: "truncate", Path: f.OSFile().Name(), Err: ErrPublished}
	}
	return f.work.Truncate(n)
}

// Publish gives the file its permission and the name name in its directory. It
// can be called again after an error, and returns ErrPublished after it has
// succeeded. Options.Mode must be zero and Options.TempName empty, because the
// File has its own; otherwise the error is an fs.ErrInvalid. See the function
// Publish.
func (f *File) Publish(ctx context.Context, name string, opts Options) (Result, error) {
	return f.PublishIn(ctx, f.dir, name, opts)
}

// PublishIn is Publish for another directory than the one that f was created
// in.
func (f *File) PublishIn(ctx context.Context, dir *Dir, name string, opts Options) (Result, error) {
	if opts.TempName != "" || opts.Mode != 0 {
		return Result{}, dir.pathError("publish", name, fmt.Errorf("TempName or Mode is set for a File that has its own: %w", fs.ErrInvalid))
	}
	if f.published {
		return Result{}, dir.pathError("publish", name, ErrPublished)
	}
	if f.closed { // Windows does not say that the file is closed
		return Result{}, dir.pathError("publish", name, fs.ErrClosed)
	}
	opts.Mode = f.mode
	if opts.Prefix == "" {
		opts.Prefix = f.prefix
	}
	if dir == f.dir {
		opts.TempName = f.TempName()
	}
	p := publication{ctx: ctx, file: f.OSFile(), dir: dir, name: name, opts: opts, work: f.work, locked: !f.Anonymous()}
	res, err := p.publish()
	f.published = err == nil
	f.placed = f.placed || err == nil || errors.Is(err, errInPlace)
	if temp := opts.TempName; temp != "" && f.placed {
		if is, e := dir.isNameOf(temp, f.OSFile()); res.Strategy == Rename || e == nil && !is {
			f.work.Renamed()
		}
	}
	return res, err
}

// Close closes the file. What has not been published is gone then, a temporary
// name included.
func (f *File) Close() error {
	f.closed = true
	return f.work.Close()
}
