package publish

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"unsafe"

	"github.com/largebox/largebox/internal/tempfile"
	"github.com/largebox/largebox/internal/testfs"
	"golang.org/x/sys/unix"
)

// An event is what inotify(7) reports of a directory.
type event struct {
	what uint32
	name string
}

var (
	created  = []event{{unix.IN_CREATE, final}}
	linked   = []event{{unix.IN_CREATE, "temp"}, {unix.IN_MOVED_FROM, "temp"}, {unix.IN_MOVED_TO, final}}
	moved    = linked[1:]
	watching = uint32(unix.IN_CREATE | unix.IN_DELETE | unix.IN_MOVE | unix.IN_MODIFY)
)

// TestWatcher checks that a watcher sees a name appear in one step, and no write
// to a file with a name.
func TestWatcher(t *testing.T) {
	eachStrategy(t, func(t *testing.T, dir string, s Strategy) {
		d := openDir(t, dir)
		var f *os.File
		publish := func(o Options) {
			t.Helper()
			o.Strategy = s
			if _, err := Publish(t.Context(), f, d, final, o); err != nil {
				t.Error(err)
			}
		}

		f = anonymous(t, dir, newData)
		want := created
		if s == Rename {
			want = linked
		}
		wantEvents(t, dir, want, func() { publish(Options{}) })

		f = anonymous(t, dir, content(10))
		wantEvents(t, dir, linked, func() { publish(Options{Replace: true}) })

		if s == Auto || s == Rename {
			var temp string
			f, temp = temporary(t, dir, newData)
			wantEvents(t, dir, moved, func() { publish(Options{Replace: true, TempName: temp}) })
			f, temp = temporary(t, dir, newData)
			os.Remove(filepath.Join(dir, final))
			wantEvents(t, dir, moved, func() { publish(Options{TempName: temp}) })
		}
	})
}

// TestWatcherOfNamedTemporary checks that a watcher sees writes only under
// temporary names.
func TestWatcherOfNamedTemporary(t *testing.T) {
	testfs.Each(t, func(t *testing.T, _, dir string) {
		f := anonymous(t, dir, newData)
		var got []event
		withFaults(t, noLinkOfFile, func() {
			got = events(t, dir, func() {
				if _, err := publishTo(t, dir, final, f, Options{}); err != nil {
					t.Error(err)
				}
			})
		})
		got = slices.Compact(slices.DeleteFunc(got, func(e event) bool { return e.name[0] == '#' }))
		want := append([]event{{unix.IN_CREATE, "temp"}, {unix.IN_DELETE, "temp"}, linked[0], {unix.IN_MODIFY, "temp"}}, moved...)
		if !slices.Equal(got, want) {
			t.Errorf("events %v, want %v", got, want)
		}
	})
}

// wantEvents checks the events of names in dir while fn runs.
func wantEvents(t *testing.T, dir string, want []event, fn func()) {
	t.Helper()
	got := events(t, dir, fn)
	// inotify reports a write to an anonymous file as one to "#inode", which is no
	// name in the directory.
	got = slices.DeleteFunc(got, func(e event) bool { return e.name[0] == '#' && e.what == unix.IN_MODIFY })
	if !slices.Equal(got, want) {
		t.Errorf("events %v, want %v", got, want)
	}
}

// events returns the events while fn runs, in order. It calls each temporary name
// "temp".
func events(t *testing.T, dir string, fn func()) (seen []event) {
	t.Helper()
	fd := must[int](t)(unix.InotifyInit1(unix.IN_CLOEXEC | unix.IN_NONBLOCK))
	defer unix.Close(fd)
	if _, err := unix.InotifyAddWatch(fd, dir, watching); err != nil {
		t.Fatal(err)
	}
	fn()
	buf := make([]byte, 64<<10)
	n, err := unix.Read(fd, buf)
	if err != nil {
		t.Error(err)
		return nil
	}
	for buf = buf[:n]; len(buf) > 0; {
		e := (*unix.InotifyEvent)(unsafe.Pointer(&buf[0]))
		end := unix.SizeofInotifyEvent + int(e.Len)
		name, _, _ := bytes.Cut(buf[unix.SizeofInotifyEvent:end], []byte{0})
		shown := string(name)
		if tempfile.IsName(shown) {
			shown = "temp"
		}
		seen = append(seen, event{e.Mask, shown})
		buf = buf[end:]
	}
	return seen
}
