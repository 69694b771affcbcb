package publish

import (
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/largebox/largebox/internal/tempfile"
	"github.com/largebox/largebox/internal/testfs"
)

var oldData, newData = []byte("old"), content(70000)

// obstacles are things that can have the name already. make makes one, untouched
// checks that it is as it was, and replaced checks what is around it after it was
// replaced.
var obstacles = []struct {
	name      string
	make      func(t *testing.T, path string)
	untouched func(t *testing.T, path string)
	replaced  func(t *testing.T, path string) // nil if it never is
	around    []string                        // names next to it
}{{
	name: "file",
	make: func(t *testing.T, path string) { write(t, path, oldData) },
	untouched: func(t *testing.T, path string) {
		wantFile(t, path, oldData, filePerm)
	},
	replaced: func(*testing.T, string) {},
}, {
	name: "file with another link",
	make: func(t *testing.T, path string) {
		write(t, path, oldData)
		try(t, os.Link(path, path+"-link"))
	},
	untouched: func(t *testing.T, path string) {
		wantFile(t, path, oldData, filePerm)
		wantFile(t, path+"-link", oldData, filePerm)
	},
	replaced: func(t *testing.T, path string) { wantFile(t, path+"-link", oldData, filePerm) },
	around:   []string{final + "-link"},
}, {
	name: "symlink",
	make: func(t *testing.T, path string) {
		write(t, path+"-target", oldData)
		try(t, os.Symlink(final+"-target", path))
	},
	untouched: func(t *testing.T, path string) {
		wantSymlink(t, path, final+"-target")
		wantFile(t, path+"-target", oldData, filePerm)
	},
	replaced: func(t *testing.T, path string) { wantFile(t, path+"-target", oldData, filePerm) },
	around:   []string{final + "-target"},
}, {
	name:      "dangling symlink",
	make:      func(t *testing.T, path string) { try(t, os.Symlink("nowhere", path)) },
	untouched: func(t *testing.T, path string) { wantSymlink(t, path, "nowhere") },
	replaced:  func(*testing.T, string) {},
}, {
	name:      "symlink to the directory",
	make:      func(t *testing.T, path string) { try(t, os.Symlink(".", path)) },
	untouched: func(t *testing.T, path string) { wantSymlink(t, path, ".") },
	replaced:  func(*testing.T, string) {},
}, {
	name: "directory",
	make: func(t *testing.T, path string) { try(t, os.Mkdir(path, 0o700)) },
	untouched: func(t *testing.T, path string) {
		if info, err := os.Lstat(path); err != nil || !info.IsDir() {
			t.Errorf("the directory is gone: %v", err)
		}
		wantNames(t, path)
	},
}}

func TestExistingNames(t *testing.T) {
	eachStrategy(t, func(t *testing.T, parent string, s Strategy) {
		for _, o := range obstacles {
			t.Run(o.name, func(t *testing.T) {
				dir := must[string](t)(os.MkdirTemp(parent, ""))
				path := filepath.Join(dir, final)
				o.make(t, path)
				names := append(o.around, final)
				f := anonymous(t, dir, newData)

				res, err := publishTo(t, dir, final, f, Options{Strategy: s})
				wantRefusal(t, res, err, fs.ErrExist)
				wantNames(t, dir, names...)
				o.untouched(t, path)

				res, err = publishTo(t, dir, final, f, Options{Strategy: s, Replace: true})
				wantNames(t, dir, names...)
				if o.replaced == nil {
					wantRefusal(t, res, err, fs.ErrExist)
					o.untouched(t, path)
					return
				}
				if err != nil {
					t.Fatal(err)
				}
				wantFile(t, path, newData, filePerm)
				o.replaced(t, path)
			})
		}
	})
}

// TestSameInode replaces a link to the very file that is published, where
// rename(2) does nothing.
func TestSameInode(t *testing.T) {
	eachStrategy(t, func(t *testing.T, dir string, s Strategy) {
		f, temp := temporary(t, dir, newData)
		try(t, os.Link(filepath.Join(dir, temp), filepath.Join(dir, final)))
		for _, o := range []Options{{Strategy: s}, {Strategy: s, TempName: temp}} {
			o.Replace = true
			if _, err := publishTo(t, dir, final, f, o); err != nil {
				t.Error(err)
			}
			wantFile(t, filepath.Join(dir, final), newData, filePerm)
			if o.TempName != "" && (s == Auto || s == Rename) {
				wantNames(t, dir, final)
			} else {
				wantNames(t, dir, final, temp)
			}
		}
	})
}

// TestRenameToItself checks that the only name of a file is not removed as a
// temporary one.
func TestRenameToItself(t *testing.T) {
	dir := testfs.Dir(t, "tmpfs")
	f, temp := temporary(t, dir, newData)
	if _, err := publishTo(t, dir, temp, f, Options{Replace: true, TempName: temp}); err != nil {
		t.Error(err)
	}
	wantNames(t, dir, temp)
	wantFile(t, filepath.Join(dir, temp), newData, filePerm)
}

// TestConflict publishes with a temporary name that belongs to another file.
func TestConflict(t *testing.T) {
	for name, make := range map[string]func(t *testing.T, path, of string){
		"absent":       func(*testing.T, string, string) {},
		"another file": func(t *testing.T, path, _ string) { write(t, path, oldData) },
		"a symlink":    func(t *testing.T, path, of string) { try(t, os.Symlink(of, path)) },
	} {
		t.Run(name, func(t *testing.T) {
			dir := testfs.Dir(t, "tmpfs")
			f := named(t, dir, "other", newData)
			temp := tempfile.Name()
			make(t, filepath.Join(dir, temp), "other")
			before := listing(t, dir)
			res, err := publishTo(t, dir, final, f, Options{TempName: temp})
			wantRefusal(t, res, err, ErrConflict)
			wantNames(t, dir, before...)
		})
	}
}

// TestOthersNames checks that names of other files are neither removed nor moved.
func TestOthersNames(t *testing.T) {
	dir := testfs.Dir(t, "tmpfs")
	write(t, filepath.Join(dir, "others"), oldData)
	p := publication{ctx: t.Context(), file: anonymous(t, dir, nil), dir: openDir(t, dir), name: "others"}
	p.removeName(p.file, "others")
	p.removeName(p.file, "absent")
	p.takeBack(p.file, tempfile.Name())
	wantNames(t, dir, "others")
	wantFile(t, filepath.Join(dir, "others"), oldData, filePerm)
}

func write(t *testing.T, path string, data []byte) {
	t.Helper()
	try(t, os.WriteFile(path, data, 0o600))
	try(t, os.Chmod(path, filePerm))
}

func try(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func wantSymlink(t *testing.T, path, target string) {
	t.Helper()
	if got, err := os.Readlink(path); err != nil || got != target {
		t.Errorf("symlink to %q, %v; want %q", got, err, target)
	}
}
