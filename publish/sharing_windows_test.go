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

// TestTargetInUse replaces a file that another program has open. That fails, and
// leaves the old file and the temporary as they were, until the other program
// closes the file.
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

// TestFileInUse publishes a file that another program has open: it can be linked,
// but not renamed. It must not get a second name.
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

// TestNeverReplaces renames to a name that appeared after Available.
func TestNeverReplaces(t *testing.T) {
	dir := t.TempDir()
	d, path := openDir(t, dir), filepath.Join(dir, final)
	f, temp := temporary(t, dir, content(100))
	writeOld(t, path)
	for _, to := range []string{final, "FINAL"} { // which is the same here
		if err := d.renameNew(f, temp, to, false); !errors.Is(err, fs.ErrExist) {
			t.Errorf("%s: error is %v", to, err)
		}
	}
	wantNames(t, dir, temp, final)
	wantFile(t, path, []byte("old"), 0)
}

// TestPermissionsMeanNothing checks that a mode sets only the read-only
// attribute, and only if nobody may write.
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

// TestOddNames publishes under names that mean something else on Windows:
// devices, streams of a file, drives.
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
