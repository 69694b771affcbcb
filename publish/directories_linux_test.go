package publish

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/largebox/largebox/internal/testfs"
	"golang.org/x/sys/unix"
)

// TestReadOnly publishes into a read-only mount. The source is on another mount,
// because an open file would keep this one writable.
func TestReadOnly(t *testing.T) {
	at := testfs.Mount(t, "-t", "tmpfs", "tmpfs")
	write(t, filepath.Join(at, "old"), oldData)
	try(t, unix.Mount("", at, "", unix.MS_REMOUNT|unix.MS_RDONLY, ""))
	f := anonymous(t, testfs.Dir(t, "tmpfs"), newData)
	for _, s := range Strategies() {
		res, err := publishTo(t, at, final, f, Options{Strategy: s})
		wantRefusal(t, res, err, unix.EROFS)
		res, err = publishTo(t, at, "old", f, Options{Strategy: s, Replace: true})
		wantRefusal(t, res, err, unix.EROFS)
	}
	wantNames(t, at, "old")
	wantFile(t, filepath.Join(at, "old"), oldData, filePerm)
}

// TestRemovedDirectory publishes into a removed directory. The error is ENOENT,
// except for O_TMPFILE on ext4, where it is EPERM.
func TestRemovedDirectory(t *testing.T) {
	eachStrategy(t, func(t *testing.T, dir string, s Strategy) {
		gone := filepath.Join(dir, "gone")
		try(t, os.Mkdir(gone, 0o755))
		d, f := openDir(t, gone), anonymous(t, dir, newData)
		try(t, os.Remove(gone))
		if _, err := Publish(t.Context(), f, d, final, Options{Strategy: s}); !isOneOf(err, []error{unix.ENOENT, unix.EPERM}) {
			t.Errorf("error is %v", err)
		}
		wantNames(t, dir)
	})
}

func TestUnwritableDirectory(t *testing.T) {
	eachStrategy(t, func(t *testing.T, dir string, s Strategy) {
		needRoot(t)
		write(t, filepath.Join(dir, "old"), oldData)
		f := anonymous(t, dir, newData)
		try(t, f.Chown(nobody, nobody))
		asNobody(t, func() {
			res, err := publishTo(t, dir, final, f, Options{Strategy: s})
			wantRefusal(t, res, err, unix.EACCES)
			res, err = publishTo(t, dir, "old", f, Options{Strategy: s, Replace: true})
			wantRefusal(t, res, err, unix.EACCES)
		})
		wantNames(t, dir, "old")
		wantFile(t, filepath.Join(dir, "old"), oldData, filePerm)
	})
}

// TestUnreadableDirectory publishes into a directory that may be written but not
// read.
func TestUnreadableDirectory(t *testing.T) {
	eachStrategy(t, func(t *testing.T, dir string, s Strategy) {
		try(t, os.Chmod(dir, 0o333))
		asNobody(t, func() {
			f := anonymous(t, dir, newData)
			for _, o := range []Options{{Strategy: s}, {Strategy: s, Replace: true}} {
				if res, err := publishTo(t, dir, final, f, o); err != nil || !res.Durable {
					t.Errorf("%+v, %v", res, err)
				}
			}
			if _, err := os.Open(dir); !errors.Is(err, fs.ErrPermission) {
				t.Errorf("the directory can be read: %v", err)
			}
		})
		wantNames(t, dir, final)
		wantFile(t, filepath.Join(dir, final), newData, filePerm)
	})
}

// TestStickyDirectory replaces a file that only its owner may replace.
func TestStickyDirectory(t *testing.T) {
	eachStrategy(t, func(t *testing.T, dir string, s Strategy) {
		try(t, os.Chmod(dir, 0o777|fs.ModeSticky))
		write(t, filepath.Join(dir, final), oldData)
		asNobody(t, func() {
			res, err := publishTo(t, dir, final, anonymous(t, dir, newData), Options{Strategy: s, Replace: true})
			wantRefusal(t, res, err, unix.EPERM)
		})
		wantNames(t, dir, final)
		wantFile(t, filepath.Join(dir, final), oldData, filePerm)
	})
}

// TestOthersCredentials links a file that another thread opened with other
// credentials. AT_EMPTY_PATH fails there; the form through /proc works.
func TestOthersCredentials(t *testing.T) {
	testfs.Each(t, func(t *testing.T, _, dir string) {
		try(t, os.Chmod(dir, 0o777))
		var f *os.File
		asNobody(t, func() { f = anonymous(t, dir, newData) })
		asNobody(t, func() {
			if res, err := publishTo(t, dir, final, f, Options{}); err != nil || res.Strategy != Link {
				t.Errorf("%+v, %v", res, err)
			}
		})
		wantNames(t, dir, final)
		wantFile(t, filepath.Join(dir, final), newData, filePerm)
	})
}

// TestForeignFile publishes another user's file, which may be read but not linked
// (fs.protected_hardlinks). Auto clones or copies it.
func TestForeignFile(t *testing.T) {
	if on, err := os.ReadFile("/proc/sys/fs/protected_hardlinks"); err != nil || on[0] != '1' {
		testfs.Missing(t, "fs.protected_hardlinks is off: %q, %v", on, err)
	}
	testfs.Each(t, func(t *testing.T, kind, dir string) {
		needRoot(t)
		write(t, filepath.Join(dir, "roots"), newData)
		try(t, os.Chmod(filepath.Join(dir, "roots"), 0o644))
		try(t, os.Chmod(dir, 0o777))
		want := Copy
		if reflinks[kind] {
			want = Clone
		}
		asNobody(t, func() {
			f := must[*os.File](t)(os.Open(filepath.Join(dir, "roots")))
			defer f.Close()
			if res, err := publishTo(t, dir, final, f, Options{}); err != nil || res.Strategy != want {
				t.Errorf("%+v, %v; want %s", res, err, want)
			}
		})
		wantNames(t, dir, final, "roots")
		wantFile(t, filepath.Join(dir, final), newData, 0o644)
	})
}

// TestAppendOnlyDirectory publishes into an append-only directory: a name can be
// made there, and never be renamed or removed.
func TestAppendOnlyDirectory(t *testing.T) {
	eachStrategy(t, func(t *testing.T, dir string, s Strategy) {
		d := openDir(t, dir)
		write(t, filepath.Join(dir, "old"), oldData)
		f := anonymous(t, dir, newData)
		command(t, "chattr", "+a", dir)
		t.Cleanup(func() { command(t, "chattr", "-a", dir) })

		names := []string{"old"}
		res, err := publishTo(t, dir, final, f, Options{Strategy: s})
		if s == Rename {
			wantRefusal(t, res, err, ErrAppendOnly)
		} else {
			names = append(names, final)
			if err != nil {
				t.Error(err)
			}
			wantFile(t, filepath.Join(dir, final), newData, filePerm)
		}
		res, err = publishTo(t, dir, "old", f, Options{Strategy: s, Replace: true})
		wantRefusal(t, res, err, ErrAppendOnly)
		if _, err := Create(d, CreateOptions{Kind: Temporary}); !errors.Is(err, ErrAppendOnly) {
			t.Errorf("a temporary: error is %v", err)
		}
		wantNames(t, dir, names...)
		wantFile(t, filepath.Join(dir, "old"), oldData, filePerm)
	})
}
