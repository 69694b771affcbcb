package main

import (
	"os"
	"path/filepath"

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

func terminal(f *os.File) bool { return term.IsTerminal(int(f.Fd())) }
