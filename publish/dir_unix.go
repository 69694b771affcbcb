//go:build unix && !linux

package publish

import "os"

func (d *Dir) replace(from, to string) error { return d.root.Rename(from, to) }

func (d *Dir) renameNew(from, to string) error { return d.linkAndRemove(from, to) }

// linkName gives the file that is named from another name.
func (d *Dir) linkName(from, to string) error { return d.root.Link(from, to) }

// sync makes the names in d durable.
func (d *Dir) sync(*os.File) error {
	dir, err := d.root.Open(".")
	if err != nil {
		return err
	}
	defer dir.Close()
	return dir.Sync()
}
