package publish

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/largebox/largebox/internal/sysfault"
	"github.com/largebox/largebox/internal/testfs"
	"golang.org/x/sys/unix"
)

// TestPrivateDuringCopy looks at the mode of a private file while Auto copies it,
// after a link has failed.
func TestPrivateDuringCopy(t *testing.T) {
	for _, kind := range []Kind{Anonymous, Temporary} {
		here, there := testfs.Dir(t, "tmpfs"), testfs.Dir(t, "ext4")
		f := create(t, openDir(t, here), CreateOptions{Kind: kind, Mode: filePerm})
		must[int](t)(f.Write(newData))
		links, copies := 0, 0
		var err error
		sysfault.Run(t, func(c sysfault.Call) unix.Errno {
			switch c.Number {
			case unix.SYS_LINKAT:
				links++
			case unix.SYS_COPY_FILE_RANGE, unix.SYS_SENDFILE:
				copies++
				if info, err := f.OSFile().Stat(); err != nil || info.Mode() != 0o600 || links == 0 {
					t.Errorf("%s: mode %v after %d links: %v", kind, info.Mode(), links, err)
				}
			}
			return 0
		}, func() { _, err = f.PublishIn(t.Context(), openDir(t, there), final, Options{}) })
		if err != nil || copies == 0 {
			t.Errorf("%s: %d copies, %v", kind, copies, err)
		}
		wantFile(t, filepath.Join(there, final), newData, filePerm)
	}
}

// TestInPlace fails to sync the directory after the file has got its name. The
// file keeps its permission, cannot be written to, and can be published again.
func TestInPlace(t *testing.T) {
	for _, kind := range []Kind{Anonymous, Temporary} {
		dir := testfs.Dir(t, "tmpfs")
		path := filepath.Join(dir, final)
		write(t, path, oldData)
		f := create(t, openDir(t, dir), CreateOptions{Kind: kind, Mode: filePerm})
		must[int](t)(f.Write(newData))
		syncs := 0
		var err error
		sysfault.Run(t, func(c sysfault.Call) unix.Errno {
			if c.Number == unix.SYS_FSYNC {
				if syncs++; syncs == 2 {
					return unix.EIO
				}
			}
			return 0
		}, func() { _, err = f.Publish(t.Context(), final, Options{Replace: true}) })
		if !errors.Is(err, unix.EIO) {
			t.Errorf("%s: error is %v", kind, err)
		}
		if _, err := f.WriteAt([]byte("J"), 0); !errors.Is(err, ErrPublished) {
			t.Errorf("%s: WriteAt: %v", kind, err)
		}
		wantFile(t, path, newData, filePerm)
		if _, err := f.Publish(t.Context(), final, Options{Replace: true}); err != nil {
			t.Errorf("%s: publish again: %v", kind, err)
		}
		try(t, f.Close())
		wantNames(t, dir, final)
		wantFile(t, path, newData, filePerm)
		try(t, os.Remove(path))
	}
}
