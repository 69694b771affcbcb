//go:build unix && !linux

package publish

import "os"

func (d *Dir) replace(from, to string) error { return d.root.Rename(from, to) }

// renameNew is a link and a removal of the temporary name: the name appears
// whole, and once.
func (d *Dir) renameNew(from, to string) error {
	if err := d.root.Link(from, to); err != nil {
		return err
	}
	return d.root.Remove(from)
}

// sync makes the names in d durable.
func (d *Dir) sync(*os.File) error {
	dir, err := d.root.Open(".")
	if err != nil {
		return err
	}
	defer dir.Close()
	return dir.Sync()
}
