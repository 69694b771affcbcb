//go:build !linux

package publish

import (
	"context"
	"errors"
	"io/fs"
	"os"

	"github.com/largebox/largebox/internal/eintr"
)

// A Dir is an open directory. Every step of a publication works in that same
// directory, even if its path changes. Close it after use.
type Dir struct {
	path string
	root *os.Root
}

// OpenDir opens the directory at path; symbolic links in path are followed.
func OpenDir(path string) (*Dir, error) {
	root, err := os.OpenRoot(path)
	if err != nil {
		return nil, err
	}
	return &Dir{path, root}, nil
}

// Close releases d.
func (d *Dir) Close() error { return d.root.Close() }

// File returns nil on this host, which has no *at system calls to serve.
func (d *Dir) File() *os.File { return nil }

// Root returns the same directory as an os.Root, which the caller closes.
func (d *Dir) Root() (*os.Root, error) { return d.root.OpenRoot(".") }

// An identity tells one file from another.
type identity struct {
	info        fs.FileInfo
	replaceable bool // a file, or a symbolic link
}

func (id identity) isFile(f *os.File) (bool, error) {
	info, err := f.Stat()
	return err == nil && os.SameFile(id.info, info), err
}

func (id identity) same(other identity) bool { return os.SameFile(id.info, other.info) }

func (d *Dir) lstat(name string) (identity, error) {
	info, err := eintr.RetryValue(func() (fs.FileInfo, error) { return d.root.Lstat(name) })
	if err != nil {
		return identity{}, err
	}
	return identity{info, info.Mode().IsRegular() || info.Mode()&fs.ModeSymlink != 0}, nil
}

func (d *Dir) canLink() error {
	return notHere(d.pathError("link in", "", errors.ErrUnsupported))
}

func (d *Dir) linkFile(_ *os.File, name string) error {
	return notHere(d.pathError("link", name, errors.ErrUnsupported))
}

func (d *Dir) remove(name string) error {
	return eintr.RetryUnlessDone(func() error { return d.root.Remove(name) }, func() bool { return true })
}

func (d *Dir) canRename() error { return nil }

func clone(_ context.Context, dst, _ *os.File) error {
	return notHere(&fs.PathError{Op: "clone into", Path: dst.Name(), Err: errors.ErrUnsupported})
}

func copyFile(ctx context.Context, dst, src *os.File) error {
	size, err := sizeOf(src)
	if err != nil {
		return err
	}
	return readWrite(ctx, dst, src, 0, size)
}

func notHere(err error) error { return unavailable(err, []error{errors.ErrUnsupported}) }
