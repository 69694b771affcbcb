package publish

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/sys/windows"
)

// hold opens the file at path as most programs do, without FILE_SHARE_DELETE.
func hold(t *testing.T, path string) (release func()) {
	t.Helper()
	f := must[*os.File](t)(os.OpenFile(path, os.O_RDWR, 0))
	return func() { f.Close() }
}

func writeOld(t *testing.T, path string) {
	t.Helper()
	if err := os.WriteFile(path, []byte("old"), 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestTargetInUse is refused, with the old file and the temporary as they were,
// and done when the other program is through.
func TestTargetInUse(t *testing.T) {
	for _, s := range []Strategy{Auto, Rename, Copy} {
		t.Run(string(s), func(t *testing.T) {
			dir := t.TempDir()
			path := filepath.Join(dir, final)
			writeOld(t, path)
			f, temp := temporary(t, dir, content(100))
			release := hold(t, path)
			for range 2 {
				_, err := publishTo(t, dir, final, f, Options{Strategy: s, Replace: true, TempName: temp})
				var where *fs.PathError
				if !errors.Is(err, ErrInUse) || !errors.As(err, &where) {
					t.Errorf("error is %v", err)
				}
				wantNames(t, dir, temp, final)
				wantFile(t, path, []byte("old"), 0)
			}
			release()
			if _, err := publishTo(t, dir, final, f, Options{Strategy: s, Replace: true, TempName: temp}); err != nil {
				t.Error(err)
			}
			wantFile(t, path, content(100), 0)
		})
	}
}

// TestFileInUse has a file that can be linked and not renamed: nothing may come
// of it, above all not a second name.
func TestFileInUse(t *testing.T) {
	dir := t.TempDir()
	f, temp := temporary(t, dir, content(100))
	release := hold(t, filepath.Join(dir, temp))
	for _, replace := range []bool{false, true} {
		if _, err := publishTo(t, dir, final, f, Options{TempName: temp, Replace: replace}); !errors.Is(err, ErrInUse) {
			t.Errorf("replace %v: error is %v", replace, err)
		}
		wantNames(t, dir, temp)
	}
	release()
	if _, err := publishTo(t, dir, final, f, Options{TempName: temp}); err != nil {
		t.Error(err)
	}
	wantNames(t, dir, final)
	wantFile(t, filepath.Join(dir, final), content(100), 0)
}

// TestNeverReplaces has a name that appears between the look and the rename.
func TestNeverReplaces(t *testing.T) {
	dir := t.TempDir()
	d, path := openDir(t, dir), filepath.Join(dir, final)
	_, temp := temporary(t, dir, content(100))
	writeOld(t, path)
	for _, to := range []string{final, "FINAL"} { // which is the same here
		if err := d.renameNew(temp, to, false); !errors.Is(err, fs.ErrExist) {
			t.Errorf("%s: error is %v", to, err)
		}
	}
	wantNames(t, dir, temp, final)
	wantFile(t, path, []byte("old"), 0)
}

// TestPermissionsMeanNothing: a private file looks like any other, and only a
// mode that lets nobody write is something, the read-only attribute.
func TestPermissionsMeanNothing(t *testing.T) {
	for _, c := range []struct{ asked, got fs.FileMode }{{0o600, 0o666}, {0o640, 0o666}, {0o200, 0o666}, {0o400, 0o444}} {
		dir := t.TempDir()
		path := filepath.Join(dir, final)
		f := named(t, dir, "other", content(100))
		if _, err := publishTo(t, dir, final, f, Options{Strategy: Copy, Mode: c.asked}); err != nil {
			t.Fatal(err)
		}
		if info := must[fs.FileInfo](t)(os.Stat(path)); info.Mode() != c.got {
			t.Errorf("%v became %v, want %v", c.asked, info.Mode(), c.got)
		}
		os.Chmod(path, 0o600)
	}
}

// TestOddNames are those that mean something else here: devices, streams of a
// file, drives.
func TestOddNames(t *testing.T) {
	dir := t.TempDir()
	f := named(t, dir, "other", content(100))
	for _, name := range []string{"CON", "nul", "com1", "final:stream", "C:final", "C:", `a\b`, "a/b", ".."} {
		if _, err := publishTo(t, dir, name, f, Options{}); !errors.Is(err, fs.ErrInvalid) {
			t.Errorf("%q: error is %v", name, err)
		}
	}
	wantNames(t, dir, "other")
}

func TestErrno(t *testing.T) {
	if err := errnoOf(windows.STATUS_OBJECT_NAME_COLLISION); !errors.Is(err, fs.ErrExist) {
		t.Errorf("an existing name is %v", err)
	}
	if err := errnoOf(windows.STATUS_SHARING_VIOLATION); !errors.Is(err, windows.ERROR_SHARING_VIOLATION) {
		t.Errorf("a sharing violation is %v", err)
	}
}
