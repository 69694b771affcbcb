package publish

import (
	"errors"
	"io/fs"
	"path/filepath"
	"testing"
)

// TestPublished checks that a published file can be neither changed nor
// published again, with every strategy.
func TestPublished(t *testing.T) {
	data := []byte("new")
	for _, kind := range createKinds() {
		for _, s := range Strategies() {
			t.Run(string(kind)+"/"+string(s), func(t *testing.T) {
				dir := t.TempDir()
				f := create(t, openDir(t, dir), CreateOptions{Kind: kind, Mode: filePerm})
				must[int](t)(f.Write(data))
				if _, err := f.Publish(t.Context(), final, Options{Strategy: s}); errors.Is(err, errUnavailable) {
					return // no clones here
				} else if err != nil {
					t.Fatal(err)
				}
				_, write := f.Write([]byte("more"))
				_, writeAt := f.WriteAt([]byte("J"), 0)
				res, publish := f.Publish(t.Context(), "second", Options{})
				for call, err := range map[string]error{"Write": write, "WriteAt": writeAt, "Truncate": f.Truncate(1), "Publish": publish} {
					var path *fs.PathError
					if !errors.Is(err, ErrPublished) || !errors.As(err, &path) {
						t.Errorf("%s: %v", call, err)
					}
				}
				if res != (Result{}) {
					t.Errorf("an error comes with %+v", res)
				}
				if err := f.Close(); err != nil {
					t.Error(err)
				}
				wantNames(t, dir, final)
				wantFile(t, filepath.Join(dir, final), data, filePerm)
			})
		}
	}
}

// TestWriteAfterFailure goes on writing after a failed Publish.
func TestWriteAfterFailure(t *testing.T) {
	dir := t.TempDir()
	d := openDir(t, dir)
	for _, kind := range createKinds() {
		f := create(t, d, CreateOptions{Kind: kind, Mode: filePerm})
		must[int](t)(f.Write([]byte("one")))
		if _, err := f.Publish(t.Context(), "no/name", Options{}); !errors.Is(err, fs.ErrInvalid) {
			t.Errorf("%s: %v", kind, err)
		}
		must[int](t)(f.Write([]byte(", two")))
		must[Result](t)(f.Publish(t.Context(), final, Options{Replace: true}))
		wantFile(t, filepath.Join(dir, final), []byte("one, two"), filePerm)
		if err := f.Close(); err != nil { // Windows replaces no open file
			t.Error(err)
		}
	}
}
