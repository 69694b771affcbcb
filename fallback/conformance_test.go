package fallback

import (
	"io/fs"
	"os"
	"testing"

	"github.com/largebox/largebox/internal/windowtest"
)

func openSource(f *os.File) (func() windowtest.Viewer, error) {
	source := NewSource(f)
	return func() windowtest.Viewer { return source }, nil
}

func createFile(dir string, perm fs.FileMode) (windowtest.File, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	return Create(root, perm)
}

// mustCreate creates a file in dir that the test closes, if it has not.
func mustCreate(t *testing.T, dir string, perm fs.FileMode) *File {
	t.Helper()
	f, err := createFile(dir, perm)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f.(*File)
}

func TestSource(t *testing.T) { windowtest.TestSource(t, t.TempDir(), openSource) }
func TestFile(t *testing.T)   { windowtest.TestFile(t, t.TempDir(), createFile) }
