package publish

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
)

// WriteFile publishes a file at path with data as its content: the name appears
// with the whole content or not at all. An existing name is an fs.ErrExist
// unless opts.Replace is set. opts.Mode is the permission with every strategy,
// before umask or default ACL; zero means 0600. opts.TempName must be empty. See
// Publish for the errors.
func WriteFile(ctx context.Context, path string, data []byte, opts Options) (Result, error) {
	dir, name, err := OpenParent(path)
	if err != nil {
		return Result{}, targetError(path, err)
	}
	defer dir.Close()
	if err := dir.Available(name, opts.Replace); err != nil {
		return Result{}, err
	}
	res, err := writeFile(ctx, dir, name, data, opts)
	if err != nil {
		return Result{}, targetError(dir.join(name), err)
	}
	return res, nil
}

func writeFile(ctx context.Context, dir *Dir, name string, data []byte, opts Options) (res Result, err error) {
	f, err := Create(dir, CreateOptions{Mode: opts.Mode, Prefix: opts.Prefix})
	if err != nil {
		return res, err
	}
	opts.Mode = 0 // f has it
	_, err = f.Write(data)
	if err == nil {
		res, err = f.Publish(ctx, name, opts)
	}
	if err != nil {
		return res, errors.Join(err, f.Close())
	}
	if err := f.Close(); err != nil {
		return res, fmt.Errorf("%w (the new file is in place)", err)
	}
	return res, nil
}

// OpenParent opens the directory of the file at path, and returns the name of
// the file in it. The error is an fs.ErrInvalid if path ends in no file name.
// The caller closes dir.
func OpenParent(path string) (dir *Dir, name string, err error) {
	parent, name := filepath.Split(path)
	if !isFileName(name) {
		return nil, "", &fs.PathError{Op: "open", Path: path, Err: fmt.Errorf("not the name of a file: %w", fs.ErrInvalid)}
	}
	if parent == "" {
		parent = "."
	}
	dir, err = OpenDir(parent)
	return dir, name, err
}
