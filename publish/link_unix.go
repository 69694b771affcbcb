//go:build unix

package publish

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
)

// linkAndRemove renames f without replacing, where rename(2) cannot. The new name
// appears in one step, with the whole content. If the old name cannot be
// removed, linkAndRemove takes the new one back, unless keep is set.
func (d *Dir) linkAndRemove(f *os.File, from, to string, keep bool) error {
	if err := d.linkName(f, from, to); err != nil {
		return err
	}
	err := d.remove(from)
	if err == nil || errors.Is(err, fs.ErrNotExist) { // the old name is gone, as it should be
		return nil
	}
	if keep {
		return inPlace(err)
	}
	return undone(err, d.unlink(to, from))
}

// unlink removes name if it is a name of the same file as other.
func (d *Dir) unlink(name, other string) error {
	a, err := d.lstat(name)
	if err != nil {
		return err
	}
	b, err := d.lstat(other)
	if err != nil {
		return err
	}
	if !a.same(b) {
		return fmt.Errorf("%w: %s", ErrConflict, name)
	}
	return d.remove(name)
}
