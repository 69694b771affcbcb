// Package tempfile creates private temporary files with a name, for hosts and
// file systems that have no anonymous files. Their names are recognisable, so
// that Sweep can remove what a killed process left behind.
package tempfile

import (
	"errors"
	"io/fs"
	"os"

	"github.com/largebox/largebox/internal/eintr"
)

// Create creates an empty file in dir and locks it, so that Sweep leaves it
// alone. The file is private to its owner (0600). Create also returns mode, the
// permission that a file created with perm has under the umask or the
// directory's default ACL; the caller sets it when the content may be seen.
//
// Create learns mode from a first, empty file, which it removes at once. A file
// that is created with perm and restricted later could be opened by others in
// between.
func (p Prefix) Create(dir *os.Root, perm fs.FileMode) (f *os.File, name string, mode fs.FileMode, err error) {
	mode, err = p.probe(dir, perm)
	if err != nil {
		return nil, "", 0, err
	}
	for {
		f, name, err := p.create(dir, 0o600)
		if err != nil {
			return nil, "", 0, err
		}
		ours, err := hold(dir, f, name)
		if ours {
			return f, name, mode, nil
		}
		f.Close()
		if err != nil {
			remove(dir, name)
			return nil, "", 0, err
		}
	}
}

// probe returns the permission that a new file gets.
func (p Prefix) probe(dir *os.Root, perm fs.FileMode) (fs.FileMode, error) {
	f, name, err := p.create(dir, perm.Perm())
	if err != nil {
		return 0, err
	}
	info, err := f.Stat()
	f.Close()
	if e := remove(dir, name); err == nil && !errors.Is(e, fs.ErrNotExist) { // Sweep may have removed it first
		err = e
	}
	if err != nil {
		return 0, err
	}
	return info.Mode().Perm(), nil
}

// hold locks f and reports whether f still has its name. A Sweep that locked f
// first takes it for abandoned, and may remove it.
func hold(dir *os.Root, f *os.File, name string) (ours bool, err error) {
	if locked, err := Lock(f); err == nil && !locked {
		remove(dir, name) // a Sweep with dryRun does not
		return false, nil
	}
	created, err := f.Stat()
	if err != nil {
		return false, err
	}
	there, err := lstat(dir, name)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return err == nil && os.SameFile(there, created), err
}

func (p Prefix) create(dir *os.Root, perm fs.FileMode) (*os.File, string, error) {
	name := p.Name()
	f, err := dir.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_EXCL, perm)
	return f, name, err
}

func lstat(dir *os.Root, name string) (fs.FileInfo, error) {
	return eintr.RetryValue(func() (fs.FileInfo, error) { return dir.Lstat(name) })
}

func remove(dir *os.Root, name string) error {
	return eintr.Retry(func() error { return dir.Remove(name) })
}

// RemoveIf removes name from dir if it is a name of the file that id describes.
// It returns no error if nothing has the name.
func RemoveIf(dir *os.Root, name string, id fs.FileInfo) error {
	there, err := lstat(dir, name)
	if err == nil && os.SameFile(id, there) {
		err = remove(dir, name)
	}
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}
