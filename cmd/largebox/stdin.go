package main

import (
	"context"
	"io"
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
			case i.chunks <- chunk{buf, buf[:n], err}:
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
	buf, unread []byte
	err         error
}

func (i *interruptibleReader) Read(p []byte) (int, error) {
	for len(i.now.unread) == 0 {
		if i.now.err != nil {
			return 0, i.now.err
		}
		if i.now.buf != nil {
			clear(i.now.buf)
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
