package largebox

import (
	"context"
	"errors"
	"io"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/largebox/largebox/internal/xsalsa20poly1305"
)

// Memory, in bytes. Each worker has a private block, which fits the second-level
// cache, and a window of the source mapped. All of them together have budget,
// whatever the number of workers.
const (
	budget     = 32 << 20
	blockSize  = 512 << 10
	windowSize = 2 << 20
	minBlock   = 64 << 10
	maxWorkers = budget / minBlock / 2

	progressInterval = 100 * time.Millisecond
)

// A plan is how many workers share the budget, and how.
type plan struct{ workers, block, window int }

// newPlan plans for a message of size bytes, or of unknown size if negative.
func newPlan(workers int, size, dstOff int64) plan {
	if workers == 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	p := plan{min(workers, maxWorkers), blockSize, windowSize}
	if share := budget / p.workers; share < p.block+p.window {
		p.block = min(p.block, share/2&^(minBlock-1))
		p.window = p.block
	}
	if size >= 0 {
		n := pieces{int64(p.block), dstOff}.count(size)
		p.workers = int(min(int64(p.workers), max(n, 1)))
	}
	return p
}

type operation int

const (
	sealing operation = iota
	opening
	verifying
)

// A run brings one message through the engine: from the feed, a piece at a
// time, into a worker's private block, to its place in dst.
type run struct {
	plan
	operation
	box    *xsalsa20poly1305.Box
	feed   feed
	dst    io.WriterAt // nil if verifying
	dstOff int64       // where the message starts in dst
	total  int64       // length of the message, or -1

	done    atomic.Int64
	stop    atomic.Bool
	failure atomic.Pointer[failure]
}

// A failure is the first thing that went wrong in a worker.
type failure struct {
	err      error
	panicked any
}

// do returns the length of the message and each worker's part of the tag. It
// returns when all workers have ended, also if it panics: with what a worker
// or the progress callback panicked with.
func (r *run) do(ctx context.Context, progress func(done, total int64)) (n int64, parts []xsalsa20poly1305.Part, err error) {
	if ctx.Err() != nil {
		return 0, nil, cancelled(ctx)
	}
	parts = make([]xsalsa20poly1305.Part, r.workers)
	var wg sync.WaitGroup
	for i := range parts {
		wg.Go(func() { r.work(&parts[i]) })
	}
	finished := make(chan struct{})
	go func() { wg.Wait(); close(finished) }()
	defer func() { // if progress panics
		r.stop.Store(true)
		<-finished
	}()
	var tick <-chan time.Time
	if progress != nil {
		ticker := time.NewTicker(progressInterval)
		defer ticker.Stop()
		tick = ticker.C
	}
	for waiting := true; waiting; {
		select {
		case <-tick:
			progress(r.done.Load(), r.total)
		case <-ctx.Done():
			r.stop.Store(true)
			<-finished
			waiting = false
		case <-finished:
			waiting = false
		}
	}
	n = r.done.Load()
	if f := r.failure.Load(); f != nil {
		if f.panicked != nil {
			panic(f.panicked)
		}
		return n, nil, f.err
	}
	if ctx.Err() != nil {
		return n, nil, cancelled(ctx)
	}
	if progress != nil {
		progress(n, n)
	}
	return n, parts, nil
}

// work is one worker, from start to end.
func (r *run) work(part *xsalsa20poly1305.Part) {
	block := blocks.get(r.block)
	defer blocks.put(block, r.longest())
	defer func() {
		if p := recover(); p != nil {
			r.fail(failure{panicked: p})
		}
	}()
	tap := r.feed.tap()
	err := r.drain(part, tap, block)
	if err = errors.Join(err, tap.Close()); err != nil {
		r.fail(failure{err: err})
	}
}

// longest is the length in bytes of the longest piece there can be.
func (r *run) longest() int {
	if r.total < 0 {
		return r.block
	}
	return int(min(int64(r.block), r.total))
}

func (r *run) fail(f failure) {
	r.failure.CompareAndSwap(nil, &f)
	r.stop.Store(true)
}

// drain is the way of the data. What piece sees may be changed by others at any
// time; it reads each byte once, into block, and goes on with that.
func (r *run) drain(shared *xsalsa20poly1305.Part, tap tap, block []byte) error {
	var part xsalsa20poly1305.Part // its own, so that no two workers share a cache line
	defer part.Wipe()
	var n int
	var at int64
	// One function for all pieces: a new one for each would be garbage that grows
	// with the file.
	piece := func(p []byte, off int64) {
		n, at = len(p), off
		switch r.operation {
		case sealing:
			r.box.Seal(&part, block[:n], p, off)
		case opening:
			r.box.Open(&part, block[:n], p, off)
		case verifying:
			r.box.Auth(&part, p, off)
		}
	}
	for !r.stop.Load() {
		err := tap.next(block, piece)
		if err == io.EOF {
			*shared = part
			return nil
		}
		if err == nil && r.dst != nil {
			_, err = r.dst.WriteAt(block[:n], r.dstOff+at)
		}
		if err != nil {
			return err
		}
		r.done.Add(int64(n))
	}
	return nil
}
