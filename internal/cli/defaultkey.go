package cli

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"syscall"

	"golang.org/x/term"
)

// defaultKeyPath is where the secret key is that serves without -k.
func defaultKeyPath() (string, error) {
	dir, err := os.UserConfigDir()
	if err != nil {
		return "", err
	}
	return filepath.Join(dir, "largebox", "key"), nil
}

// mkdirPrivate makes the directory of path for its owner alone.
func mkdirPrivate(path string) error {
	return os.MkdirAll(filepath.Dir(path), 0o700)
}

// syncKey makes the name of the key durable, and those of its directories, which
// may be new, so that no box can outlive its key. Not every host can.
func syncKey(path string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	for range 3 { // largebox, the configuration directory, and where that is
		path = filepath.Dir(path)
		dir, err := os.Open(path)
		if errors.Is(err, fs.ErrPermission) {
			return nil // not ours, so not new
		} else if err != nil {
			return err
		}
		err = dir.Sync()
		dir.Close()
		if err != nil && !errors.Is(err, errors.ErrUnsupported) && !errors.Is(err, syscall.EINVAL) {
			return err
		}
	}
	return nil
}

func terminal(f *os.File) bool { return term.IsTerminal(int(f.Fd())) }
