package publish

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/largebox/largebox/internal/testfs"
	"golang.org/x/sys/unix"
)

// TestPrivateAfterFailure checks that a file keeps mode 0600 if it does not get
// the name, and is never shown to others if its content is copied.
func TestPrivateAfterFailure(t *testing.T) {
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	here, there := testfs.Dir(t, "tmpfs"), testfs.Dir(t, "ext4")
	write(t, filepath.Join(here, "taken"), oldData)
	for _, c := range []struct {
		what   string
		ctx    context.Context
		dir    string
		name   string
		o      Options
		faults []fault
		want   error
	}{
		{"taken", t.Context(), here, "taken", Options{}, nil, fs.ErrExist},
		{"no name", t.Context(), here, "a/b", Options{}, nil, fs.ErrInvalid},
		{"cancelled", cancelled, here, final, Options{}, nil, context.Canceled},
		{"no such strategy", t.Context(), here, final, Options{Strategy: "teleport"}, nil, fs.ErrInvalid},
		{"link across file systems", t.Context(), there, final, Options{Strategy: Link}, nil, unix.EXDEV},
		{"rename across file systems", t.Context(), there, final, Options{Strategy: Rename}, nil, unix.EXDEV},
		{"copy", t.Context(), here, final, Options{Strategy: Copy}, nil, nil},
		{"auto copies across file systems", t.Context(), there, final, Options{}, []fault{noSendfile.with(unix.ENOSYS)}, nil},
		{"auto fails in the copy", t.Context(), there, final, Options{}, []fault{noSendfile.with(unix.ENOSPC), noCopyRange.with(unix.ENOSPC)}, ErrNoSpace},
	} {
		for _, kind := range []Kind{Anonymous, Temporary} {
			t.Run(c.what+"/"+string(kind), func(t *testing.T) {
				f := create(t, openDir(t, here), CreateOptions{Kind: kind, Mode: filePerm})
				must[int](t)(f.Write(newData))
				withFaults(t, c.faults, func() {
					if _, err := f.PublishIn(c.ctx, openDir(t, c.dir), c.name, c.o); !errors.Is(err, c.want) {
						t.Errorf("error is %v, want %v", err, c.want)
					}
				})
				if info := must[os.FileInfo](t)(f.OSFile().Stat()); info.Mode() != 0o600 {
					t.Errorf("the private file has mode %v", info.Mode())
				}
				if c.want == nil {
					wantFile(t, filepath.Join(c.dir, final), newData, filePerm)
					try(t, os.Remove(filepath.Join(c.dir, final)))
				}
			})
		}
	}
}
