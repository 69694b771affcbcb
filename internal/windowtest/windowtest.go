// Package windowtest is the conformance suite of the workspaces mmapio and
// fallback, which have to do the same with the bytes of a file.
package windowtest

import (
	"errors"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"sync"
	"testing"
)

// workers is how many goroutines use a Source or a File at once.
const workers = 4

// A Viewer is one goroutine's access to a file that is read. The suite closes
// it if it is an io.Closer.
type Viewer interface {
	View(block []byte, off int64, fn func(p []byte)) error
}

// An Open prepares f for reading. It returns a function that each goroutine calls
// for its Viewer.
type Open func(f *os.File) (func() Viewer, error)

// A File is a file that is being written.
type File interface {
	io.WriterAt
	io.Closer
	Reveal() error
	OSFile() *os.File
}

// A Create creates a private file in the directory dir.
type Create func(dir string, perm fs.FileMode) (File, error)

// random returns n random bytes, so that misplaced ones show.
func random(n int) []byte {
	p := make([]byte, n)
	rand.NewChaCha8([32]byte{1}).Read(p)
	return p
}

// concurrently runs fn in several goroutines, and waits for them.
func concurrently(fn func(worker int)) {
	var wg sync.WaitGroup
	for worker := range workers {
		wg.Go(func() { fn(worker) })
	}
	wg.Wait()
}

// sourceFile writes content to a file, and opens it.
func sourceFile(t *testing.T, dir string, content []byte) *os.File {
	t.Helper()
	w, err := os.CreateTemp(dir, "source")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.Remove(w.Name()) })
	_, err = w.Write(content)
	if err := errors.Join(err, w.Close()); err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(w.Name())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

// mustCreate creates a file that the test closes, if it has not.
func mustCreate(t *testing.T, create Create, dir string, perm fs.FileMode) File {
	t.Helper()
	f, err := create(dir, perm)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}
