package publish

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"

	"github.com/largebox/largebox/internal/errs"
	"github.com/largebox/largebox/internal/tempfile"
)

// A publication is one file on its way to one name.
type publication struct {
	ctx  context.Context
	file *os.File
	dir  *Dir
	name string
	opts Options
}

func (p *publication) run() (Strategy, error) {
	switch s := p.opts.Strategy; s {
	case Auto, "":
		return p.auto()
	case Link:
		return s, p.link(p.file)
	case Clone:
		return s, p.viaFresh(p.dir.anonymous, clone)
	case Copy:
		return s, p.copy()
	case Rename:
		return s, p.rename()
	default:
		return s, fmt.Errorf("publish: unknown strategy %q: %w", s, fs.ErrInvalid)
	}
}

// auto is the order of preference. It goes on where a step is not to be had
// here, as the tables of errno_linux.go say.
func (p *publication) auto() (Strategy, error) {
	if p.opts.TempName != "" {
		return Rename, p.rename()
	}
	if err := p.link(p.file); !errors.Is(err, errElsewhere) {
		return Link, err
	}
	if err := p.viaFresh(p.dir.anonymous, clone); !errors.Is(err, errElsewhere) {
		return Clone, err
	}
	return Copy, p.copy()
}

// errElsewhere marks the errors after which auto goes on.
var errElsewhere = errors.New("not to be had here")

// elsewhere marks err if it is in the table.
func elsewhere(err error, table []error) error {
	if isOneOf(err, table) {
		return errs.As(errElsewhere, err)
	}
	return err
}

func isOneOf(err error, table []error) bool {
	return slices.ContainsFunc(table, func(e error) bool { return errors.Is(err, e) })
}

// viaFresh fills a fresh private inode in the directory and names that.
func (p *publication) viaFresh(create func(fs.FileMode) (fresh, error), fill func(context.Context, *os.File, *os.File) error) error {
	f, err := create(p.opts.Mode)
	if err != nil {
		return err
	}
	defer f.Close()
	if f.name != "" {
		defer p.removeTemp(f.File, f.name)
	}
	if err := fill(p.ctx, f.File, p.file); err != nil {
		return err
	}
	if err := f.Chmod(f.mode); err != nil {
		return err
	}
	if f.name != "" {
		return p.move(f.File, f.name)
	}
	return p.link(f.File)
}

// copy needs a named temporary where there are no anonymous files, or where
// none can be linked.
func (p *publication) copy() error {
	err := p.viaFresh(p.dir.anonymous, copyFile)
	if errors.Is(err, errElsewhere) {
		err = p.viaFresh(p.dir.named, copyFile)
	}
	return err
}

// A fresh inode, private (0600) until it is given its mode. Without a name it
// is gone when it is closed.
type fresh struct {
	*os.File
	mode fs.FileMode
	name string
}

// named is a private temporary with a name.
func (d *Dir) named(perm fs.FileMode) (fresh, error) {
	if err := d.canRename(); err != nil {
		return fresh{}, err
	}
	root, err := d.Root()
	if err != nil {
		return fresh{}, err
	}
	defer root.Close()
	f, name, mode, err := tempfile.Create(root, perm)
	return fresh{f, mode, name}, err
}

// link names f itself. linkat never replaces, so a replacement is linked under
// a temporary name and renamed.
func (p *publication) link(f *os.File) error {
	if err := p.dir.canLink(); err != nil {
		return err
	}
	if err := p.syncFile(f); err != nil {
		return err
	}
	err := p.dir.linkFile(f, p.name)
	if err == nil {
		return p.syncDir(f, func() { p.removeTemp(f, p.name) })
	}
	if !p.opts.Replace || !errors.Is(err, fs.ErrExist) {
		return err
	}
	return p.linkAndMove(f)
}

// rename moves the temporary name, or makes one and moves that.
func (p *publication) rename() error {
	if err := p.syncFile(p.file); err != nil {
		return err
	}
	temp := p.opts.TempName
	if temp == "" {
		return p.linkAndMove(p.file)
	}
	err := p.moveSynced(p.file, temp)
	if err == nil && !strings.EqualFold(temp, p.name) { // where case does not count, that is one name
		p.removeTemp(p.file, temp) // see linkAndMove
	}
	return err
}

func (p *publication) linkAndMove(f *os.File) error {
	if err := p.dir.canRename(); err != nil {
		return err
	}
	temp := tempfile.Name()
	tempfile.Lock(f)
	if err := p.dir.linkFile(f, temp); err != nil {
		return err
	}
	// An inode is linked once in its life, so its temporary name goes last. It
	// is also still there where the final name was a link to the same inode:
	// rename(2) then does nothing, and reports success.
	defer p.removeTemp(f, temp)
	return p.moveSynced(f, temp)
}

func (p *publication) move(f *os.File, temp string) error {
	if err := p.syncFile(f); err != nil {
		return err
	}
	return p.moveSynced(f, temp)
}

// moveSynced renames f, which is synced, from temp to the final name.
func (p *publication) moveSynced(f *os.File, temp string) error {
	if same, err := p.isNameOf(temp, f); err != nil {
		return err
	} else if !same {
		return p.dir.pathError("rename", temp, ErrDisturbed)
	}
	if err := p.dir.rename(temp, p.name, p.opts.Replace); err != nil {
		return err
	}
	if same, err := p.isNameOf(p.name, f); err != nil {
		if !p.opts.Replace && !p.opts.Keep {
			p.takeBack(f, temp)
		}
		return err
	} else if !same {
		return p.dir.pathError("publish", p.name, ErrDisturbed)
	}
	if p.opts.Replace {
		return p.syncDir(f, nil)
	}
	return p.syncDir(f, func() { p.takeBack(f, temp) })
}

// takeBack gives f its temporary name again, for whoever made that to remove:
// it may be the only name that f has.
func (p *publication) takeBack(f *os.File, temp string) {
	if same, err := p.isNameOf(p.name, f); err == nil && same {
		p.dir.rename(p.name, temp, false)
	}
}

func (p *publication) syncFile(f *os.File) error {
	if err := p.ctx.Err(); err != nil || p.opts.NoSync {
		return err
	}
	return f.Sync()
}

// syncDir makes the new name of f durable. Where that fails, undo takes the name
// back, unless it is to be kept; it is nil where another file may have had the
// name before.
func (p *publication) syncDir(f *os.File, undo func()) error {
	if p.opts.NoSync {
		return nil
	}
	err := p.dir.sync(f)
	if err == nil {
		return nil
	}
	if undo == nil || p.opts.Keep {
		return fmt.Errorf("%w (the new file is in place, but may not survive a loss of power)", err)
	}
	undo()
	return err
}

// removeTemp removes a name if it is still f's. Nobody can be told if that
// fails, and nothing is lost: the name is recognisable.
func (p *publication) removeTemp(f *os.File, name string) {
	if same, err := p.isNameOf(name, f); err == nil && same {
		p.dir.remove(name)
	}
}

func (p *publication) isNameOf(name string, f *os.File) (bool, error) {
	there, err := p.dir.lstat(name)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	} else if err != nil {
		return false, err
	}
	return there.isFile(f)
}
