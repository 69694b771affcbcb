package largebox

import (
	"context"
	"errors"
	"io/fs"

	"github.com/largebox/largebox/internal/pipeline"
	"github.com/largebox/largebox/internal/xsalsa20poly1305"
)

// SealFile seals the file src into the new file dst, which must not exist unless
// opts.Replace is set. An error is an *Error.
//
// SealFile reads each byte of src once. If src changes meanwhile and its size or mtime
// shows that, SealFile returns ErrSourceChanged and makes no dst. If they do not show
// it (see "What is not promised"), the box may hold a mixture of old and new bytes.
func SealFile(ctx context.Context, dst, src string, key Sealer, opts Options) (Result, error) {
	return SealStream(ctx, Path(dst), Path(src), key, opts)
}

// OpenFile opens the box in the file src into the new file dst, which must not
// exist unless opts.Replace is set. If the box is not authentic, OpenFile returns
// ErrNotAuthentic and makes no dst.
//
// OpenFile reads each byte of src once, into private memory, and decrypts the bytes
// that it authenticated, also while an attacker writes to src.
func OpenFile(ctx context.Context, dst, src string, key Opener, opts Options) (Result, error) {
	return OpenStream(ctx, Path(dst), Path(src), key, opts)
}

// VerifyFile checks that OpenFile would open src. It returns the same errors, and
// writes nothing.
func VerifyFile(ctx context.Context, src string, key Opener, opts VerifyOptions) (Result, error) {
	return VerifyStream(ctx, Path(src), key, opts)
}

// SealStream is SealFile for all kinds of Input and Output. It keeps the plaintext
// of a Reader in private memory, and writes it to no file.
func SealStream(ctx context.Context, dst Output, src Input, key Sealer, opts Options) (Result, error) {
	j, err := begin(ctx, "seal", dst, src, key, 0o666, opts)
	if err != nil {
		return Result{}, err
	}
	defer j.End()
	n, err := seal(j, key)
	if err = j.CheckSource(err); err == nil {
		err = j.Deliver()
	}
	return result(j, n, err)
}

// OpenStream is OpenFile for all kinds of Input and Output. It gives a Writer
// nothing before the whole box has verified.
func OpenStream(ctx context.Context, dst Output, src Input, key Opener, opts Options) (Result, error) {
	j, err := begin(ctx, "open", dst, src, key, 0o600, opts)
	if err != nil {
		return Result{}, err
	}
	defer j.End()
	n, err := open(j, key, opening)
	if err == nil {
		err = j.Deliver()
	}
	return result(j, n, err)
}

// VerifyStream is VerifyFile for all kinds of Input.
func VerifyStream(ctx context.Context, src Input, key Opener, opts VerifyOptions) (Result, error) {
	if key == nil {
		return Result{}, &Error{Op: "verify", Err: errNil}
	}
	o := Options{Workspace: opts.Workspace, Workers: opts.Workers, Progress: opts.Progress}
	j, err := pipeline.Begin(ctx, "verify", nil, src, 0, o.pipeline())
	if err != nil {
		return Result{}, public(err)
	}
	defer j.End()
	n, err := open(j, key, nil)
	return result(j, n, err)
}

// begin opens both ends of an operation that writes.
func begin(ctx context.Context, op string, dst Output, src Input, key any, mode fs.FileMode, opts Options) (*pipeline.Job, error) {
	if dst == nil || key == nil {
		return nil, &Error{Op: op, Err: errNil}
	}
	j, err := pipeline.Begin(ctx, op, dst, src, mode, opts.pipeline())
	return j, public(err)
}

// seal assembles the box: first the ciphertext, then the bytes in front of it.
func seal(j *pipeline.Job, key Sealer) (n int64, err error) {
	var t transfer
	defer t.box.Wipe()
	prefix, err := key.seal(&t.box)
	if err != nil {
		return 0, err
	}
	t.op, t.dstStart = sealing, int64(len(prefix)+Overhead)
	n, parts, err := t.run(j)
	if err != nil {
		return 0, err
	}
	tag := t.box.Tag(n, parts...)
	clear(parts)
	_, err = j.WriteAt(append(prefix, tag[:]...), 0)
	return n, err
}

// open decrypts the message into the output, or only authenticates it if op is nil.
// It returns ErrNotAuthentic if the tag does not verify.
func open(j *pipeline.Job, key Opener, op operation) (n int64, err error) {
	prefixSize := key.prefixSize()
	header, err := j.Header(prefixSize + Overhead)
	if errors.Is(err, pipeline.ErrShort) {
		err = ErrTooShort
	}
	if err != nil {
		return 0, err
	}
	var t transfer
	defer t.box.Wipe()
	if err := key.open(&t.box, header[:prefixSize]); err != nil {
		return 0, err
	}
	t.op, t.srcStart = op, int64(len(header))
	n, parts, err := t.run(j)
	if err != nil {
		return 0, err
	}
	authentic := t.box.Verify((*[Overhead]byte)(header[prefixSize:]), n, parts...)
	clear(parts)
	if !authentic {
		return 0, ErrNotAuthentic
	}
	return n, nil
}

func result(j *pipeline.Job, n int64, err error) (Result, error) {
	if err != nil {
		return Result{}, public(j.Error(err))
	}
	r := j.Result()
	return Result{
		Bytes: n, Workspace: Workspace(r.Workspace), Strategy: r.Strategy, Engine: xsalsa20poly1305.Engine(), Workers: r.Workers, Durable: r.Durable,
	}, nil
}
