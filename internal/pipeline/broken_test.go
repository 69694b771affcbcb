package pipeline

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"testing/iotest"
)

// frameTo frames src into a new directory, and wants that to fail with want and to
// leave nothing there.
func frameTo(t *testing.T, what string, src Input, o Options, want error) {
	t.Helper()
	dir := t.TempDir()
	_, _, err := frame(context.Background(), Path(filepath.Join(dir, "out")), src, o)
	if !errors.Is(err, want) {
		t.Errorf("%s: %v, want %v", what, err, want)
	}
	if left := names(t, dir); len(left) > 0 {
		t.Errorf("%s: left %q", what, left)
	}
}

// TestCutOffStream: a stream that ends with io.ErrUnexpectedEOF, as a connection does
// that is cut off, is an error, and not a shorter message.
func TestCutOffStream(t *testing.T) {
	for _, n := range []int{0, 1, chunk, BlockSize / framed * chunk, 3 * BlockSize} {
		r := io.MultiReader(bytes.NewReader(message(n)), iotest.ErrReader(io.ErrUnexpectedEOF))
		frameTo(t, "cut off", Reader(r), Options{}, io.ErrUnexpectedEOF)
	}
	_, err := unframe(context.Background(), Writer(io.Discard), Reader(iotest.ErrReader(io.ErrUnexpectedEOF)), Options{})
	if !errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, ErrShort) {
		t.Errorf("cut off in the header: %v", err)
	}
}

type readerFunc func(p []byte) (int, error)

func (fn readerFunc) Read(p []byte) (int, error) { return fn(p) }

type writerFunc func(p []byte) (int, error)

func (fn writerFunc) Write(p []byte) (int, error) { return fn(p) }

// TestBrokenReaders: readers that break the rules of package io cause an error.
func TestBrokenReaders(t *testing.T) {
	m := message(3 * BlockSize)
	for what, c := range map[string]struct {
		in   Input
		want error
	}{
		"no bytes, no error": {Reader(readerFunc(func([]byte) (int, error) { return 0, nil })), io.ErrNoProgress},
		"too many bytes":     {Reader(readerFunc(func(p []byte) (int, error) { return len(p) + 1, nil })), errBadCount},
		"fewer than none":    {Reader(readerFunc(func([]byte) (int, error) { return -1, nil })), errBadCount},
		"a short ReadAt": {ReaderAt(readerAtFunc(func(p []byte, off int64) (int, error) {
			if off > 0 {
				p = p[:len(p)/2]
			}
			return bytes.NewReader(m).ReadAt(p, off)
		}), int64(len(m))), io.ErrNoProgress},
		"a first short ReadAt": {ReaderAt(readerAtFunc(func(p []byte, off int64) (int, error) {
			return copy(p, "short"), nil
		}), int64(len(m))), io.ErrNoProgress},
		"goexit": {Reader(readerFunc(func([]byte) (int, error) { runtime.Goexit(); return 0, nil })), errGoexit},
	} {
		for _, workers := range []int{1, 3} {
			frameTo(t, what, c.in, Options{Workers: workers}, c.want)
		}
	}
}

// TestBrokenWriters: writers that break the rules of package io cause an error.
func TestBrokenWriters(t *testing.T) {
	for what, c := range map[string]struct {
		n    func(p []byte) int
		want error
	}{
		"short":           {func(p []byte) int { return len(p) / 2 }, io.ErrShortWrite},
		"too many bytes":  {func(p []byte) int { return len(p) + 1 }, errBadCount},
		"fewer than none": {func([]byte) int { return -5 }, errBadCount},
	} {
		w := writerFunc(func(p []byte) (int, error) { return c.n(p), nil })
		_, _, err := frame(context.Background(), Writer(w), Reader(bytes.NewReader(message(3*BlockSize))), Options{})
		if !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", what, err, c.want)
		}
	}
}

// TestNil: a nil end is an fs.ErrInvalid, found before any work.
func TestNil(t *testing.T) {
	ctx, in := context.Background(), Reader(bytes.NewReader(nil))
	for what, ends := range map[string]struct {
		out Output
		in  Input
	}{
		"input": {Writer(io.Discard), nil}, "File": {Writer(io.Discard), File(nil)}, "Reader": {Writer(io.Discard), Reader(nil)},
		"ReaderAt": {Writer(io.Discard), ReaderAt(nil, 0)}, "Writer": {Writer(nil), in}, "Func": {Func(nil), in},
	} {
		if j, err := Begin(ctx, "frame", ends.out, ends.in, 0, Options{}); j != nil || !errors.Is(err, fs.ErrInvalid) {
			t.Errorf("a nil %s: %v", what, err)
		}
	}
}

// TestOptionsOfPaths: options that mean nothing for an output are refused.
func TestOptionsOfPaths(t *testing.T) {
	for _, o := range []Options{{Strategy: "copy"}, {Mode: 0o644}, {Replace: true}, {NoSync: true}} {
		for _, out := range []Output{nil, Writer(io.Discard), Func(func(io.ReaderAt, int64) error { return nil })} {
			if j, err := Begin(context.Background(), "frame", out, Reader(bytes.NewReader(nil)), 0o600, o); j != nil || !errors.Is(err, fs.ErrInvalid) {
				t.Errorf("%+v for %T: %v", o, out, err)
			}
		}
	}
}

// TestCancelledBeforeRead: once the context has ended, nothing is read, opened or
// reserved.
func TestCancelledBeforeRead(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	reads := 0
	r := readerFunc(func(p []byte) (int, error) {
		if reads++; reads == 3 {
			cancel()
		}
		return copy(p, "f"), nil // never the end of a header
	})
	// In the middle of the header.
	if _, err := unframe(ctx, Writer(io.Discard), Reader(r), Options{}); !errors.Is(err, context.Canceled) || reads != 3 {
		t.Errorf("%d reads, %v", reads, err)
	}
	// Before everything.
	if _, err := unframe(ctx, Writer(io.Discard), Reader(r), Options{}); !errors.Is(err, context.Canceled) || reads != 3 {
		t.Errorf("%d reads, %v", reads, err)
	}
	// Between Begin and Run.
	ctx, cancel = context.WithCancel(context.Background())
	dir := t.TempDir()
	j, err := Begin(ctx, "frame", Path(filepath.Join(dir, "out")), ReaderAt(bytes.NewReader(nil), 1<<40), 0o600, Options{Workspace: Fallback})
	if err != nil {
		t.Fatal(err)
	}
	defer j.End()
	cancel()
	_, err = j.Run(Work{
		Cuts:       func(int) Cuts { return Cuts{chunk, chunk} },
		OutputSize: func(int64) int64 { t.Error("space is reserved"); return 0 },
	})
	if left := names(t, dir); !errors.Is(err, context.Canceled) || len(left) > 0 {
		t.Errorf("%v, left %q", err, left)
	}
}

// scribbler writes over all of its block, as a Worker may.
type scribbler struct{}

func (scribbler) Work(block, src []byte, p Piece) ([]byte, int64, error) {
	block = block[:cap(block)]
	for i := range block {
		block[i] = 0xaa
	}
	return block[:len(src)], p.Off, nil
}

// TestBlocksAreWiped: a Worker that uses its whole block leaves nothing of it in the
// pool.
func TestBlocksAreWiped(t *testing.T) {
	for _, n := range []int{1, 100, BlockSize / 2, 3 * BlockSize} {
		for _, stream := range []bool{false, true} {
			in := ReaderAt(bytes.NewReader(message(n)), int64(n))
			if stream {
				in = Reader(bytes.NewReader(message(n)))
			}
			for _, out := range []Output{nil, Writer(io.Discard)} {
				j, err := Begin(context.Background(), "scribble", out, in, 0o600, Options{Workers: 1})
				if err != nil {
					t.Fatal(err)
				}
				_, err = j.Run(Work{
					Cuts:       func(block int) Cuts { return Cuts{int64(block), int64(block)} },
					InPlace:    true,
					OutputSize: func(n int64) int64 { return n },
					Worker:     func() Worker { return scribbler{} },
				})
				j.End()
				if err != nil {
					t.Fatal(err)
				}
				for range 4 { // whatever the pool has
					block := blocks.get(BlockSize)
					if bytes.IndexByte(block, 0xaa) >= 0 {
						t.Fatalf("%d bytes, a stream: %v: a block in the pool is not wiped", n, stream)
					}
				}
			}
		}
	}
}

// TestFuncCannotWrite: what a Func gets is no file that could be written.
func TestFuncCannotWrite(t *testing.T) {
	fn := Func(func(r io.ReaderAt, _ int64) error {
		if _, ok := r.(io.WriterAt); ok {
			return errors.New("it has WriteAt")
		}
		if _, ok := r.(interface {
			Outer() (io.ReaderAt, int64, int64)
		}); ok {
			return errors.New("it gives its file away")
		}
		if _, ok := r.(*os.File); ok {
			return errors.New("it is the file")
		}
		return nil
	})
	if _, _, err := frame(context.Background(), fn, Reader(bytes.NewReader(nil)), Options{}); err != nil {
		t.Error(err)
	}
}
