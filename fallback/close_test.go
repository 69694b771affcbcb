//go:build unix

package fallback

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/largebox/largebox/internal/windowtest"
)

// The temporary name is moved, removed or taken by another file while the file is
// open. This cannot happen on Windows, where an open file keeps its name.
func TestCloseRemovesNoOtherFile(t *testing.T) {
	for name, c := range map[string]struct {
		meanwhile func(temporary, final string) error
		want      string // the content of final, if there is one
		other     string // the content of the temporary name, if it stays
	}{
		"renamed": {os.Rename, "ours", ""},
		"linked":  {os.Link, "ours", ""},
		"removed": {func(temporary, _ string) error { return os.Remove(temporary) }, "", ""},
		"renamed, name taken": {func(temporary, final string) error {
			return errors.Join(os.Rename(temporary, final), os.WriteFile(temporary, []byte("other"), 0o600))
		}, "ours", "other"},
		"removed, name taken": {func(temporary, _ string) error {
			return errors.Join(os.Remove(temporary), os.WriteFile(temporary, []byte("other"), 0o600))
		}, "", "other"},
		"renamed, name links to it": {func(temporary, final string) error {
			return errors.Join(os.Rename(temporary, final), os.Symlink(final, temporary))
		}, "ours", "ours"},
		"replaced by a directory": {func(temporary, final string) error {
			return errors.Join(os.Rename(temporary, final), os.Mkdir(temporary, 0o700))
		}, "ours", "directory"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			f := mustCreate(t, dir, 0)
			if _, err := f.WriteAt([]byte("ours"), 0); err != nil {
				t.Fatal(err)
			}
			temporary, final := filepath.Join(dir, f.Name()), filepath.Join(dir, "final")
			if err := c.meanwhile(temporary, final); err != nil {
				t.Fatal(err)
			}
			if err := f.Close(); err != nil {
				t.Error(err)
			}
			if got := read(t, final); got != c.want {
				t.Errorf("the final name has %q, want %q", got, c.want)
			}
			if got := read(t, temporary); got != c.other {
				t.Errorf("the temporary name has %q, want %q", got, c.other)
			}
		})
	}
}

// read returns the content of a file, and "" if there is no file.
func read(t *testing.T, path string) string {
	t.Helper()
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		return "directory"
	}
	got, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		t.Fatal(err)
	}
	return string(got)
}

func TestDirectoryIsRemoved(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "dir")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	f := mustCreate(t, dir, 0)
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Errorf("Close: %v", err)
	}
	if _, err := Create(root, 0); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("Create: %v", err)
	}
	if _, err := root.Stat("."); !errors.Is(err, os.ErrClosed) {
		t.Errorf("the directory after a Create that failed: %v", err)
	}
}

// The directory may be moved while the file is open, because it is open too.
func TestDirectoryIsMoved(t *testing.T) {
	base := t.TempDir()
	dir, moved := filepath.Join(base, "dir"), filepath.Join(base, "moved")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	f := mustCreate(t, dir, 0)
	if err := errors.Join(os.Rename(dir, moved), os.Mkdir(dir, 0o700)); err != nil {
		t.Fatal(err)
	}
	if got := names(t, moved); !slices.Equal(got, []string{f.Name()}) {
		t.Errorf("in the directory: %q", got)
	}
	if err := f.Close(); err != nil || len(names(t, moved)) != 0 {
		t.Errorf("after Close: %q, error %v", names(t, moved), err)
	}
}

func TestModes(t *testing.T) { windowtest.TestModes(t, t.TempDir(), createFile) }
