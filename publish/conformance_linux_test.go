package publish

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/largebox/largebox/internal/testfs"
)

// A source makes a file to publish, and returns its name in dir, if it has one.
type source struct {
	kind string
	make func(t testing.TB, dir string, data []byte) (f *os.File, name string)
}

var sources = []source{
	{"anonymous", func(t testing.TB, dir string, data []byte) (*os.File, string) { return anonymous(t, dir, data), "" }},
	{"exclusive", func(t testing.TB, dir string, data []byte) (*os.File, string) { return exclusive(t, dir, data), "" }},
	{"temporary", temporary},
	{"named", func(t testing.TB, dir string, data []byte) (*os.File, string) {
		return named(t, dir, "other", data), "other"
	}},
}

// outcome returns the strategy that serves a source on a kind of file system, or
// the error.
func outcome(kind, source string, s Strategy) (served Strategy, err error) {
	switch {
	case s == Auto && source == "temporary":
		return Rename, nil
	case s == Auto && source != "exclusive":
		return Link, nil
	case s == Auto && reflinks[kind]:
		return Clone, nil
	case s == Auto:
		return Copy, nil
	case s == Clone && !reflinks[kind]:
		return "", errors.ErrUnsupported
	case (s == Link || s == Rename) && source == "exclusive":
		return "", fs.ErrNotExist // ENOENT, linkat(2)
	}
	return s, nil
}

// TestConformance runs every strategy on every kind of file system and file.
func TestConformance(t *testing.T) {
	for _, s := range Strategies() {
		t.Run(string(s), func(t *testing.T) {
			testfs.Each(t, func(t *testing.T, kind, dir string) {
				for _, source := range sources {
					for _, size := range sizes {
						if size > 1 && (source.kind == "temporary" || source.kind == "named") {
							continue // a name makes no difference to many bytes
						}
						t.Run(source.kind+"/"+strconv.Itoa(size), func(t *testing.T) {
							conform(t, kind, s, source, content(size))
						})
					}
				}
			})
		})
	}
}

func conform(t *testing.T, kind string, s Strategy, source source, data []byte) {
	dir := testfs.Dir(t, kind)
	f, name := source.make(t, dir, data)
	o := Options{Strategy: s}
	var names []string
	if name != "" {
		names = append(names, name)
	}
	if source.kind == "temporary" {
		o.TempName = name
	}

	res, err := publishTo(t, dir, final, f, o)
	served, refusal := outcome(kind, source.kind, s)
	if refusal != nil {
		wantRefusal(t, res, err, refusal)
		wantNames(t, dir, names...)
		return
	}
	if want := (Result{Strategy: served, Durable: true}); err != nil || res != want {
		t.Fatalf("%+v, %v; want %+v", res, err, want)
	}
	if served == Rename && o.TempName != "" {
		names = nil
	}
	wantNames(t, dir, append(names, final)...)
	wantFile(t, filepath.Join(dir, final), data, filePerm)

	// Clone and copy make a new inode; the other strategies do not.
	same := os.SameFile(must[fs.FileInfo](t)(f.Stat()), must[fs.FileInfo](t)(os.Lstat(filepath.Join(dir, final))))
	if fresh := served == Clone || served == Copy; same == fresh {
		t.Errorf("%s gave the file itself: %v", served, same)
	}
}
