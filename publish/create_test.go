package publish

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/largebox/largebox/internal/tempfile"
)

// createKinds are the kinds that Create has on this host, in its directory for
// temporary files.
func createKinds() []Kind {
	if runtime.GOOS == "linux" {
		return []Kind{AutoKind, Anonymous, Temporary, ""}
	}
	return []Kind{AutoKind, Temporary, ""}
}

// create creates a file that the test closes.
func create(t testing.TB, d *Dir, o CreateOptions) *File {
	t.Helper()
	f := must[*File](t)(Create(d, o))
	t.Cleanup(func() { f.Close() })
	return f
}

func TestCreate(t *testing.T) {
	data := content(100_000)
	for _, kind := range createKinds() {
		t.Run("kind "+string(kind), func(t *testing.T) {
			dir := t.TempDir()
			d := openDir(t, dir)
			f := create(t, d, CreateOptions{Kind: kind, Size: int64(len(data)) + 5, Mode: filePerm, Writeback: true, Prefix: ".other-"})
			if f.Anonymous() {
				wantNames(t, dir)
			} else {
				wantNames(t, dir, f.TempName())
			}
			if anonymous := kind != Temporary && runtime.GOOS == "linux"; f.Anonymous() != anonymous || (f.TempName() == "") != anonymous {
				t.Errorf("anonymous: %v, name %q", f.Anonymous(), f.TempName())
			}
			if f.TempName() != "" && !tempfile.Prefix(".other-").IsName(f.TempName()) {
				t.Errorf("the name is %q", f.TempName())
			}
			for _, p := range [][]byte{data[:1], data[1:70_000], {}, data[70_000:]} {
				if n, err := f.Write(p); n != len(p) || err != nil {
					t.Fatalf("%d of %d bytes written: %v", n, len(p), err)
				}
			}
			if _, err := f.WriteAt([]byte("tail!"), int64(len(data))); err != nil {
				t.Fatal(err)
			}
			got, err := io.ReadAll(io.NewSectionReader(f.OSFile(), 0, 1<<40))
			if err != nil || string(got) != string(data)+"tail!" {
				t.Errorf("%d bytes read back: %v", len(got), err)
			}
			if err := f.Truncate(int64(len(data))); err != nil {
				t.Fatal(err)
			}
			res, err := f.Publish(t.Context(), final, Options{})
			want := Result{Strategy: Rename, Durable: true}
			if f.Anonymous() {
				want.Strategy = Link
			}
			if err != nil || res != want {
				t.Errorf("%+v, %v; want %+v", res, err, want)
			}
			if err := f.Close(); err != nil {
				t.Error(err)
			}
			wantNames(t, dir, final)
			wantFile(t, filepath.Join(dir, final), data, filePerm)
		})
	}
}

// TestCloseWithoutPublish leaves nothing.
func TestCloseWithoutPublish(t *testing.T) {
	for _, kind := range createKinds() {
		dir := t.TempDir()
		d := openDir(t, dir)
		f := create(t, d, CreateOptions{Kind: kind, Size: 10})
		if err := f.Close(); err != nil {
			t.Errorf("%s: %v", kind, err)
		}
		wantNames(t, dir)
		var path *fs.PathError
		_, err := f.Publish(t.Context(), final, Options{})
		if !errors.Is(err, fs.ErrClosed) || !errors.As(err, &path) || path.Path != filepath.Join(dir, final) {
			t.Errorf("%s: publish after Close: %v", kind, err)
		}
		wantNames(t, dir)
	}
}

// TestPublishAgain succeeds after an error.
func TestPublishAgain(t *testing.T) {
	for _, kind := range createKinds() {
		dir := t.TempDir()
		d := openDir(t, dir)
		if err := os.WriteFile(filepath.Join(dir, "taken"), []byte("old"), filePerm); err != nil {
			t.Fatal(err)
		}
		f := create(t, d, CreateOptions{Kind: kind, Mode: filePerm})
		if _, err := f.Write([]byte("new")); err != nil {
			t.Fatal(err)
		}
		var path *fs.PathError
		_, err := f.Publish(t.Context(), "taken", Options{})
		if !errors.Is(err, fs.ErrExist) || !errors.As(err, &path) || path.Path != filepath.Join(dir, "taken") {
			t.Errorf("%s: %v", kind, err)
		}
		if _, err := f.Publish(t.Context(), final, Options{}); err != nil {
			t.Errorf("%s: %v", kind, err)
		}
		f.Close()
		wantNames(t, dir, "taken", final)
		wantFile(t, filepath.Join(dir, final), []byte("new"), filePerm)
		wantFile(t, filepath.Join(dir, "taken"), []byte("old"), filePerm)
	}
}

func TestPublishIn(t *testing.T) {
	for _, kind := range createKinds() {
		from, to := t.TempDir(), t.TempDir()
		f := create(t, openDir(t, from), CreateOptions{Kind: kind, Mode: filePerm})
		if _, err := f.Write([]byte("new")); err != nil {
			t.Fatal(err)
		}
		if _, err := f.PublishIn(t.Context(), openDir(t, to), final, Options{Replace: true}); err != nil {
			t.Errorf("%s: %v", kind, err)
		}
		wantFile(t, filepath.Join(to, final), []byte("new"), filePerm)
		if err := f.Close(); err != nil {
			t.Errorf("%s: %v", kind, err)
		}
		wantNames(t, from)
		wantNames(t, to, final)
	}
}

func TestCreateOptions(t *testing.T) {
	dir := t.TempDir()
	d := openDir(t, dir)
	for _, o := range []CreateOptions{
		{Kind: "purple"}, {Size: -1}, {Mode: fs.ModeSetuid | 0o600}, {Prefix: "a/b"}, {Prefix: strings.Repeat("p", 226)},
	} {
		if f, err := Create(d, o); !errors.Is(err, fs.ErrInvalid) {
			t.Errorf("%+v: %v, %v", o, f, err)
		}
	}
	f := create(t, d, CreateOptions{})
	for _, o := range []Options{{TempName: "name"}, {Mode: 0o644}, {Prefix: "a/b"}, {Strategy: "teleport"}} {
		var path *fs.PathError
		_, err := f.Publish(t.Context(), final, o)
		if !errors.Is(err, fs.ErrInvalid) || !errors.As(err, &path) || path.Path != filepath.Join(dir, final) {
			t.Errorf("%+v: %v", o, err)
		}
	}
	f.Close()
	wantNames(t, dir)
	if runtime.GOOS != "linux" {
		if _, err := Create(d, CreateOptions{Kind: Anonymous}); !errors.Is(err, errors.ErrUnsupported) {
			t.Errorf("an anonymous file: %v", err)
		}
	}
}

func TestSweep(t *testing.T) {
	dir := t.TempDir()
	d := openDir(t, dir)
	held := create(t, d, CreateOptions{Kind: Temporary, Prefix: ".other-"})
	left, ours := tempfile.Prefix(".other-").Name(), tempfile.Name()
	for _, name := range []string{left, ours} {
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	sweeps := func(o SweepOptions, want ...string) {
		t.Helper()
		got, err := Sweep(dir, o)
		if err != nil || len(got) != len(want) || len(want) > 0 && got[0] != filepath.Join(dir, want[0]) {
			t.Errorf("%+v: swept %q, %v; want %q", o, got, err, want)
		}
	}
	sweeps(SweepOptions{DryRun: true}, ours)
	sweeps(SweepOptions{Prefix: ".other-", DryRun: true}, left)
	wantNames(t, dir, left, ours, held.TempName())
	sweeps(SweepOptions{Prefix: ".other-"}, left)
	wantNames(t, dir, ours, held.TempName())
	sweeps(SweepOptions{}, ours)
	sweeps(SweepOptions{Prefix: ".other-"})
	wantNames(t, dir, held.TempName())
	if _, err := Sweep(dir, SweepOptions{Prefix: "/"}); !errors.Is(err, fs.ErrInvalid) {
		t.Error(err)
	}
	if _, err := Sweep(filepath.Join(dir, "none"), SweepOptions{}); !errors.Is(err, fs.ErrNotExist) {
		t.Error(err)
	}
}

func TestStrategies(t *testing.T) {
	for _, s := range Strategies() {
		if !s.Valid() || s.Description() == "" {
			t.Errorf("%s: valid %v, %q", s, s.Valid(), s.Description())
		}
	}
	if s := Strategy("teleport"); s.Valid() || s.Description() != "" || !Strategy("").Valid() || !Clone.Valid() {
		t.Error("the wrong strategies are valid")
	}
	linux := runtime.GOOS == "linux"
	if got := len(Strategies()); linux && got != 5 || !linux && got != 3 {
		t.Errorf("this host has %q", Strategies())
	}
}
