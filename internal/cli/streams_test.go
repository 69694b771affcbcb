package cli

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"testing"
)

var errStop = errors.New("stop")

// A retaining writer keeps what it is given, as no writer may, and blocks until it
// is let go.
type retaining struct {
	given   chan []byte
	letGo   chan struct{}
	content [][]byte
}

func (r *retaining) Write(p []byte) (int, error) {
	r.content = append(r.content, bytes.Clone(p))
	r.given <- p
	<-r.letGo
	return len(p), nil
}

// TestPatientWriterCancelled cancels a write that blocks, and writes again: the
// first still has its own bytes. It is for the race detector, too.
func TestPatientWriterCancelled(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	w := &retaining{given: make(chan []byte, 9), letGo: make(chan struct{})}
	p := newPatientWriter(ctx, w)
	var wg sync.WaitGroup
	wg.Go(func() {
		<-w.given
		cancel(errStop)
	})
	if n, err := p.Write([]byte("opened")); n != 0 || err != errStop {
		t.Errorf("%d, %v", n, err)
	}
	for range 100 { // none begins while the first may be under way
		if n, err := p.Write([]byte("OPENED")); n != 0 || err != errStop {
			t.Error(n, err)
		}
	}
	wg.Wait()
	close(w.letGo)
	if len(w.content) != 1 || string(w.content[0]) != "opened" {
		t.Errorf("%q was written", w.content)
	}
}

// TestPatientWriterWipes: no copy of what was written is left.
func TestPatientWriterWipes(t *testing.T) {
	w := &retaining{given: make(chan []byte, 9), letGo: make(chan struct{}, 9)}
	p := newPatientWriter(t.Context(), w)
	for _, message := range []string{"short", "somewhat longer", "brief"} {
		w.letGo <- struct{}{}
		if n, err := p.Write([]byte(message)); n != len(message) || err != nil {
			t.Fatal(n, err)
		}
		if p := <-w.given; !bytes.Equal(p, make([]byte, len(message))) {
			t.Errorf("%q is left", p)
		}
	}
}

// TestPatientReader reads everything, wipes what it has read, and is closed in the
// middle.
func TestPatientReader(t *testing.T) {
	want := bytes.Repeat([]byte("plaintext "), 100_000)
	var bufs sync.Map
	source := bytes.NewReader(want)
	r := newPatientReader(t.Context(), readerFunc(func(p []byte) (int, error) {
		bufs.Store(&p[0], p)
		return source.Read(p)
	}))
	got, err := io.ReadAll(r)
	if err != nil || !bytes.Equal(got, want) {
		t.Fatalf("%d bytes, %v", len(got), err)
	}
	if r.Close() != nil {
		t.Error("not closed")
	}
	checkWiped(t, &bufs)

	bufs.Clear()
	r = newPatientReader(t.Context(), readerFunc(func(p []byte) (int, error) {
		bufs.Store(&p[0], p)
		return copy(p, "plaintext"), nil
	}))
	if _, err := io.ReadFull(r, make([]byte, 3)); err != nil {
		t.Fatal(err)
	}
	if r.Close() != nil {
		t.Error("not closed")
	}
	if _, err := r.Read(make([]byte, 1)); !errors.Is(err, errClosed) {
		t.Errorf("after Close: %v", err)
	}
	r.ended.Wait()
	checkWiped(t, &bufs)
}

func checkWiped(t *testing.T, bufs *sync.Map) {
	t.Helper()
	n := 0
	bufs.Range(func(_, p any) bool {
		n++
		if bytes.Contains(p.([]byte), []byte("plain")) {
			t.Error("plaintext is left in a buffer")
		}
		return true
	})
	if n == 0 {
		t.Error("no buffer was used")
	}
}

type readerFunc func(p []byte) (int, error)

func (fn readerFunc) Read(p []byte) (int, error) { return fn(p) }

// TestLazyFileClosed: Close closes the file, and one that is opened afterwards.
func TestLazyFileClosed(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(path, []byte("content"), 0o600); err != nil {
		t.Fatal(err)
	}
	l := &lazyFile{path: path}
	if _, err := l.Read(make([]byte, 1)); err != nil {
		t.Fatal(err)
	}
	f := l.f
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := f.Stat(); !errors.Is(err, fs.ErrClosed) {
		t.Errorf("the file is open: %v", err)
	}

	l = &lazyFile{path: path}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := l.Read(make([]byte, 1)); !errors.Is(err, fs.ErrClosed) {
		t.Errorf("read after Close: %v", err)
	}
	if _, err := l.f.Stat(); !errors.Is(err, fs.ErrClosed) {
		t.Errorf("the file that was opened after Close is open: %v", err)
	}
}

// TestInputsAreClosed: the command closes a device or pipe that it has read.
func TestInputsAreClosed(t *testing.T) {
	p := newProgram(nil)
	s, err := p.place(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	_, closer, err := s.Input(t.Context(), os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	all, ok := closer.(closers)
	if !ok {
		t.Skip("no device on this host")
	}
	if err := closer.Close(); err != nil {
		t.Fatal(err)
	}
	if f := all[len(all)-1].(*lazyFile); !f.closed {
		t.Error("the file is not closed")
	}
}
