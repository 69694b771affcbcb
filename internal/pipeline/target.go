package pipeline

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"github.com/largebox/largebox/internal/errs"
	"github.com/largebox/largebox/publish"
)

// A target is an opened Output.
type target struct {
	stream io.Writer
	fn     funcOutput
	dir    *publish.Dir // where the file will have its name; nil for a stream or fn
	name   string
	work   *publish.Dir // where the file is assembled; may be dir
	o      Options
}

func (w writerOutput) openOutput(t *target) error {
	if w.Writer == nil {
		return errNil
	}
	t.stream = w.Writer
	return t.openWork(os.TempDir())
}

func (fn funcOutput) openOutput(t *target) error {
	if fn == nil {
		return errNil
	}
	t.fn = fn
	return t.openWork(os.TempDir())
}

// openOutput finds errors now that would otherwise come when all the work is done.
func (p Path) openOutput(t *target) (err error) {
	if t.dir, t.name, err = publish.OpenParent(string(p)); err != nil {
		return err
	}
	if err = t.dir.Available(t.name, t.o.Replace); err != nil {
		return err
	}
	if t.o.TempDir == "" {
		t.work = t.dir
		return nil
	}
	if err = t.openWork(""); err != nil {
		return err
	}
	if (t.o.Strategy == publish.Link || t.o.Strategy == publish.Rename) && otherFileSystem(t.work.File(), t.dir.File()) {
		return &fs.PathError{Op: string(t.o.Strategy) + " from " + t.o.TempDir + " into", Path: t.dir.Path(), Err: errCrossDevice}
	}
	return nil
}

// openWork opens the directory in which the output is assembled: TempDir, or
// otherwise if TempDir is empty.
func (t *target) openWork(otherwise string) (err error) {
	dir := t.o.TempDir
	if dir == "" {
		dir = otherwise
	}
	t.work, err = publish.OpenDir(dir)
	return err
}

func (t *target) close() {
	if t.dir != nil {
		t.dir.Close()
	}
	if t.work != nil && t.work != t.dir {
		t.work.Close()
	}
}

// create makes the unfinished file for size bytes. A negative size is not known yet.
func (t *target) create(size int64) (*publish.File, error) {
	if size <= BlockSize {
		size = 0 // the first write finds a full disk as early as fallocate would
	}
	exclusive := !t.mayLink()
	return publish.Create(t.work, publish.CreateOptions{
		Kind: kinds[t.o.Workspace], Size: size, Mode: t.o.Mode, Exclusive: exclusive, Writeback: !t.o.NoSync && !exclusive,
	})
}

var kinds = map[Workspace]publish.Kind{Mmap: publish.Anonymous, Fallback: publish.Temporary}

// mayLink reports whether the unfinished file itself may get the final name. If not,
// it is created so that no process can link it.
func (t *target) mayLink() bool {
	switch {
	case t.dir == nil, t.o.Strategy == publish.Clone, t.o.Strategy == publish.Copy:
		return false
	case t.o.Strategy == publish.Link, t.o.Strategy == publish.Rename:
		return true
	}
	return t.work == t.dir || !otherFileSystem(t.work.File(), t.dir.File())
}

// deliver publishes the finished file, or gives its bytes to the stream or
// function.
func (t *target) deliver(ctx context.Context, f *publish.File) (publish.Result, error) {
	if t.dir == nil {
		return publish.Result{}, t.handOver(ctx, f.OSFile())
	}
	return f.PublishIn(ctx, t.dir, t.name, publish.Options{Strategy: t.o.Strategy, Replace: t.o.Replace, NoSync: t.o.NoSync})
}

func (t *target) handOver(ctx context.Context, f *os.File) error {
	info, err := f.Stat()
	if err != nil {
		return err
	}
	if ctx.Err() != nil {
		return cancelled(ctx)
	}
	if t.fn != nil {
		return t.fn(finishedFile{f}, info.Size())
	}
	return send(ctx, t.stream, f, info.Size())
}

// A finishedFile can be read, and not written.
type finishedFile struct{ f *os.File }

func (f finishedFile) ReadAt(p []byte, off int64) (int, error) { return f.f.ReadAt(p, off) }

// send copies the first size bytes of f to w. They may be plaintext, so it wipes its
// block afterwards.
func send(ctx context.Context, w io.Writer, f io.ReaderAt, size int64) error {
	block := blocks.get(BlockSize)
	defer blocks.put(block, int(min(size, BlockSize)))
	for sent := int64(0); sent < size; {
		if ctx.Err() != nil {
			return cancelled(ctx)
		}
		p := block[:min(size-sent, BlockSize)]
		if n, err := f.ReadAt(p, sent); n < len(p) {
			return fmt.Errorf("reading back the output: %w", errors.Join(err, io.ErrUnexpectedEOF))
		}
		n, err := w.Write(p)
		if n < 0 || n > len(p) {
			return errBadCount
		}
		sent += int64(n)
		if err == nil && n < len(p) {
			err = io.ErrShortWrite
		}
		if err != nil {
			return fmt.Errorf("the output was cut short after %d bytes: %w", sent, errs.Space(err))
		}
	}
	return nil
}
