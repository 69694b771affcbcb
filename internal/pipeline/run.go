package pipeline

import (
	"context"
	"errors"
	"io"
	"sync"
	"sync/atomic"
	"time"

	"github.com/largebox/largebox/internal/errs"
)

const progressInterval = 100 * time.Millisecond

// A Worker works on pieces, one at a time. It belongs to one goroutine until Run
// returns, and to the caller of Run afterwards.
type Worker interface {
	// Work turns src, a piece of the message, into output. It returns the output and
	// its offset in the unfinished file. The output may be in block, which is as long as
	// the longest output, and is empty if there is nothing to write. With Work.InPlace, src may start where block starts;
	// otherwise they do not overlap.
	//
	// Other processes may be writing src, so Work reads each of its bytes once. An
	// error ends the run.
	Work(block, src []byte, p Piece) (out []byte, off int64, err error)
}

// Work says what Run does with a message.
type Work struct {
	// Start is where the message starts in the source, in bytes.
	Start int64
	// Cuts returns how the message is cut. A piece and its output must each fit into
	// block bytes. block is a multiple of 64 KiB.
	Cuts func(block int) Cuts
	// InPlace says that a Worker can write its output over its input.
	InPlace bool
	// OutputSize returns exactly the size in bytes of the whole unfinished file for a
	// message of n bytes: Run gives the file that size, and reserves the space.
	OutputSize func(n int64) int64
	// Worker returns a new Worker. Run calls it once for each goroutine, before it
	// starts any of them.
	Worker func() Worker
}

// A run passes one message through the workers.
type run struct {
	plan
	apart  bool // pieces are read into a second block
	used   int  // how many bytes of a block may be used
	pieces pieces
	dst    io.WriterAt // nil if nothing is written
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

// do runs the workers, waits for all of them, and returns the length of the message.
// If a worker or progress panics, do panics with the same value, also when all workers
// have ended.
func (r *run) do(ctx context.Context, workers []Worker, progress func(done, total int64)) (n int64, err error) {
	if ctx.Err() != nil {
		return 0, cancelled(ctx)
	}
	var wg sync.WaitGroup
	for _, w := range workers {
		wg.Go(func() { r.work(w) })
	}
	finished := make(chan struct{})
	go func() { wg.Wait(); close(finished) }()
	defer func() { // if progress panics
		r.stop.Store(true)
		<-finished
	}()
	r.wait(ctx, finished, progress)
	n = r.done.Load()
	if f := r.failure.Load(); f != nil {
		if f.panicked != nil {
			panic(f.panicked)
		}
		return n, f.err
	}
	if ctx.Err() != nil {
		return n, cancelled(ctx)
	}
	if progress != nil {
		progress(n, n)
	}
	return n, nil
}

// wait waits for the workers, calls progress meanwhile, and stops the workers if ctx
// ends.
func (r *run) wait(ctx context.Context, finished <-chan struct{}, progress func(done, total int64)) {
	var tick <-chan time.Time
	if progress != nil {
		ticker := time.NewTicker(progressInterval)
		defer ticker.Stop()
		tick = ticker.C
	}
	for {
		select {
		case <-tick:
			progress(r.done.Load(), r.total)
		case <-ctx.Done():
			r.stop.Store(true)
			<-finished
			return
		case <-finished:
			return
		}
	}
}

// work runs one worker, from start to end.
func (r *run) work(w Worker) {
	ended := false
	defer func() {
		if p := recover(); p != nil {
			r.fail(failure{panicked: p})
		} else if !ended {
			r.fail(failure{err: errGoexit})
		}
	}()
	block := blocks.get(r.block)
	defer blocks.put(block, r.used)
	in := block
	if r.apart {
		in = blocks.get(r.block)
		defer blocks.put(in, r.used)
	}
	reader := r.pieces.reader()
	if err := errors.Join(r.loop(w, reader, block, in), reader.Close()); err != nil {
		r.fail(failure{err: err})
	}
	ended = true
}

var errGoexit = errors.New("a Reader, or another function of the caller, ended its goroutine (runtime.Goexit)")

func (r *run) fail(f failure) {
	r.failure.CompareAndSwap(nil, &f)
	r.stop.Store(true)
}

// loop reads a piece once, works on it once and writes it once, until no piece is
// left. Every byte of a message passes here.
func (r *run) loop(w Worker, reader pieceReader, block, in []byte) error {
	var n int
	var out []byte
	var off int64
	var failed error
	piece := func(src []byte, p Piece) { // made once: a closure for each piece would be garbage
		n = len(src)
		out, off, failed = w.Work(block[:r.used:r.used], src, p)
	}
	for !r.stop.Load() {
		failed = io.ErrNoProgress // unless piece is called
		err := reader.next(in, piece)
		if err == io.EOF {
			return nil
		}
		if err == nil {
			err = failed
		}
		if err == nil && r.dst != nil && len(out) > 0 {
			_, err = r.dst.WriteAt(out, off)
		}
		if err != nil {
			return err
		}
		r.done.Add(int64(n))
	}
	return nil
}

// cancelled returns the cause of ctx's end, as an error that also is ctx.Err().
func cancelled(ctx context.Context) error {
	err, cause := ctx.Err(), context.Cause(ctx)
	if errors.Is(cause, err) {
		return cause
	}
	return errs.As(err, cause)
}
