package publish

import (
	"os"
	"path/filepath"
	"strconv"
	"testing"
)

// TestOnHost runs the strategies that every host has, in its directory for
// temporary files.
func TestOnHost(t *testing.T) {
	for _, size := range sizes {
		for _, s := range []Strategy{Auto, Copy, Rename} {
			t.Run(string(s)+"/"+strconv.Itoa(size), func(t *testing.T) {
				dir := t.TempDir()
				f, temp := temporary(t, dir, content(size))
				res, err := publishTo(t, dir, final, f, Options{Strategy: s, TempName: temp})
				want := Result{Strategy: Rename, Durable: true}
				names := []string{final}
				if s == Copy {
					want.Strategy = Copy
					names = append(names, temp)
				}
				if err != nil || res != want {
					t.Errorf("%+v, %v; want %+v", res, err, want)
				}
				wantNames(t, dir, names...)
				wantFile(t, filepath.Join(dir, final), content(size), filePerm)
			})
		}
	}
}

// TestAutoOnHost publishes a file without a temporary name. A host without links
// copies it.
func TestAutoOnHost(t *testing.T) {
	dir := t.TempDir()
	f := named(t, dir, "other", content(100))
	if _, err := publishTo(t, dir, final, f, Options{}); err != nil {
		t.Error(err)
	}
	wantNames(t, dir, final, "other")
	wantFile(t, filepath.Join(dir, final), content(100), filePerm)
	if err := os.WriteFile(filepath.Join(dir, "old"), []byte("old"), filePerm); err != nil {
		t.Fatal(err)
	}
	if _, err := publishTo(t, dir, "old", f, Options{Replace: true}); err != nil {
		t.Error(err)
	}
	wantNames(t, dir, final, "old", "other")
	wantFile(t, filepath.Join(dir, "old"), content(100), filePerm)
}

func TestNoSyncIsNotDurable(t *testing.T) {
	for _, s := range []Strategy{Auto, Copy, Rename} {
		dir := t.TempDir()
		f, temp := temporary(t, dir, nil)
		if res, err := publishTo(t, dir, final, f, Options{Strategy: s, TempName: temp, NoSync: true}); err != nil || res.Durable {
			t.Errorf("%s: %+v, %v", s, res, err)
		}
	}
}
