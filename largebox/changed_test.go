package largebox

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/largebox/largebox/internal/xsalsa20poly1305"
)

// A meddler calls meddle when the source has been opened and nothing of the message
// has been read.
type meddler struct {
	Key
	meddle func()
}

func (m meddler) seal(b *xsalsa20poly1305.Box) ([]byte, error) {
	m.meddle()
	return m.Key.seal(b)
}

func (m meddler) open(b *xsalsa20poly1305.Box, prefix []byte) error {
	m.meddle()
	return m.Key.open(b, prefix)
}

func overwrite(t *testing.T, path string, off int64, p []byte) {
	t.Helper()
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err == nil {
		_, err = f.WriteAt(p, off)
		f.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
}

// TestSourceChanged: a change that shows in size or mtime gives the typed error and no
// box.
func TestSourceChanged(t *testing.T) {
	const n = 5*blockSize + 100
	bothWorkspaces(t, func(t *testing.T, o Options, dir, _ string) {
		src := filepath.Join(t.TempDir(), "message")
		for what, meddle := range map[string]func(){
			"extended":            func() { overwrite(t, src, n, []byte("more")) },
			"truncated":           func() { os.Truncate(src, 2*blockSize) },
			"truncated in a page": func() { os.Truncate(src, n-1) },
			"emptied":             func() { os.Truncate(src, 0) },
			"overwritten":         func() { overwrite(t, src, blockSize, []byte("other")) },
			"touched":             func() { os.Chtimes(src, time.Time{}, time.Unix(1, 0)) },
		} {
			write(t, src, message(n))
			past := time.Now().Add(-time.Hour) // for file systems with coarse times
			os.Chtimes(src, past, past)
			_, err := SealFile(ctx, filepath.Join(dir, "sealed"), src, meddler{SecretKey(testSecret), meddle}, o)
			if !errors.Is(err, ErrSourceChanged) {
				t.Errorf("%s: %v", what, err)
			}
			wantNames(t, dir)
		}
	})
}

// TestSourceStatusChanged: a change of nothing but the ctime of the source is no error.
func TestSourceStatusChanged(t *testing.T) {
	bothWorkspaces(t, func(t *testing.T, o Options, dir, src string) {
		for what, meddle := range map[string]func(){
			"linked":  func() { os.Link(src, src+".link") },
			"renamed": func() { os.Rename(src, src+".moved"); os.Rename(src+".moved", src) },
			"chmod":   func() { os.Chmod(src, 0o400) },
		} {
			dst := filepath.Join(dir, what)
			if _, err := SealFile(ctx, dst, src, meddler{SecretKey(testSecret), meddle}, o); err != nil {
				t.Errorf("%s: %v", what, err)
			}
			if _, err := VerifyFile(ctx, dst, SecretKey(testSecret), VerifyOptions{}); err != nil {
				t.Errorf("%s: %v", what, err)
			}
		}
	})
}

// TestReplacedSource: another file is renamed over the source while it is sealed. The
// box holds the file that was opened.
func TestReplacedSource(t *testing.T) {
	src := write(t, filepath.Join(t.TempDir(), "message"), message(1000))
	swap := meddler{SecretKey(testSecret), func() {
		os.Rename(write(t, src+".new", []byte("another file")), src)
	}}
	var box, got bytes.Buffer
	if _, err := SealStream(ctx, Writer(&box), Path(src), swap, Options{}); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenStream(ctx, Writer(&got), Reader(&box), SecretKey(testSecret), Options{}); err != nil || !bytes.Equal(got.Bytes(), message(1000)) {
		t.Errorf("%d bytes, error %v", got.Len(), err)
	}
}

// TestBoxChangedWhileOpened: a change of the box after it was opened gives an error, or
// has no effect.
func TestBoxChangedWhileOpened(t *testing.T) {
	const n = 5*blockSize + 100
	bothWorkspaces(t, func(t *testing.T, o Options, dir, _ string) {
		var box bytes.Buffer
		if _, err := SealStream(ctx, Writer(&box), Reader(bytes.NewReader(message(n))), SecretKey(testSecret), streaming(o)); err != nil {
			t.Fatal(err)
		}
		src := filepath.Join(t.TempDir(), "sealed")
		for what, c := range map[string]struct {
			meddle func()
			want   error // nil: it opens
		}{
			"flipped":             {func() { overwrite(t, src, 3*blockSize, []byte{^box.Bytes()[3*blockSize]}) }, ErrNotAuthentic},
			"cut within a page":   {func() { os.Truncate(src, n+39) }, errAny},
			"cut at a window":     {func() { os.Truncate(src, 2*blockSize) }, errAny},
			"extended":            {func() { overwrite(t, src, n+40, []byte("more")) }, nil},
			"the tag overwritten": {func() { overwrite(t, src, 24, make([]byte, 16)) }, nil}, // it was read before
		} {
			write(t, src, box.Bytes())
			dst := filepath.Join(dir, "opened")
			_, err := OpenFile(ctx, dst, src, meddler{SecretKey(testSecret), c.meddle}, o)
			switch {
			case c.want == nil && err == nil:
				wantFile(t, dst, message(n))
				os.Remove(dst)
			case err == nil || c.want == nil || c.want != errAny && !errors.Is(err, c.want):
				t.Errorf("%s: %v", what, err)
			}
			wantNames(t, dir)
		}
	})
}

var errAny = errors.New("some error")

// TestSealReadsOnce seals a source that gives other bytes each time it is read. The box
// holds the bytes of the first time.
func TestSealReadsOnce(t *testing.T) {
	const n = 3*blockSize + 1
	var box, got bytes.Buffer
	if _, err := SealStream(ctx, Writer(&box), Reader(io.LimitReader(&counting{}, n)), SecretKey(testSecret), Options{Workers: 4}); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenStream(ctx, Writer(&got), Reader(&box), SecretKey(testSecret), Options{Workers: 4}); err != nil {
		t.Fatal(err)
	}
	want := make([]byte, n)
	(&counting{}).Read(want)
	if !bytes.Equal(got.Bytes(), want) {
		t.Error("a byte was read twice, or out of order")
	}
}

type counting struct{ n uint32 }

func (c *counting) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = byte(c.n ^ c.n>>8 ^ c.n>>16)
		c.n++
	}
	return len(p), nil
}
