package largebox

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"
	"testing/iotest"
)

// TestStreams seals, verifies and opens with readers of every kind.
func TestStreams(t *testing.T) {
	for _, n := range []int{0, 1, 100, blockSize - 40, blockSize + 1, 5*blockSize + 3} {
		m := message(n)
		readers := map[string]func(io.Reader) io.Reader{
			"plain": func(r io.Reader) io.Reader { return r },
			"half":  iotest.HalfReader,
			"error": iotest.DataErrReader, // the last bytes come with io.EOF
		}
		if n <= 100 {
			readers["one byte"] = iotest.OneByteReader
		}
		for name, reading := range readers {
			for _, pair := range pairs(t) {
				for _, workspace := range []Workspace{AutoWorkspace, Fallback} {
					o := Options{Workspace: workspace, Workers: 3}
					var box, back bytes.Buffer
					sealed, err := SealStream(ctx, Writer(&box), Reader(reading(bytes.NewReader(m))), pair.Sealer, o)
					if err != nil || box.Len() != n+pair.overhead || sealed.Bytes != int64(n) {
						t.Fatalf("%s, %d bytes: sealed %d to %d, error %v", name, n, sealed.Bytes, box.Len(), err)
					}
					if sealed.Strategy != "" || sealed.Durable {
						t.Errorf("a stream was published: %+v", sealed)
					}
					if _, err := VerifyStream(ctx, Reader(reading(bytes.NewReader(box.Bytes()))), pair.Opener, verifying(o)); err != nil {
						t.Errorf("%s, %d bytes: verifying: %v", name, n, err)
					}
					opened, err := OpenStream(ctx, Writer(&back), Reader(reading(&box)), pair.Opener, o)
					if err != nil || !bytes.Equal(back.Bytes(), m) || opened.Bytes != int64(n) {
						t.Fatalf("%s, %d bytes: opened %d, error %v", name, n, back.Len(), err)
					}
				}
			}
		}
	}
}

// TestStreamToFile seals from a pipe into a file, and opens that into a pipe.
func TestStreamToFile(t *testing.T) {
	dir := t.TempDir()
	m := message(3*blockSize + 5)
	in, fill, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	go func() {
		fill.Write(m)
		fill.Close()
	}()
	dst := filepath.Join(dir, "sealed")
	if _, err := SealStream(ctx, Path(dst), Reader(in), SecretKey(testSecret), Options{}); err != nil {
		t.Fatal(err)
	}
	opened, out, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	go func() {
		defer out.Close()
		if _, err := OpenStream(ctx, Writer(out), Path(dst), SecretKey(testSecret), Options{}); err != nil {
			t.Error(err)
		}
	}()
	if got, err := io.ReadAll(opened); err != nil || !bytes.Equal(got, m) {
		t.Errorf("%d bytes came out, error %v", len(got), err)
	}
	wantNames(t, dir, "sealed")
}

type failingWriter struct{ left int }

var errWriter = errors.New("the writer failed")

func (w *failingWriter) Write(p []byte) (int, error) {
	if w.left -= len(p); w.left < 0 {
		return 0, errWriter
	}
	return len(p), nil
}

func TestStreamErrors(t *testing.T) {
	errReader := errors.New("the reader failed")
	broken := io.MultiReader(bytes.NewReader(message(2*blockSize)), iotest.ErrReader(errReader))
	dir := t.TempDir()
	dst := filepath.Join(dir, "sealed")
	if _, err := SealStream(ctx, Path(dst), Reader(broken), SecretKey(testSecret), Options{}); !errors.Is(err, errReader) {
		t.Errorf("a failing reader: %v", err)
	}
	wantNames(t, dir)
	_, err := SealStream(ctx, Writer(&failingWriter{blockSize}), Reader(bytes.NewReader(message(64*blockSize))), SecretKey(testSecret), Options{})
	if !errors.Is(err, errWriter) {
		t.Errorf("a failing writer: %v", err)
	}
	if _, err := OpenStream(ctx, Path(dst), Reader(iotest.ErrReader(errReader)), SecretKey(testSecret), Options{}); !errors.Is(err, errReader) {
		t.Errorf("a reader that fails at once: %v", err)
	}
	wantNames(t, dir)
}

// TestCutOffStream: a reader that is cut off, as a connection can be, is sealed to
// nothing, and is not taken for a short box.
func TestCutOffStream(t *testing.T) {
	dir := t.TempDir()
	cut := func(n int) Input {
		return Reader(io.MultiReader(bytes.NewReader(message(n)), iotest.ErrReader(io.ErrUnexpectedEOF)))
	}
	for _, n := range []int{0, 10, 1000, 2 * blockSize} {
		if _, err := SealStream(ctx, Path(filepath.Join(dir, "box")), cut(n), SecretKey(testSecret), Options{}); !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("sealed %d bytes: %v", n, err)
		}
		_, err := OpenStream(ctx, Writer(io.Discard), cut(n), SecretKey(testSecret), Options{})
		if !errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, ErrTooShort) || errors.Is(err, ErrNotAuthentic) {
			t.Errorf("opened %d bytes: %v", n, err)
		}
	}
	wantNames(t, dir)
}
