package publish

import (
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/largebox/largebox/internal/tempfile"
	"github.com/largebox/largebox/internal/testfs"
	"golang.org/x/sys/unix"
)

// another opens the file of f again. Locks belong to what is opened, so another
// descriptor stands for another process.
func another(t *testing.T, f *os.File) *os.File {
	t.Helper()
	g := must[*os.File](t)(os.Open("/proc/self/fd/" + strconv.Itoa(int(f.Fd()))))
	t.Cleanup(func() { g.Close() })
	return g
}

// TestLockedByAnother publishes a file that another descriptor has locked, and
// does not wait for the lock.
func TestLockedByAnother(t *testing.T) {
	dir := testfs.Dir(t, "tmpfs")
	for i, o := range []Options{{Strategy: Rename}, {Strategy: Rename, Replace: true}, {Strategy: Link, Replace: true}} {
		f := named(t, dir, "other"+strconv.Itoa(i), newData)
		try(t, unix.Flock(int(another(t, f).Fd()), unix.LOCK_EX))
		if _, err := publishTo(t, dir, final, f, o); err != nil {
			t.Errorf("%+v: %v", o, err)
		}
		wantFile(t, filepath.Join(dir, final), newData, filePerm)
		if !o.Replace {
			os.Remove(filepath.Join(dir, final))
		}
	}
}

// TestNotLockedAfter publishes a caller's file under a temporary name first, and
// leaves it unlocked.
func TestNotLockedAfter(t *testing.T) {
	dir := testfs.Dir(t, "tmpfs")
	f := named(t, dir, "other", newData)
	for _, o := range []Options{{Strategy: Rename}, {Strategy: Rename, Replace: true}, {Strategy: Rename}} {
		publishTo(t, dir, final, f, o) // the last is an fs.ErrExist
		g := another(t, f)
		if locked, err := tempfile.Lock(g); err != nil || !locked {
			t.Errorf("%+v: the file is locked: %v", o, err)
		}
		g.Close()
	}
}

// TestStaysLocked keeps the lock of a temporary that Create has made, which
// keeps Sweep away from it until it is closed.
func TestStaysLocked(t *testing.T) {
	from, to := testfs.Dir(t, "tmpfs"), testfs.Dir(t, "tmpfs")
	f := create(t, openDir(t, from), CreateOptions{Kind: Temporary})
	write(t, filepath.Join(to, final), oldData)
	for _, o := range []Options{{Strategy: Link}, {Strategy: Rename, Replace: true}} {
		f.PublishIn(t.Context(), openDir(t, to), final, o) // the first is an fs.ErrExist
		if locked, err := tempfile.Lock(another(t, f.OSFile())); err != nil || locked {
			t.Errorf("%+v: the file is not locked any more: %v", o, err)
		}
	}
	if swept := must[[]string](t)(Sweep(from, SweepOptions{})); len(swept) > 0 {
		t.Errorf("swept %q", swept)
	}
}
