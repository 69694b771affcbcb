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
// unless opts.Replace is set. A zero opts.Mode means 0600, and opts.TempName
// must be empty. See Publish for the errors.
func WriteFile(ctx context.Context, path string, data []byte, opts Options) error {
	dir, name, err := OpenParent(path)
	if err != nil {
		return targetError(path, err)
	}
	defer dir.Close()
	if err := dir.Available(name, opts.Replace); err != nil {
		return err
	}
	if err := writeFile(ctx, dir, name, data, opts); err != nil {
		return targetError(dir.join(name), err)
	}
	return nil
}

func writeFile(ctx context.Context, dir *Dir, name string, data []byte, opts Options) error {
	f, err := Create(dir, CreateOptions{Mode: opts.Mode, Prefix: opts.Prefix})
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err == nil {
		_, err = f.Publish(ctx, name, opts)
	}
	if err != nil {
		return errors.Join(err, f.Close())
	}
	if err := f.Close(); err != nil {
		return fmt.Errorf("%w (the new file is in place)", err)
	}
	return nil
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
