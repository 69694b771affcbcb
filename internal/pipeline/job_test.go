package pipeline

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
)

// These tests use the pipeline for a format that is longer than its message: chunks of
// 1000 bytes, each behind its CRC. The last chunk is shorter.
const (
	chunk  = 1000
	framed = chunk + 4
	header = 7
)

var (
	errBadChunk = errors.New("a chunk is altered")
	errNoEnd    = errors.New("the last chunk is missing")
)

type framer struct{ pieces int }

func (f *framer) Work(block, src []byte, p Piece) ([]byte, int64, error) {
	f.pieces++
	out := block[:0]
	for {
		n := min(chunk, len(src))
		if n < chunk && !p.Last {
			return out, header + p.Off/chunk*framed, nil
		}
		out = binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE(src[:n]))
		out = append(out, src[:n]...)
		if src = src[n:]; n < chunk {
			return out, header + p.Off/chunk*framed, nil
		}
	}
}

type unframer struct{}

func (unframer) Work(block, src []byte, p Piece) ([]byte, int64, error) {
	if p.Last && len(src)%framed < 4 {
		return nil, 0, errNoEnd
	}
	out := block[:0]
	for len(src) > 0 {
		n := min(framed, len(src))
		if crc32.ChecksumIEEE(src[4:n]) != binary.BigEndian.Uint32(src) {
			return nil, 0, errBadChunk
		}
		out, src = append(out, src[4:n]...), src[n:]
	}
	return out, p.Off / framed * chunk, nil
}

func frame(ctx context.Context, dst Output, src Input, o Options) (n int64, workers []*framer, err error) {
	j, err := Begin(ctx, "frame", dst, src, 0o600, o)
	if err != nil {
		return 0, nil, err
	}
	defer j.End()
	n, err = j.Run(Work{
		Cuts: func(block int) Cuts {
			each := int64(block / framed * chunk)
			return Cuts{each, each}
		},
		OutputSize: func(n int64) int64 { return header + n + 4*(n/chunk+1) },
		Worker: func() Worker {
			workers = append(workers, new(framer))
			return workers[len(workers)-1]
		},
	})
	if err == nil {
		_, err = j.WriteAt([]byte("framed\n"), 0)
	}
	if err == nil {
		err = j.Deliver()
	}
	return n, workers, j.Error(err)
}

func unframe(ctx context.Context, dst Output, src Input, o Options) (n int64, err error) {
	j, err := Begin(ctx, "unframe", dst, src, 0o600, o)
	if err != nil {
		return 0, err
	}
	defer j.End()
	h, err := j.Header(header)
	if err == nil && string(h) != "framed\n" {
		err = errBadChunk
	}
	if err == nil {
		n, err = j.Run(Work{
			Start: header,
			Cuts: func(block int) Cuts {
				each := int64(block / framed * framed)
				return Cuts{each, each}
			},
			OutputSize: func(n int64) int64 { return max(0, n-4*(n/framed+1)) },
			Worker:     func() Worker { return unframer{} },
		})
	}
	if err == nil && dst != nil {
		err = j.Deliver()
	}
	return n, j.Error(err)
}

func message(n int) []byte {
	p := make([]byte, n)
	rand.NewChaCha8([32]byte{byte(n), byte(n >> 8)}).Read(p)
	return p
}

// expected returns the framed message. It does not use the pipeline.
func expected(m []byte) []byte {
	out := []byte("framed\n")
	for done := false; !done; {
		n := min(chunk, len(m))
		out = binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE(m[:n]))
		out, m, done = append(out, m[:n]...), m[n:], n < chunk
	}
	return out
}

func names(t *testing.T, dir string) (all []string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		all = append(all, e.Name())
	}
	return all
}

// inputs returns every kind of Input with this content.
func inputs(t *testing.T, content []byte) map[string]Input {
	t.Helper()
	path, behind := filepath.Join(t.TempDir(), "source"), filepath.Join(t.TempDir(), "behind")
	err := errors.Join(os.WriteFile(path, content, 0o600), os.WriteFile(behind, append(message(777), content...), 0o600))
	f, e := os.Open(behind)
	if err = errors.Join(err, e); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	if _, err := f.Seek(777, io.SeekStart); err != nil {
		t.Fatal(err)
	}
	return map[string]Input{
		"path":             Path(path),
		"file, offset 777": File(f),
		"reader":           Reader(bytes.NewReader(content)),
		"reader at":        ReaderAt(bytes.NewReader(append(bytes.Clone(content), message(99)...)), int64(len(content))),
	}
}

// outputs makes every kind of Output, with a function that returns what was written to
// it.
var outputs = map[string]func(t *testing.T) (Output, func() ([]byte, error)){
	"path": func(t *testing.T) (Output, func() ([]byte, error)) {
		path := filepath.Join(t.TempDir(), "out")
		return Path(path), func() ([]byte, error) { return os.ReadFile(path) }
	},
	"writer": func(*testing.T) (Output, func() ([]byte, error)) {
		var b bytes.Buffer
		return Writer(&b), func() ([]byte, error) { return b.Bytes(), nil }
	},
	"func": func(*testing.T) (Output, func() ([]byte, error)) {
		var b []byte
		fn := func(r io.ReaderAt, size int64) error {
			b = make([]byte, size)
			for _, half := range []struct{ from, to int64 }{{size / 2, size}, {0, size / 2}} {
				if n, err := r.ReadAt(b[half.from:half.to], half.from); int64(n) < half.to-half.from {
					return err
				}
			}
			return nil
		}
		return Func(fn), func() ([]byte, error) { return b, nil }
	},
}

var bothWorkspaces = []Workspace{AutoWorkspace, Fallback}

// TestGrowingFormat frames and unframes with every kind of input and output, in both
// workspaces, at every boundary.
func TestGrowingFormat(t *testing.T) {
	ctx := context.Background()
	each := BlockSize / framed * chunk
	for _, n := range []int{0, 1, chunk - 1, chunk, chunk + 1, each - 1, each, each + 1, 2 * each, 5*each + 3} {
		m := message(n)
		for _, w := range bothWorkspaces {
			o := Options{Workspace: w, Workers: 3}
			for to, output := range outputs {
				o.NoSync = to == "path"
				for from, in := range inputs(t, m) {
					out, written := output(t)
					what := fmt.Sprintf("%d bytes, %s, %s to %s", n, w, from, to)
					done, _, err := frame(ctx, out, in, o)
					if err != nil || done != int64(n) {
						t.Fatalf("%s: %d, %v", what, done, err)
					}
					if got, err := written(); err != nil || !bytes.Equal(got, expected(m)) {
						t.Fatalf("%s: framed to %d bytes, %v", what, len(got), err)
					}
				}
				for from, in := range inputs(t, expected(m)) {
					out, written := output(t)
					what := fmt.Sprintf("%d bytes, %s, back from %s to %s", n, w, from, to)
					if _, err := unframe(ctx, out, in, o); err != nil {
						t.Fatalf("%s: %v", what, err)
					}
					if got, err := written(); err != nil || !bytes.Equal(got, m) {
						t.Fatalf("%s: %d bytes, %v", what, len(got), err)
					}
				}
			}
		}
	}
}

// TestWorkerFails: an error of a worker ends the run and leaves no name, also if the
// worker finds that the end is missing.
func TestWorkerFails(t *testing.T) {
	altered := expected(message(3*BlockSize + 17))
	altered[2*BlockSize] ^= 1
	whole := expected(message(2 * BlockSize / framed * chunk))
	for what, c := range map[string]struct {
		content []byte
		want    error
	}{
		"altered":            {altered, errBadChunk},
		"no end":             {whole[:len(whole)-4], errNoEnd},
		"no end, in a piece": {expected(message(5 * chunk))[:header+5*framed], errNoEnd},
		"only a head":        {[]byte("framed\n"), errNoEnd},
		"no head":            {[]byte("fram"), ErrShort},
	} {
		for _, w := range bothWorkspaces {
			for from, in := range inputs(t, c.content) {
				dir := t.TempDir()
				_, err := unframe(context.Background(), Path(filepath.Join(dir, "out")), in, Options{Workspace: w, Workers: 2})
				if !errors.Is(err, c.want) {
					t.Errorf("%s, %s, %s: %v", what, w, from, err)
				}
				if left := names(t, dir); len(left) > 0 {
					t.Errorf("%s, %s, %s: left %q", what, w, from, left)
				}
			}
		}
	}
}

type readerAtFunc func(p []byte, off int64) (int, error)

func (fn readerAtFunc) ReadAt(p []byte, off int64) (int, error) { return fn(p, off) }

// TestReaderAtInParallel: all workers read from a ReaderAt at the same time.
func TestReaderAtInParallel(t *testing.T) {
	const workers, each = 4, BlockSize / framed * chunk
	arrived, all := make(chan struct{}, workers), make(chan struct{})
	go func() {
		for range workers {
			<-arrived
		}
		close(all)
	}()
	m := message(workers * each)
	r := readerAtFunc(func(p []byte, off int64) (int, error) {
		if off%each == 0 && off < workers*each {
			arrived <- struct{}{}
			<-all
		}
		return bytes.NewReader(m).ReadAt(p, off)
	})
	var b bytes.Buffer
	_, used, err := frame(context.Background(), Writer(&b), ReaderAt(r, int64(len(m))), Options{Workers: workers})
	if err != nil || !bytes.Equal(b.Bytes(), expected(m)) || len(used) != workers {
		t.Fatalf("%d bytes, %d workers, %v", b.Len(), len(used), err)
	}
}

// TestReaderAtFails: the Job returns the error of the ReaderAt. A ReaderAt that is
// shorter than its size is an error, too.
func TestReaderAtFails(t *testing.T) {
	errBroken := errors.New("the server hung up")
	short := bytes.NewReader(message(10))
	for what, c := range map[string]struct {
		in   Input
		want error
	}{
		"broken":        {ReaderAt(readerAtFunc(func([]byte, int64) (int, error) { return 0, errBroken }), 10), errBroken},
		"shorter":       {ReaderAt(short, 11), io.ErrUnexpectedEOF},
		"negative size": {ReaderAt(short, -1), fs.ErrInvalid},
	} {
		if _, _, err := frame(context.Background(), Writer(io.Discard), c.in, Options{}); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", what, err)
		}
	}
}

// TestFunc: the function is not called if a worker failed, the Job returns its
// error, and nothing is left if it panics.
func TestFunc(t *testing.T) {
	dir := t.TempDir()
	o := Options{TempDir: dir, Workspace: Fallback}
	called := false
	fn := func(err error) Output {
		return Func(func(io.ReaderAt, int64) error { called = true; return err })
	}
	bad := expected(message(9000))
	bad[5000] ^= 1
	if _, err := unframe(context.Background(), fn(nil), Reader(bytes.NewReader(bad)), o); !errors.Is(err, errBadChunk) || called {
		t.Errorf("called: %v, error %v", called, err)
	}
	errUpload := errors.New("the bucket is gone")
	if _, _, err := frame(context.Background(), fn(errUpload), Reader(bytes.NewReader(bad)), o); !errors.Is(err, errUpload) || !called {
		t.Errorf("called: %v, error %v", called, err)
	}
	func() {
		defer func() {
			if recover() != "in the function" {
				t.Error("no panic")
			}
		}()
		frame(context.Background(), Func(func(io.ReaderAt, int64) error { panic("in the function") }), Reader(bytes.NewReader(bad)), o)
	}()
	if left := names(t, dir); len(left) > 0 {
		t.Errorf("left %q", left)
	}
}

// TestErrorNamesBothEnds: the error has both ends, whichever failed, and its text
// names the one that failed.
func TestErrorNamesBothEnds(t *testing.T) {
	dir := t.TempDir()
	in, out, there := filepath.Join(dir, "in"), filepath.Join(dir, "out"), filepath.Join(dir, "there")
	if err := errors.Join(os.WriteFile(in, nil, 0o600), os.WriteFile(there, nil, 0o600)); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		src, dst, text string
		want           error
	}{
		{in, there, "frame " + in + ": create " + there + ": file already exists", fs.ErrExist},
		{in, filepath.Join(out, "x"), "frame " + in + ": open " + out, fs.ErrNotExist},
		{out, there, "frame " + out + ": ", fs.ErrNotExist},
	} {
		_, _, err := frame(context.Background(), Path(c.dst), Path(c.src), Options{})
		var e *Error
		if !errors.As(err, &e) || e.Op != "frame" || e.Src != c.src || e.Dst != c.dst || !errors.Is(err, c.want) {
			t.Errorf("%+v", err)
		} else if got := err.Error(); got[:min(len(got), len(c.text))] != c.text {
			t.Errorf("%q, want %q", got, c.text)
		}
	}
}

// TestFileStaysOpen: Run neither closes a File nor moves its offset. It reads a pipe as
// a stream.
func TestFileStaysOpen(t *testing.T) {
	m := message(3 * BlockSize)
	in := inputs(t, m)["file, offset 777"].(fileInput)
	var b bytes.Buffer
	if _, _, err := frame(context.Background(), Writer(&b), in, Options{}); err != nil || !bytes.Equal(b.Bytes(), expected(m)) {
		t.Fatal(err)
	}
	if at, err := in.Seek(0, io.SeekCurrent); err != nil || at != 777 {
		t.Errorf("at byte %d, %v", at, err)
	}
	in.Close()
	if _, _, err := frame(context.Background(), Writer(&b), in, Options{}); !errors.Is(err, fs.ErrClosed) {
		t.Errorf("a closed file: %v", err)
	}
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	go func() { w.Write(m); w.Close() }()
	b.Reset()
	if _, _, err := frame(context.Background(), Writer(&b), File(r), Options{}); err != nil || !bytes.Equal(b.Bytes(), expected(m)) {
		t.Errorf("a pipe as a File: %v", err)
	}
}

// TestEachPieceOnce: each piece goes to one worker, also the empty one at the end.
func TestEachPieceOnce(t *testing.T) {
	const each = BlockSize / framed * chunk
	_, workers, err := frame(context.Background(), Writer(io.Discard), Reader(bytes.NewReader(message(9*each))), Options{Workers: 3})
	if err != nil {
		t.Fatal(err)
	}
	sum := 0
	for _, w := range workers {
		sum += w.pieces
	}
	if sum != 10 || len(workers) != 3 {
		t.Errorf("%d workers, %d pieces", len(workers), sum)
	}
}
