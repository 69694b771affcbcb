package fallback

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"testing"
)

// newFile makes a file of n bytes, open for reading and writing.
func newFile(t *testing.T, n int) *os.File {
	t.Helper()
	f, err := os.Create(filepath.Join(t.TempDir(), "file"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	if _, err := f.Write(bytes.Repeat([]byte("content "), n/8+1)[:n]); err != nil {
		t.Fatal(err)
	}
	return f
}

// wantTruncated checks that err says that f is shorter than it was.
func wantTruncated(t *testing.T, err error, f *os.File) {
	t.Helper()
	var path *fs.PathError
	if !errors.Is(err, io.ErrUnexpectedEOF) || !errors.As(err, &path) || path.Path != f.Name() {
		t.Errorf("a view of a truncated file: %v", err)
	}
}

func TestTruncatedFile(t *testing.T) {
	for _, size := range []int64{0, 1, 4999, 5000, 5999} {
		f := newFile(t, 10000)
		source := NewSource(f)
		if err := source.View(make([]byte, 1000), 5000, func([]byte) {}); err != nil {
			t.Fatal(err)
		}
		if err := f.Truncate(size); err != nil {
			t.Fatal(err)
		}
		err := source.View(make([]byte, 1000), 5000, func([]byte) {
			t.Errorf("what is cut off at %d is shown", size)
		})
		wantTruncated(t, err, f)
	}
}

func TestTruncatedWhileLookedAt(t *testing.T) {
	f := newFile(t, 1<<20)
	source := NewSource(f)
	var wg sync.WaitGroup
	var looked, truncated sync.WaitGroup
	looked.Add(4)
	truncated.Add(1)
	for range 4 {
		wg.Go(func() {
			block := make([]byte, 1000)
			err := source.View(block, 1<<19, func(p []byte) {
				before := bytes.Clone(p)
				looked.Done()
				truncated.Wait()
				if !bytes.Equal(p, before) {
					t.Error("what was read changes with the file")
				}
			})
			if err != nil {
				t.Error(err)
			}
			wantTruncated(t, source.View(block, 1<<19, func([]byte) { t.Error("what is cut off is shown") }), f)
			if err := source.View(block, 0, func([]byte) {}); err != nil {
				t.Error(err)
			}
		})
	}
	looked.Wait()
	err := f.Truncate(1 << 18)
	truncated.Done()
	wg.Wait()
	if err != nil {
		t.Error(err)
	}
}

// A reader is an io.ReaderAt whose reads beyond its bytes fail with err.
type reader struct {
	io.ReaderAt
	err error
}

func (r reader) ReadAt(p []byte, off int64) (int, error) {
	n, err := r.ReaderAt.ReadAt(p, off)
	if err != nil && r.err != nil {
		err = r.err
	}
	return n, err
}

type namedReader struct{ reader }

func (namedReader) Name() string { return "bucket/key" }

// A Source reads any io.ReaderAt, and errors have its name if it has one.
func TestReaderAt(t *testing.T) {
	broken := errors.New("the connection is lost")
	content := bytes.NewReader([]byte("content"))
	for _, c := range []struct {
		r    io.ReaderAt
		want error
		name string
	}{
		{content, io.ErrUnexpectedEOF, ""},
		{reader{content, broken}, broken, ""},
		{namedReader{reader{content, nil}}, io.ErrUnexpectedEOF, "bucket/key"},
		{namedReader{reader{content, broken}}, broken, "bucket/key"},
		{namedReader{reader{content, &fs.PathError{Op: "get", Path: "own path", Err: broken}}}, broken, "own path"},
	} {
		source := NewSource(c.r)
		if err := source.View(make([]byte, 7), 0, func(p []byte) {
			if string(p) != "content" {
				t.Errorf("%q", p)
			}
		}); err != nil {
			t.Error(err)
		}
		err := source.View(make([]byte, 7), 1, func([]byte) { t.Error("a part of a block is shown") })
		var path *fs.PathError
		name := ""
		if errors.As(err, &path) {
			name = path.Path
		}
		if !errors.Is(err, c.want) || name != c.name {
			t.Errorf("%v, want %v of %q", err, c.want, c.name)
		}
	}
}

// View passes the caller's block to the function, and no copy.
func TestViewIsOfBlock(t *testing.T) {
	block := make([]byte, 100)
	err := NewSource(newFile(t, 1000)).View(block, 8, func(p []byte) {
		if &p[0] != &block[0] || len(p) != len(block) || string(p[:8]) != "content " {
			t.Errorf("%d bytes, %q", len(p), p[:8])
		}
	})
	if err != nil {
		t.Error(err)
	}
}

func TestUnreadable(t *testing.T) {
	closed := newFile(t, 10)
	closed.Close()
	dir, err := os.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer dir.Close()
	for _, f := range []*os.File{closed, dir} {
		err := NewSource(f).View(make([]byte, 1), 0, func([]byte) { t.Error("a byte is shown") })
		if err == nil || errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("%s: %v", f.Name(), err)
		}
	}
	if err := NewSource(closed).View(make([]byte, 1), 0, nil); !errors.Is(err, os.ErrClosed) {
		t.Errorf("closed: %v", err)
	}
}

func TestViewBeyond4GiB(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("not every file system has sparse files here")
	}
	f := newFile(t, 0)
	const off = 5<<30 + 12345
	if _, err := f.WriteAt([]byte("marker"), off); err != nil {
		t.Fatal(err)
	}
	err := NewSource(f).View(make([]byte, 7), off-1, func(p []byte) {
		if string(p) != "\x00marker" {
			t.Errorf("%q", p)
		}
	})
	if err != nil {
		t.Error(err)
	}
}
