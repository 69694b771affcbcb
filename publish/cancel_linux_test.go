package publish

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/largebox/largebox/internal/testfs"
)

// untilDone runs call with a context that is cancelled at the first look at it,
// then at the second, and so on until call succeeds. It calls check after each
// failure, and returns the number of looks of the call that succeeded.
func untilDone(t *testing.T, call func(context.Context) error, check func()) (looks int) {
	t.Helper()
	for ; ; looks++ {
		err := call(&countdown{t.Context(), looks})
		if err == nil {
			return looks
		}
		if !errors.Is(err, context.Canceled) {
			t.Fatalf("look %d: error is %v", looks, err)
		}
		check()
	}
}

func TestCancel(t *testing.T) {
	eachStrategy(t, func(t *testing.T, dir string, s Strategy) {
		d := openDir(t, dir)
		write(t, filepath.Join(dir, "old"), oldData)
		f := anonymous(t, dir, newData)
		for _, o := range []Options{{Strategy: s}, {Strategy: s, Replace: true}, {Strategy: s, NoSync: true}} {
			name := final
			if o.Replace {
				name = "old"
			}
			looks := untilDone(t, func(ctx context.Context) error {
				_, err := Publish(ctx, f, d, name, o)
				return err
			}, func() {
				wantNames(t, dir, "old")
				wantFile(t, filepath.Join(dir, "old"), oldData, filePerm)
			})
			if looks == 0 {
				t.Error("the context is never looked at")
			}
			wantFile(t, filepath.Join(dir, name), newData, filePerm)
			write(t, filepath.Join(dir, "old"), oldData)
			f = anonymous(t, dir, newData)
			os.Remove(filepath.Join(dir, final))
		}
	})
}

// TestCancelInCopy copies a sparse file that takes three steps.
func TestCancelInCopy(t *testing.T) {
	const size = 2*copyStep + 1
	dir := testfs.Mount(t, "-t", "tmpfs", "-o", "size=400m", "tmpfs")
	d := openDir(t, dir)
	f := exclusive(t, testfs.Dir(t, "tmpfs"), nil)
	try(t, f.Truncate(size))
	empty := free(t, dir)

	looks := untilDone(t, func(ctx context.Context) error {
		_, err := Publish(ctx, f, d, final, Options{Strategy: Copy, NoSync: true})
		return err
	}, func() {
		wantNames(t, dir)
		if got := free(t, dir); got != empty {
			t.Errorf("%d blocks are free, of %d", got, empty)
		}
	})
	if looks < 4 {
		t.Errorf("only %d looks at the context in three steps and a link", looks)
	}
	wantNames(t, dir, final)
	if info := must[fs.FileInfo](t)(os.Stat(filepath.Join(dir, final))); info.Size() != size {
		t.Errorf("the copy has %d bytes", info.Size())
	}
}
