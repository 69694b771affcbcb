package publish

import (
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/largebox/largebox/internal/testfs"
	"github.com/largebox/largebox/internal/workfile"
	"golang.org/x/sys/unix"
)

// TestModes checks that a fresh file is created under the umask, and that the
// file itself keeps its mode.
func TestModes(t *testing.T) {
	defer unix.Umask(unix.Umask(0o027))
	for _, c := range []struct{ file, option, fresh os.FileMode }{
		{0o600, 0, 0o600},
		{0o666, 0, 0o640},
		{0o604, 0o666, 0o640},
		{0o400, 0o777, 0o750},
		{0o600, 0o500, 0o500},
		{0o755 | os.ModeSetuid | os.ModeSetgid | os.ModeSticky, 0, 0o750},
	} {
		t.Run(c.file.String()+"/"+c.option.String(), func(t *testing.T) {
			eachStrategy(t, func(t *testing.T, dir string, s Strategy) {
				f := anonymous(t, dir, newData)
				try(t, f.Chmod(c.file))
				res, err := publishTo(t, dir, final, f, Options{Strategy: s, Mode: c.option})
				if err != nil {
					t.Fatal(err)
				}
				want := c.file
				if res.Strategy == Clone || res.Strategy == Copy {
					want = c.fresh
				}
				wantFile(t, filepath.Join(dir, final), newData, want)
			})
		})
	}
}

// TestModeIsAPermission refuses what is more than a permission, with every
// strategy.
func TestModeIsAPermission(t *testing.T) {
	eachStrategy(t, func(t *testing.T, dir string, s Strategy) {
		f := anonymous(t, dir, newData)
		for _, mode := range []os.FileMode{os.ModeSetuid | 0o755, os.ModeDir | 0o700, os.ModeSticky} {
			res, err := publishTo(t, dir, final, f, Options{Strategy: s, Mode: mode})
			wantRefusal(t, res, err, fs.ErrInvalid)
		}
		wantNames(t, dir)
	})
}

// TestDefaultACL publishes into a directory with a default ACL, which takes the
// place of the umask for anonymous and for named files.
func TestDefaultACL(t *testing.T) {
	defer unix.Umask(unix.Umask(0o077))
	testfs.Each(t, func(t *testing.T, kind, dir string) {
		command(t, "setfacl", "--default", "--modify", "u::rwx,g::rwx,o::r", dir)
		f := anonymous(t, dir, newData)
		publish := func(s Strategy, faults ...fault) {
			t.Helper()
			withFaults(t, faults, func() {
				if _, err := publishTo(t, dir, final, f, Options{Strategy: s, Mode: 0o666, Replace: true}); err != nil {
					t.Error(err)
				}
			})
			wantFile(t, filepath.Join(dir, final), newData, 0o664)
		}
		publish(Copy)
		publish(Copy, noTmpfile.with(unix.EOPNOTSUPP))
		if reflinks[kind] {
			publish(Clone)
		}
	})
}

// TestPrivateUntilNamed looks at the mode of a fresh file while it is filled.
func TestPrivateUntilNamed(t *testing.T) {
	defer unix.Umask(unix.Umask(0))
	testfs.Each(t, func(t *testing.T, _, dir string) {
		d := openDir(t, dir)
		for _, kind := range []Kind{Anonymous, Temporary} {
			f := must[*workfile.File](t)(d.create(kind, workfile.Options{Mode: 0o777}))
			defer f.Close()
			if info := must[os.FileInfo](t)(f.OSFile().Stat()); info.Mode() != 0o600 {
				t.Errorf("%s: created with %v", kind, info.Mode())
			}
			try(t, f.Reveal())
			if info := must[os.FileInfo](t)(f.OSFile().Stat()); info.Mode() != 0o777 {
				t.Errorf("%s: revealed with %v", kind, info.Mode())
			}
		}
	})
}
