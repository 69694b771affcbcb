package publish

import (
	"errors"
	"io/fs"
	"path/filepath"
	"testing"
)

func TestWriteFile(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, final)
	write := func(data string, o Options, want error) {
		t.Helper()
		res, err := WriteFile(t.Context(), path, []byte(data), o)
		if (res.Strategy == "") != (err != nil) || err == nil && (res.Durable == o.NoSync || o.Strategy != "" && res.Strategy != o.Strategy) {
			t.Errorf("%+v: result %+v, %v", o, res, err)
		}
		var p *fs.PathError
		if !errors.Is(err, want) || want != nil && (!errors.As(err, &p) || p.Path != path) {
			t.Errorf("%+v: %v, want %v", o, err, want)
		}
	}
	write("one", Options{}, nil)
	wantFile(t, path, []byte("one"), 0o600)
	write("two", Options{}, fs.ErrExist)
	wantFile(t, path, []byte("one"), 0o600)
	write("", Options{Replace: true, Mode: filePerm}, nil)
	wantFile(t, path, nil, filePerm)
	write("four", Options{Replace: true, TempName: "x"}, fs.ErrInvalid)
	write("five", Options{Replace: true, Strategy: Copy, NoSync: true}, nil)
	wantFile(t, path, []byte("five"), 0o600)
	wantNames(t, dir, final)

	for _, path := range []string{"", ".", "..", dir + string(filepath.Separator), filepath.Join(dir, "none", "x")} {
		if _, err := WriteFile(t.Context(), path, nil, Options{}); !errors.Is(err, fs.ErrInvalid) && !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%q: %v", path, err)
		}
	}
	t.Chdir(dir)
	if _, err := WriteFile(t.Context(), "relative", []byte("six"), Options{}); err != nil {
		t.Error(err)
	}
	wantNames(t, dir, final, "relative")
}

// TestWriteFileMode gives the file the same permission with every strategy.
func TestWriteFileMode(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, final)
	for _, s := range Strategies() {
		res, err := WriteFile(t.Context(), path, []byte(s), Options{Strategy: s, Mode: filePerm, Replace: true})
		if errors.Is(err, errUnavailable) {
			continue
		}
		if err != nil || s != Auto && res.Strategy != s {
			t.Errorf("%s: %+v, %v", s, res, err)
		}
		wantFile(t, path, []byte(s), filePerm)
	}
	_, err := WriteFile(t.Context(), path, nil, Options{Mode: fs.ModeSetuid | 0o755, Replace: true})
	if !errors.Is(err, fs.ErrInvalid) {
		t.Errorf("setuid: %v", err)
	}
}
