package largebox

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/largebox/largebox/internal/errs"
	"github.com/largebox/largebox/publish"
)

var errIsDirectory = errors.New("is a directory")

// A target is an opened Output.
type target struct {
	stream io.Writer
	dir    *publish.Dir // where the file will have its name; nil for a stream
	name   string
	work   *publish.Dir // where the workfile is; may be dir
	o      Options
}

// openTarget finds out what stands in the way before any work is done.
// The target is to be closed also if there is an error.
func openTarget(out Output, o Options) (t *target, err error) {
	t = &target{o: o}
	work := o.TempDir
	switch out := out.(type) {
	case writer:
		t.stream = out.Writer
		if work == "" {
			work = os.TempDir()
		}
	case Path:
		path := string(out)
		dir, name := filepath.Split(path)
		if name == "" || name == "." || name == ".." {
			return t, &fs.PathError{Op: "write", Path: path, Err: fmt.Errorf("not the name of a file: %w", fs.ErrInvalid)}
		}
		if dir == "" {
			dir = "."
		}
		t.name = name
		if t.dir, err = publish.OpenDir(dir); err != nil {
			return t, err
		}
		if err = t.dir.Available(name, o.Replace); err != nil {
			return t, err
		}
	default:
		panic("largebox: nil Output")
	}
	if work == "" {
		t.work = t.dir
		return t, nil
	}
	if t.work, err = publish.OpenDir(work); err != nil {
		return t, err
	}
	if t.dir != nil && (o.Strategy == publish.Link || o.Strategy == publish.Rename) && otherFileSystem(t.work.File(), t.dir.File()) {
		// Said now, and not when all the work is done.
		return t, &fs.PathError{Op: string(o.Strategy) + " from " + work + " into", Path: t.dir.Path(), Err: errCrossDevice}
	}
	return t, nil
}

func (t *target) close() {
	if t.dir != nil {
		t.dir.Close()
	}
	if t.work != nil && t.work != t.dir {
		t.work.Close()
	}
}

// workfile creates the file that size bytes of output, or an unknown number if
// that is negative, are assembled in.
func (t *target) workfile(size int64) (*publish.File, error) {
	if size <= blockSize {
		size = 0 // the first write finds a full disk as soon as fallocate
	}
	kind := map[Workspace]publish.Kind{Mmap: publish.Anonymous, Fallback: publish.Temporary}[t.o.Workspace]
	exclusive := !t.mayLink()
	return publish.Create(t.work, publish.CreateOptions{
		Kind: kind, Size: max(size, 0), Mode: t.o.Mode, Exclusive: exclusive, Writeback: !t.o.NoSync && !exclusive,
	})
}

// mayLink reports whether the workfile itself may become the published file. If
// not, it is made so that nobody else can give it a name either.
func (t *target) mayLink() bool {
	switch {
	case t.stream != nil, t.o.Strategy == publish.Clone, t.o.Strategy == publish.Copy:
		return false
	case t.o.Strategy == publish.Link, t.o.Strategy == publish.Rename:
		return true
	}
	return t.work == t.dir || !otherFileSystem(t.work.File(), t.dir.File())
}

// deliver publishes the finished workfile, or writes it to the stream.
func (t *target) deliver(ctx context.Context, f *publish.File) (publish.Result, error) {
	if t.stream != nil {
		return publish.Result{}, t.send(ctx, f.OSFile())
	}
	return f.PublishIn(ctx, t.dir, t.name, publish.Options{Strategy: t.o.Strategy, Replace: t.o.Replace, NoSync: t.o.NoSync})
}

// send copies f to the stream. Both ends as they are, so that the kernel can do
// it where both are files.
func (t *target) send(ctx context.Context, f *os.File) error {
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return err
	}
	var sent int64
	for {
		if ctx.Err() != nil {
			return cancelled(ctx)
		}
		n, err := io.CopyN(t.stream, f, 16*blockSize)
		sent += n
		if err == io.EOF {
			return nil
		} else if err != nil {
			return fmt.Errorf("the output was cut short after %d bytes: %w", sent, errs.Space(err))
		}
	}
}
