package fallback

import (
	"errors"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/largebox/largebox/internal/tempfile"
)

// names returns the names in dir.
func names(t *testing.T, dir string) (names []string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

func TestTemporaryName(t *testing.T) {
	dir := t.TempDir()
	f := mustCreate(t, dir, 0o644)
	if got := names(t, dir); len(got) != 1 || got[0] != f.Name() || !tempfile.IsName(f.Name()) {
		t.Errorf("in the directory: %q; Name is %q", got, f.Name())
	}
	ours, err := f.OSFile().Stat()
	if err != nil {
		t.Fatal(err)
	}
	if there, err := os.Lstat(filepath.Join(dir, f.Name())); err != nil || !os.SameFile(ours, there) {
		t.Errorf("the name is another file's, or nobody's: %v", err)
	}
	if err := f.Close(); err != nil || len(names(t, dir)) != 0 {
		t.Errorf("after Close: %q, error %v", names(t, dir), err)
	}
}

// Create takes the directory over: it is closed with the File, or if Create fails.
func TestDirectoryIsClosed(t *testing.T) {
	root, err := os.OpenRoot(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	f, err := Create(root, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := root.Stat("."); err != nil {
		t.Errorf("before Close: %v", err)
	}
	if err := f.Close(); err != nil {
		t.Error(err)
	}
	if _, err := root.Stat("."); !errors.Is(err, os.ErrClosed) {
		t.Errorf("after Close: %v", err)
	}
	if _, err := Create(root, 0); !errors.Is(err, os.ErrClosed) {
		t.Errorf("in a closed directory: %v", err)
	}
}

func TestManyFilesInOneDirectory(t *testing.T) {
	dir := t.TempDir()
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			f, err := createFile(dir, 0)
			if err != nil {
				t.Error(err)
				return
			}
			if _, err := f.WriteAt([]byte{byte(i)}, 0); err != nil {
				t.Error(err)
			}
			var got [1]byte
			if _, err := f.OSFile().ReadAt(got[:], 0); err != nil || got[0] != byte(i) {
				t.Errorf("file %d has %v, error %v", i, got, err)
			}
			if err := f.Close(); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if left := names(t, dir); len(left) != 0 {
		t.Errorf("left in the directory: %q", left)
	}
}
