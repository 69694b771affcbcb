package cli

import (
	"context"
	"io"
	"os"
)

// interruptible reads r on a goroutine of its own, so that a Read that blocks,
// of a pipe that nobody writes, does not keep a signal from ending the work.
// The goroutine has its own buffer: it may still be reading into that when
// nobody waits any more.
func interruptible(ctx context.Context, r io.Reader) io.Reader {
	i := &interruptibleReader{ctx: ctx, chunks: make(chan chunk), buffers: make(chan []byte, 2)}
	for range cap(i.buffers) {
		i.buffers <- make([]byte, 256<<10)
	}
	go func() {
		for buf := range i.buffers {
			n, err := r.Read(buf)
			select {
			case i.chunks <- chunk{buf, buf[:n], buf[:n], err}:
			case <-ctx.Done():
				return
			}
			if err != nil {
				return
			}
		}
	}()
	return i
}

type interruptibleReader struct {
	ctx     context.Context
	chunks  chan chunk
	buffers chan []byte
	now     chunk
}

// A chunk is what one Read gave.
type chunk struct {
	buf, read, unread []byte
	err               error
}

func (i *interruptibleReader) Read(p []byte) (int, error) {
	for len(i.now.unread) == 0 {
		clear(i.now.read)
		if i.now.err != nil {
			return 0, i.now.err
		}
		if i.now.buf != nil {
			i.buffers <- i.now.buf
		}
		select {
		case i.now = <-i.chunks:
		case <-i.ctx.Done():
			return 0, context.Cause(i.ctx)
		}
	}
	n := copy(p, i.now.unread)
	i.now.unread = i.now.unread[n:]
	return n, nil
}

// A lazyFile is opened at the first Read: to open a pipe takes until somebody
// opens its other end.
type lazyFile struct {
	path string
	f    *os.File
}

func (l *lazyFile) Read(p []byte) (n int, err error) {
	if l.f == nil {
		if l.f, err = os.Open(l.path); err != nil {
			return 0, err
		}
	}
	return l.f.Read(p)
}

// interruptibleWriter writes to w on a goroutine of its own, unless it is a file:
// a pipe that nobody reads does not keep a signal from ending the work.
func interruptibleWriter(ctx context.Context, w io.Writer) io.Writer {
	if f, ok := w.(*os.File); ok {
		if info, err := f.Stat(); err == nil && info.Mode().IsRegular() {
			return w
		}
	}
	return &patientWriter{ctx: ctx, w: w}
}

type patientWriter struct {
	ctx context.Context
	w   io.Writer
	buf []byte
}

func (p *patientWriter) Write(b []byte) (int, error) {
	// A copy: the goroutine may still be writing it when nobody waits any more.
	p.buf = append(p.buf[:0], b...)
	type result struct {
		n   int
		err error
	}
	done := make(chan result, 1)
	go func() {
		n, err := p.w.Write(p.buf)
		done <- result{n, err}
	}()
	select {
	case r := <-done:
		return r.n, r.err
	case <-p.ctx.Done():
		p.buf = nil
		return 0, context.Cause(p.ctx)
	}
}
