package keyfile

import (
	"context"
	"errors"
	"path/filepath"

	"github.com/largebox/largebox/internal/workfile"
	"github.com/largebox/largebox/mmapio"
	"github.com/largebox/largebox/publish"
)

// writeAndWipe writes text to a new file at path, and clears text in any case.
func writeAndWipe(path string, text []byte) error {
	defer clear(text)
	dir, name := filepath.Split(path)
	if dir == "" {
		dir = "."
	}
	d, err := publish.OpenDir(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	if err := d.Available(name, false); err != nil {
		return err
	}
	f, err := workfile.Create(d, workfile.Options{Options: mmapio.Options{Perm: 0o600}})
	if err != nil {
		return err
	}
	_, err = f.WriteAt(text, 0)
	if err == nil {
		_, err = publish.Publish(context.Background(), f.OSFile(), d, name, publish.Options{TempName: f.Name, Keep: true})
	}
	return errors.Join(err, f.Close())
}
