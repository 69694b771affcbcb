package cli

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"sync"
)

// A patientReader reads r on a goroutine of its own, so that a Read that blocks,
// of a pipe that nobody writes, does not keep a signal from ending the work. The
// goroutine has its own buffers: it may still be reading into one when nobody
// waits any more. Close ends it and wipes the buffers.
type patientReader struct {
	ctx     context.Context
	cancel  context.CancelCauseFunc
	chunks  chan chunk
	buffers chan []byte
	now     chunk
	ended   sync.WaitGroup // of the goroutine
}

// A chunk is the result of one Read.
type chunk struct {
	buf, unread []byte
	err         error
}

var errClosed = errors.New("the input is closed")

func newPatientReader(ctx context.Context, r io.Reader) *patientReader {
	p := &patientReader{chunks: make(chan chunk), buffers: make(chan []byte, 2)}
	p.ctx, p.cancel = context.WithCancelCause(ctx)
	for range cap(p.buffers) {
		p.buffers <- make([]byte, 256<<10)
	}
	p.ended.Go(func() { p.read(r) })
	return p
}

func (p *patientReader) read(r io.Reader) {
	for {
		select {
		case buf := <-p.buffers:
			n, err := r.Read(buf)
			select {
			case p.chunks <- chunk{buf, buf[:n], err}:
			case <-p.ctx.Done():
				clear(buf)
				return
			}
			if err != nil {
				return
			}
		case <-p.ctx.Done():
			return
		}
	}
}

func (p *patientReader) Read(b []byte) (int, error) {
	for len(p.now.unread) == 0 {
		clear(p.now.buf)
		if p.now.err != nil {
			return 0, p.now.err
		}
		if p.now.buf != nil {
			p.buffers <- p.now.buf
			p.now.buf = nil
		}
		select {
		case p.now = <-p.chunks:
		case <-p.ctx.Done():
			return 0, context.Cause(p.ctx)
		}
	}
	n := copy(b, p.now.unread)
	p.now.unread = p.now.unread[n:]
	return n, nil
}

// Close may be called when no Read is under way.
func (p *patientReader) Close() error {
	p.cancel(errClosed)
	clear(p.now.buf)
	p.now = chunk{err: errClosed}
	return nil
}

// A lazyFile is opened at the first Read: opening a pipe takes until somebody
// opens its other end. Close may be called while a Read waits for that.
type lazyFile struct {
	path   string
	opened *os.File // by Read alone

	mu     sync.Mutex
	f      *os.File
	closed bool
}

func (l *lazyFile) Read(p []byte) (int, error) {
	if l.opened == nil {
		f, err := os.Open(l.path)
		if err != nil {
			return 0, err
		}
		if !l.keep(f) {
			f.Close()
			return 0, fs.ErrClosed
		}
		l.opened = f
	}
	return l.opened.Read(p)
}

// keep stores f for Close, unless that has been called.
func (l *lazyFile) keep(f *os.File) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.f = f
	return !l.closed
}

func (l *lazyFile) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed = true; l.f == nil {
		return nil
	}
	return l.f.Close()
}

// newPatientWriter returns a writer that writes to w on a goroutine of its own, so
// that a pipe that nobody reads does not keep a signal from ending the work. A
// regular file never blocks, and is returned as it is.
func newPatientWriter(ctx context.Context, w io.Writer) io.Writer {
	if f, ok := w.(*os.File); ok && isRegular(f) {
		return w
	}
	return &patientWriter{ctx: ctx, w: w}
}

type patientWriter struct {
	ctx context.Context
	w   io.Writer
	buf []byte // empty, and wiped; nil while a goroutine has it
}

func (p *patientWriter) Write(b []byte) (int, error) {
	if p.ctx.Err() != nil { // an earlier write may still be under way
		return 0, context.Cause(p.ctx)
	}
	// A copy, which belongs to the goroutine: it may still be writing it when nobody
	// waits any more. It may be opened plaintext, so it is wiped.
	buf := append(p.buf[:0], b...)
	p.buf = nil
	type result struct {
		n   int
		err error
	}
	done := make(chan result, 1)
	go func() {
		n, err := p.w.Write(buf)
		clear(buf)
		done <- result{n, err}
	}()
	select {
	case r := <-done:
		p.buf = buf[:0]
		return r.n, r.err
	case <-p.ctx.Done():
		return 0, context.Cause(p.ctx)
	}
}
