package fallback

import (
	"os/exec"
	"testing"

	"github.com/largebox/largebox/internal/testfs"
	"github.com/largebox/largebox/internal/windowtest"
)

// eachFileSystem runs fn on all kinds of file systems, and on two that package
// mmapio does not serve.
func eachFileSystem(t *testing.T, fn func(t *testing.T, dir string)) {
	testfs.Each(t, func(t *testing.T, _, dir string) { fn(t, dir) })
	t.Run("ramfs", func(t *testing.T) { fn(t, testfs.Mount(t, "-t", "ramfs", "ramfs")) })
	t.Run("bindfs", func(t *testing.T) {
		if _, err := exec.LookPath("bindfs"); err != nil {
			testfs.Missing(t, "%v", err)
		}
		fn(t, testfs.Mount(t, "-t", "fuse.bindfs", t.TempDir()))
	})
}

func TestSourceOnFileSystems(t *testing.T) {
	eachFileSystem(t, func(t *testing.T, dir string) { windowtest.TestSource(t, dir, openSource) })
}

func TestFileOnFileSystems(t *testing.T) {
	eachFileSystem(t, func(t *testing.T, dir string) { windowtest.TestFile(t, dir, createFile) })
}

func TestModesOnFileSystems(t *testing.T) {
	eachFileSystem(t, func(t *testing.T, dir string) { windowtest.TestModes(t, dir, createFile) })
}

func TestACLs(t *testing.T) {
	testfs.Each(t, func(t *testing.T, _, dir string) { windowtest.TestACLs(t, dir, createFile) })
}
