// Package tempfile creates private temporary files with a name, for hosts and
// file systems that have no files without one. The names can be recognised, so
// that what a killed process left behind can be swept.
package tempfile

import (
	"crypto/rand"
	"errors"
	"io/fs"
	"os"
	"regexp"
)

const (
	prefix = ".largebox-"
	suffix = ".tmp"
)

var form = regexp.MustCompile(`^` + regexp.QuoteMeta(prefix) + `[A-Z2-7]{26}` + regexp.QuoteMeta(suffix) + `$`)

// Name returns a name that nobody can guess, with at least 128 random bits. It
// has 40 bytes, whatever the name it stands in for.
func Name() string { return prefix + rand.Text() + suffix }

// IsName reports whether name has the form that Name gives.
func IsName(name string) bool { return form.MatchString(name) }

// Create creates an empty file in dir, locked against Sweep and private to its owner (0600) until it is
// given mode, which is what perm comes to under the umask or the directory's
// default ACL. That shows in a first, empty file, which is removed at once:
// to create the file with perm and restrict it later would leave a moment in
// which others can open it.
func Create(dir *os.Root, perm fs.FileMode) (f *os.File, name string, mode fs.FileMode, err error) {
	probe, name, err := create(dir, perm.Perm())
	if err != nil {
		return nil, "", 0, err
	}
	info, err := probe.Stat()
	probe.Close()
	if e := dir.Remove(name); err == nil && !errors.Is(e, fs.ErrNotExist) { // Sweep was faster
		err = e
	}
	if err != nil {
		return nil, "", 0, err
	}
	for {
		f, name, err = create(dir, 0o600)
		if err != nil {
			return nil, "", 0, err
		}
		Lock(f)
		// Sweep may have had it first, and have taken it for abandoned.
		created, err := f.Stat()
		if err == nil {
			var there fs.FileInfo
			if there, err = dir.Lstat(name); err == nil && os.SameFile(there, created) {
				return f, name, info.Mode().Perm(), nil
			}
		}
		f.Close()
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			dir.Remove(name)
			return nil, "", 0, err
		}
	}
}

func create(dir *os.Root, perm fs.FileMode) (*os.File, string, error) {
	name := Name()
	f, err := dir.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_EXCL, perm)
	return f, name, err
}
