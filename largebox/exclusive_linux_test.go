package largebox

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/largebox/largebox/internal/testfs"
	"github.com/largebox/largebox/publish"
	"golang.org/x/sys/unix"
)

// TestUnverifiedPlaintextCannotBeLinked tries, as another process of the same user
// could, to link the anonymous file while a box is being opened. That must fail unless
// largebox itself will link the file.
func TestUnverifiedPlaintextCannotBeLinked(t *testing.T) {
	dir, other := testfs.Dir(t, "ext4"), testfs.Dir(t, "tmpfs")
	var box bytes.Buffer
	if _, err := SealStream(ctx, Writer(&box), Reader(bytes.NewReader(message(5000))), SecretKey(testSecret), Options{}); err != nil {
		t.Fatal(err)
	}
	src := write(t, filepath.Join(t.TempDir(), "sealed"), box.Bytes())
	for _, c := range []struct {
		what     string
		dst      Output
		o        Options
		linkable bool
	}{
		{"to a stream", Writer(io.Discard), Options{TempDir: dir}, false},
		{"clone", Path(filepath.Join(dir, "opened")), Options{Strategy: publish.Clone}, false},
		{"copy", Path(filepath.Join(dir, "opened")), Options{Strategy: publish.Copy}, false},
		{"on another file system", Path(filepath.Join(dir, "opened")), Options{TempDir: other}, false},
		{"link", Path(filepath.Join(dir, "opened")), Options{}, true}, // shows that the attempt can succeed
	} {
		work := dir
		if c.o.TempDir != "" {
			work = c.o.TempDir
		}
		tried := 0
		_, c.o.NoSync = c.dst.(Path)
		c.o.Progress = func(done, total int64) {
			if done < total {
				return
			}
			for _, fd := range anonymousFiles(t, work) {
				tried++
				stolen := filepath.Join(work, "stolen")
				err := unix.Linkat(unix.AT_FDCWD, fd, unix.AT_FDCWD, stolen, unix.AT_SYMLINK_FOLLOW)
				if (err == nil) != c.linkable || err != nil && !errors.Is(err, unix.ENOENT) {
					t.Errorf("%s: linking the anonymous file: %v", c.what, err)
				}
				os.Remove(stolen)
			}
		}
		_, err := OpenStream(ctx, c.dst, Path(src), SecretKey(testSecret), c.o)
		if err != nil && c.o.Strategy != publish.Clone { // ext4 cannot clone
			t.Errorf("%s: %v", c.what, err)
		}
		if tried != 1 {
			t.Errorf("%s: %d anonymous files", c.what, tried)
		}
		os.Remove(filepath.Join(dir, "opened"))
	}
}

// anonymousFiles returns the paths under /proc of our anonymous files in dir.
func anonymousFiles(t *testing.T, dir string) (paths []string) {
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		testfs.Missing(t, "%v", err)
	}
	for _, e := range entries {
		path := filepath.Join("/proc/self/fd", e.Name())
		if target, err := os.Readlink(path); err == nil && strings.HasPrefix(target, dir) && strings.HasSuffix(target, " (deleted)") {
			paths = append(paths, path)
		}
	}
	return paths
}
