package publish

import (
	"bytes"
	"context"
	"encoding/binary"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"testing"

	"github.com/largebox/largebox/internal/tempfile"
)

// final is the name that most tests publish under. filePerm is the permission of
// the file, which no usual umask changes.
const (
	final    = "final"
	filePerm = 0o640
)

// sizes in bytes; none but 0 is a multiple of a block or page.
var sizes = []int{0, 1, 5<<20 + 3}

// content returns n bytes, which differ for each n from the first byte on.
func content(n int) []byte {
	var seed [32]byte
	binary.LittleEndian.PutUint64(seed[:], uint64(n))
	data := make([]byte, n)
	rand.NewChaCha8(seed).Read(data)
	return data
}

func must[T any](t testing.TB) func(v T, err error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func openDir(t testing.TB, path string) *Dir {
	t.Helper()
	d := must[*Dir](t)(OpenDir(path))
	t.Cleanup(func() { d.Close() })
	return d
}

// fill gives f its content and permission, and closes it after the test.
func fill(t testing.TB, f *os.File, data []byte) *os.File {
	t.Helper()
	t.Cleanup(func() { f.Close() })
	if _, err := f.Write(data); err != nil {
		t.Fatal(err)
	}
	if err := f.Chmod(filePerm); err != nil {
		t.Fatal(err)
	}
	return f
}

// temporary makes a file with a temporary name in dir.
func temporary(t testing.TB, dir string, data []byte) (f *os.File, name string) {
	t.Helper()
	name = tempfile.Name()
	root := must[*os.Root](t)(os.OpenRoot(dir)) // shares what it opens, on Windows
	defer root.Close()
	f = must[*os.File](t)(root.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600))
	return fill(t, f, data), name
}

// named makes a file with an ordinary name in dir, open for reading only.
func named(t testing.TB, dir, name string, data []byte) *os.File {
	t.Helper()
	path := filepath.Join(dir, name)
	fill(t, must[*os.File](t)(os.Create(path)), data)
	f := must[*os.File](t)(os.Open(path))
	t.Cleanup(func() { f.Close() })
	return f
}

// publishTo is Publish into the directory at path.
func publishTo(t testing.TB, path, name string, f *os.File, o Options) (Result, error) {
	t.Helper()
	return Publish(t.Context(), f, openDir(t, path), name, o)
}

// wantNames checks that dir holds these names and no other, such as a temporary
// one.
func wantNames(t testing.TB, dir string, want ...string) {
	t.Helper()
	got, want := listing(t, dir), slices.Sorted(slices.Values(want))
	if !slices.Equal(got, want) {
		t.Errorf("names in the directory: %q, want %q", got, want)
	}
}

func listing(t testing.TB, dir string) (names []string) {
	t.Helper()
	for _, e := range must[[]os.DirEntry](t)(os.ReadDir(dir)) {
		names = append(names, e.Name())
	}
	return names
}

// wantFile checks content and permission of a regular file, and that path is no
// symbolic link.
func wantFile(t testing.TB, path string, data []byte, perm os.FileMode) {
	t.Helper()
	info, err := os.Lstat(path)
	if err != nil {
		t.Error(err)
		return
	}
	if got := must[[]byte](t)(os.ReadFile(path)); !bytes.Equal(got, data) {
		t.Errorf("%s has %d bytes that are not the %d wanted", path, len(got), len(data))
	}
	if !info.Mode().IsRegular() || runtime.GOOS != "windows" && info.Mode() != perm {
		t.Errorf("%s has mode %v, want %v", path, info.Mode(), perm)
	}
}

// A countdown is a context that is cancelled after looks calls of Err.
type countdown struct {
	context.Context
	looks int
}

func (c *countdown) Err() error {
	if c.looks--; c.looks < 0 {
		return context.Canceled
	}
	return nil
}
