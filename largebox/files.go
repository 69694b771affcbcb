package largebox

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/largebox/largebox/internal/errs"
	"github.com/largebox/largebox/internal/xsalsa20poly1305"
	"github.com/largebox/largebox/publish"
)

// SealFile seals the file src into the new file dst, which must not exist
// unless opts.Replace is set.
//
// Each byte of src is read once. If src is written meanwhile, what is sealed is
// a mixture of old and new bytes, in a valid box; where size, mtime or ctime of
// src show the change, there is no dst, and the error is ErrSourceChanged.
func SealFile(ctx context.Context, dst, src string, key Sealer, opts Options) (Result, error) {
	return SealStream(ctx, Path(dst), Path(src), key, opts)
}

// OpenFile opens the box in the file src into the new file dst, which must not
// exist unless opts.Replace is set. If the box is not authentic, the error is
// ErrNotAuthentic, and nothing has a name that had none before.
//
// Each byte of src is read once, into private memory, and what is authenticated
// is what is decrypted: src may be written by an attacker meanwhile.
func OpenFile(ctx context.Context, dst, src string, key Opener, opts Options) (Result, error) {
	return OpenStream(ctx, Path(dst), Path(src), key, opts)
}

// VerifyFile reports, as an error, whether OpenFile would open src. It writes
// nothing.
func VerifyFile(ctx context.Context, src string, key Opener, opts Options) (Result, error) {
	return VerifyStream(ctx, Path(src), key, opts)
}

// SealStream is SealFile for all kinds of Input and Output. A Reader is sealed
// as it is read, in private memory; its plaintext goes into no file.
func SealStream(ctx context.Context, dst Output, src Input, key Sealer, opts Options) (Result, error) {
	if opts.Mode == 0 {
		opts.Mode = 0o666
	}
	if dst == nil || key == nil {
		return Result{}, errNil
	}
	j, err := begin("seal", dst, src, opts)
	if err != nil {
		return Result{}, err
	}
	defer j.end()
	result, err := j.seal(ctx, key)
	if err = j.src.check(err); err == nil {
		err = j.deliver(ctx, &result)
	}
	return j.result(result, err)
}

// OpenStream is OpenFile for all kinds of Input and Output. A Writer is given
// nothing before the whole box has verified.
func OpenStream(ctx context.Context, dst Output, src Input, key Opener, opts Options) (Result, error) {
	if opts.Mode == 0 {
		opts.Mode = 0o600
	}
	if dst == nil || key == nil {
		return Result{}, errNil
	}
	j, err := begin("open", dst, src, opts)
	if err != nil {
		return Result{}, err
	}
	defer j.end()
	result, err := j.open(ctx, key, opening)
	if err == nil {
		err = j.deliver(ctx, &result)
	}
	return j.result(result, err)
}

// VerifyStream is VerifyFile for all kinds of Input.
func VerifyStream(ctx context.Context, src Input, key Opener, opts Options) (Result, error) {
	if key == nil {
		return Result{}, errNil
	}
	j, err := begin("verify", nil, src, opts)
	if err != nil {
		return Result{}, err
	}
	defer j.end()
	return j.result(j.open(ctx, key, verifying))
}

var errNil = fmt.Errorf("a nil Input, Output, Sealer or Opener: %w", fs.ErrInvalid)

// A job is one call of the functions above.
type job struct {
	op   string
	name string // of the source, for errors
	o    Options
	src  *source
	dst  *target // nil if verifying
	file *publish.File
	box  xsalsa20poly1305.Box
}

// begin opens both ends, and finds out what stands in the way at either.
func begin(op string, out Output, in Input, o Options) (_ *job, err error) {
	j := &job{op: op, name: nameOf(in), o: o}
	defer func() {
		if err != nil {
			j.end()
			_, err = j.result(Result{}, err)
		}
	}()
	if in == nil {
		return j, errNil
	}
	if err := o.check(); err != nil {
		return j, err
	}
	if j.src, err = openSource(in); err != nil {
		return j, err
	}
	if out == nil {
		return j, nil
	}
	j.dst, err = openTarget(out, o)
	if path, ok := out.(Path); ok && errors.Is(err, fs.ErrExist) {
		if there, e := os.Lstat(string(path)); e == nil && j.src.info != nil && os.SameFile(there, j.src.info) {
			err = fmt.Errorf("%w: it is the source itself", err)
		}
	}
	return j, err
}

// end leaves nothing behind but what has been delivered.
func (j *job) end() {
	j.box.Wipe()
	if j.file != nil {
		j.file.Close()
	}
	if j.dst != nil {
		j.dst.close()
	}
	if j.src != nil {
		j.src.close()
	}
}

// result says in an error what was done to which file.
func (j *job) result(r Result, err error) (Result, error) {
	if err == nil {
		return r, nil
	}
	if inner, ok := err.(*fs.PathError); ok && inner.Path == j.name {
		err = inner.Err
	}
	return Result{}, &fs.PathError{Op: j.op, Path: j.name, Err: errs.InUse(err)}
}

// seal assembles the box: first the ciphertext, then prefix and tag.
func (j *job) seal(ctx context.Context, key Sealer) (Result, error) {
	prefix, err := key.seal(&j.box, j.o.UnsafeNonce)
	if err != nil {
		return Result{}, err
	}
	dstOff := int64(len(prefix) + Overhead)
	r, result, err := j.prepare(sealing, 0, dstOff)
	if err != nil {
		return Result{}, err
	}
	n, parts, err := r.do(ctx, j.o.Progress)
	if err != nil {
		return Result{}, err
	}
	tag := j.box.Tag(n, parts...)
	clear(parts)
	result.Bytes = n
	_, err = j.file.WriteAt(append(prefix, tag[:]...), 0)
	return result, err
}

// open brings the message into the workfile, if there is one, and verifies it.
func (j *job) open(ctx context.Context, key Opener, op operation) (Result, error) {
	srcOff := int64(key.prefixSize() + Overhead)
	header, err := j.src.header(int(srcOff))
	if err != nil {
		return Result{}, err
	}
	prefix, tag := header[:key.prefixSize()], [Overhead]byte(header[key.prefixSize():])
	if err := key.open(&j.box, prefix); err != nil {
		return Result{}, err
	}
	r, result, err := j.prepare(op, srcOff, 0)
	if err != nil {
		return Result{}, err
	}
	n, parts, err := r.do(ctx, j.o.Progress)
	if err != nil {
		return Result{}, err
	}
	authentic := j.box.Verify(&tag, n, parts...)
	clear(parts)
	if !authentic {
		return Result{}, ErrNotAuthentic
	}
	result.Bytes = n
	return result, nil
}

// prepare plans the run from byte srcOff of the source to byte dstOff of the
// workfile, which it creates.
func (j *job) prepare(op operation, srcOff, dstOff int64) (*run, Result, error) {
	size := j.src.size(srcOff)
	p := newPlan(j.o.Workers, size, dstOff)
	feed, workspace, err := j.src.feed(p, j.o.Workspace, srcOff, dstOff)
	if err != nil {
		return nil, Result{}, err
	}
	r := &run{plan: p, operation: op, box: &j.box, feed: feed, dstOff: dstOff, total: size}
	if j.dst != nil {
		whole := size
		if size >= 0 {
			whole += dstOff
		}
		if j.file, err = j.dst.workfile(whole); err != nil {
			return nil, Result{}, err
		}
		if workspace = Mmap; !j.file.Anonymous() {
			workspace = Fallback
		}
		r.dst = j.file
	}
	return r, Result{Workspace: workspace, Engine: xsalsa20poly1305.Engine(), Workers: p.workers}, nil
}

// deliver gives the finished workfile to where it goes.
func (j *job) deliver(ctx context.Context, r *Result) error {
	published, err := j.dst.deliver(ctx, j.file)
	r.Strategy, r.Durable = published.Strategy, published.Durable
	if ctx.Err() != nil && errors.Is(err, ctx.Err()) {
		err = cancelled(ctx) // with its cause, which publish does not tell
	}
	return err
}
