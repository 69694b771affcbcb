package tempfile

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

func TestCreate(t *testing.T) {
	for _, c := range []struct{ umask, perm, mode fs.FileMode }{
		{0, 0o666, 0o666}, {0, 0o600, 0o600}, {0o022, 0o666, 0o644}, {0o022, 0o755, 0o755},
		{0o027, 0o666, 0o640}, {0o077, 0o666, 0o600}, {0o022, 0o400, 0o400}, {0, fs.ModeSetuid | 0o755, 0o755},
	} {
		root := openRoot(t, t.TempDir())
		old := syscall.Umask(int(c.umask))
		f, name, mode, err := Default.Create(root, c.perm)
		syscall.Umask(old)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		if mode != c.mode || !IsName(name) || filepath.Base(f.Name()) != name {
			t.Errorf("%v under %03o: %s, %s, mode %v, want %v", c.perm, c.umask, name, f.Name(), mode, c.mode)
		}
		has(t, root, name) // the first, empty file is gone
		there, e1 := root.Lstat(name)
		mine, e2 := f.Stat()
		if e1 != nil || e2 != nil || !os.SameFile(there, mine) || mine.Mode() != 0o600 || mine.Size() != 0 {
			t.Errorf("%v under %03o: %v, %v, %v", c.perm, c.umask, mine.Mode(), e1, e2)
		}
		if _, err := f.WriteAt([]byte("x"), 3); err != nil {
			t.Error(err)
		}
		if _, err := f.ReadAt(make([]byte, 4), 0); err != nil {
			t.Error(err)
		}
	}
}

func TestCreateErrors(t *testing.T) {
	dir := t.TempDir()
	root := openRoot(t, dir)
	if err := os.Remove(dir); err != nil {
		t.Fatal(err)
	}
	if f, _, _, err := Default.Create(root, 0o600); f != nil || !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("in a directory that is gone: %v", err)
	}
}
