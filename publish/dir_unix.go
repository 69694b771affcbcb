//go:build unix && !linux

package publish

import (
	"os"

	"github.com/largebox/largebox/internal/eintr"
)

func (d *Dir) replace(_ *os.File, from, to string) error {
	return eintr.Retry(func() error { return d.root.Rename(from, to) })
}

func (d *Dir) renameNew(f *os.File, from, to string, keep bool) error {
	return d.linkAndRemove(f, from, to, keep)
}

// linkName gives the file, which is named from, another name.
func (d *Dir) linkName(_ *os.File, from, to string) error {
	return eintr.Retry(func() error { return d.root.Link(from, to) })
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
