package pipeline

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/largebox/largebox/internal/errs"
	"github.com/largebox/largebox/publish"
)

// A Job is one message on its way from an Input to an Output. It is used by one
// goroutine.
type Job struct {
	ctx    context.Context // a Job is one operation
	op     string
	in     Input
	out    Output // nil if nothing is written
	opts   Options
	source *source
	target *target       // nil if nothing is written
	file   *publish.File // the unfinished output, once Run has begun
	result Result
}

// Begin opens both ends, and finds errors of both, such as an existing destination,
// before any work is done. If out is nil, nothing is written. A zero Options.Mode is
// mode. If ctx ends, the methods of the Job return its error. The caller ends the Job
// with End. Errors are of type *Error.
func Begin(ctx context.Context, op string, out Output, in Input, mode fs.FileMode, o Options) (*Job, error) {
	j := &Job{ctx: ctx, op: op, in: in, out: out, opts: o}
	if err := j.begin(mode); err != nil {
		j.End()
		return nil, j.Error(err)
	}
	return j, nil
}

func (j *Job) begin(mode fs.FileMode) (err error) {
	if j.in == nil {
		return errNil
	}
	if j.ctx.Err() != nil {
		return cancelled(j.ctx)
	}
	_, published := j.out.(Path)
	if err := j.opts.check(published); err != nil {
		return err
	}
	if j.opts.Mode == 0 {
		j.opts.Mode = mode
	}
	if j.source, err = j.in.openInput(j.ctx); err != nil || j.out == nil {
		return err
	}
	j.target = &target{o: j.opts}
	err = j.out.openOutput(j.target)
	if path, ok := j.out.(Path); ok && errors.Is(err, fs.ErrExist) && j.source.info != nil {
		if there, e := os.Lstat(string(path)); e == nil && os.SameFile(there, j.source.info) {
			err = fmt.Errorf("%w: it is the source itself", err)
		}
	}
	return err
}

// End closes what Begin and Run opened, and removes an output that was not
// delivered.
func (j *Job) End() {
	if j.file != nil {
		j.file.Close()
	}
	if j.target != nil {
		j.target.close()
	}
	if j.source != nil {
		j.source.close()
	}
}

// Error returns err as an *Error that names both ends, or nil if err is nil.
func (j *Job) Error(err error) error {
	if err == nil {
		return nil
	}
	e := &Error{Op: j.op, Src: streamName, Err: errs.InUse(err)}
	if j.in != nil {
		e.Src = j.in.name()
	}
	if j.out != nil {
		e.Dst = j.out.name()
	}
	if inner, ok := err.(*fs.PathError); ok && inner.Path == e.Src {
		e.Err = errs.InUse(inner.Err) // Src is in the text already
	}
	return e
}

// Header returns the first n bytes of the source, or ErrShort if it is shorter.
func (j *Job) Header(n int) ([]byte, error) { return j.source.header(n) }

// Run passes the message through w and returns its length in bytes. Call it once.
// All Workers have ended when it returns.
func (j *Job) Run(w Work) (n int64, err error) {
	if j.ctx.Err() != nil {
		return 0, cancelled(j.ctx)
	}
	size := j.source.sizeFrom(w.Start)
	p := newPlan(j.opts.Workers)
	cuts := w.Cuts(p.block)
	if size >= 0 {
		p.workers = int(min(int64(p.workers), max(cuts.count(size), 1)))
	}
	pieces, workspace, err := j.source.pieces(cuts, p, j.opts.Workspace, w.Start)
	if err != nil {
		return 0, err
	}
	r := &run{plan: p, used: p.block, pieces: pieces, total: size}
	r.apart = !w.InPlace && workspace != Mmap // a mapped source is not copied into a block
	longest := size
	if j.target != nil {
		whole := int64(-1)
		if size >= 0 {
			whole = w.OutputSize(size)
			longest = max(size, whole)
		}
		if j.file, err = j.target.create(whole); err != nil {
			return 0, err
		}
		if workspace = Mmap; !j.file.Anonymous() {
			workspace = Fallback
		}
		r.dst = j.file
	}
	if size >= 0 {
		r.used = int(min(longest, int64(p.block)))
	}
	j.result.Workspace, j.result.Workers = workspace, p.workers
	workers := make([]Worker, p.workers)
	for i := range workers {
		workers[i] = w.Worker()
	}
	return r.do(j.ctx, workers, j.opts.Progress)
}

// CheckSource returns ErrSourceChanged if the source changed since it was opened, and
// err is nil or a failure to read it. Otherwise it returns err.
func (j *Job) CheckSource(err error) error { return j.source.check(err) }

// WriteAt writes p to the unfinished output at byte off. Call it after Run.
func (j *Job) WriteAt(p []byte, off int64) (int, error) { return j.file.WriteAt(p, off) }

// Deliver gives the finished output its name, or its bytes to a stream.
func (j *Job) Deliver() error {
	published, err := j.target.deliver(j.ctx, j.file)
	j.result.Strategy, j.result.Durable = published.Strategy, published.Durable
	if j.ctx.Err() != nil && errors.Is(err, j.ctx.Err()) {
		err = cancelled(j.ctx) // publish leaves out the cause
	}
	return err
}

// Result says how the Job was done so far.
func (j *Job) Result() Result { return j.result }
