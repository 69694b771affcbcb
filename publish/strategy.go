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
	"github.com/largebox/largebox/internal/workfile"
)

// A publication is one file on its way to one name.
type publication struct {
	ctx    context.Context
	file   *os.File
	dir    *Dir
	name   string
	opts   Options
	prefix tempfile.Prefix
	locked bool // file is locked against Sweep as long as it is open
}

func (p *publication) run() (Strategy, error) {
	switch s := p.opts.Strategy; s {
	case Auto, "":
		return p.auto()
	case Link:
		return s, p.link(p.file)
	case Clone:
		return s, p.viaFresh(Anonymous, clone)
	case Copy:
		return s, p.copy()
	case Rename:
		return s, p.rename()
	default:
		return s, p.dir.pathError("publish", p.name, fmt.Errorf("unknown strategy %q: %w", s, fs.ErrInvalid))
	}
}

// auto tries the strategies in the order of preference. It goes on to the next
// after the errors in the tables of errno_linux.go.
func (p *publication) auto() (Strategy, error) {
	if p.opts.TempName != "" {
		return Rename, p.rename()
	}
	if err := p.link(p.file); !errors.Is(err, errUnavailable) {
		return Link, err
	}
	if err := p.viaFresh(Anonymous, clone); !errors.Is(err, errUnavailable) {
		return Clone, err
	}
	return Copy, p.copy()
}

// errUnavailable marks the errors after which auto goes on.
var errUnavailable = errors.New("this way is not available here")

// unavailable marks err as errUnavailable if it is in the table.
func unavailable(err error, table []error) error {
	if isOneOf(err, table) {
		return errs.As(errUnavailable, err)
	}
	return err
}

func isOneOf(err error, table []error) bool {
	return slices.ContainsFunc(table, func(e error) bool { return errors.Is(err, e) })
}

// viaFresh fills a fresh private file in the directory and publishes that.
func (p *publication) viaFresh(kind Kind, fill func(ctx context.Context, dst, src *os.File) error) error {
	f, err := p.dir.create(kind, workfile.Options{Mode: p.opts.Mode, Prefix: p.prefix})
	if err != nil {
		return err
	}
	defer f.Close()
	if err := fill(p.ctx, f.OSFile(), p.file); err != nil {
		return err
	}
	if err := f.Reveal(); err != nil {
		return err
	}
	if f.Name() != "" {
		return p.move(f.OSFile(), f.Name())
	}
	return p.link(f.OSFile())
}

// copy needs a named temporary where there are no anonymous files, or where
// none can be linked.
func (p *publication) copy() error {
	err := p.viaFresh(Anonymous, copyFile)
	if errors.Is(err, errUnavailable) {
		err = p.viaFresh(Temporary, copyFile)
	}
	return err
}

// link gives f itself the name. linkat never replaces, so a replacement is
// linked under a temporary name and renamed.
func (p *publication) link(f *os.File) error {
	if err := p.dir.canLink(); err != nil {
		return err
	}
	if err := p.syncFile(f); err != nil {
		return err
	}
	err := p.dir.linkFile(f, p.name)
	if err == nil {
		return p.syncDir(f, func() error { return p.removeName(f, p.name) })
	}
	if !p.opts.Replace || !errors.Is(err, fs.ErrExist) {
		return err
	}
	return p.linkAndMove(f)
}

// rename moves the temporary name, or makes one and moves that.
func (p *publication) rename() error {
	temp := p.opts.TempName
	if temp != "" {
		err := p.move(p.file, temp)
		if err == nil && !strings.EqualFold(temp, p.name) { // one name where case does not count
			p.removeName(p.file, temp) // see linkAndMove
		}
		return err
	}
	if err := p.syncFile(p.file); err != nil {
		return err
	}
	return p.linkAndMove(p.file)
}

// linkAndMove links f, which is synced, under a temporary name and renames that.
func (p *publication) linkAndMove(f *os.File) error {
	if err := p.dir.canRename(); err != nil {
		return err
	}
	temp := p.prefix.Name()
	if !p.locked {
		// If the lock is not to be had, the name is unprotected for a moment; a
		// Sweep in that moment is an ErrConflict.
		if locked, _ := tempfile.Lock(f); locked {
			defer tempfile.Unlock(f)
		}
	}
	if err := p.dir.linkFile(f, temp); err != nil {
		return err
	}
	// An anonymous inode can be linked once in its life, so its temporary name
	// goes last. The temporary name is also still there if the final name was a
	// link to the same inode: rename(2) does nothing then, and succeeds.
	defer p.removeName(f, temp)
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
		return p.dir.pathError("rename", temp, ErrConflict)
	}
	if err := p.giveName(temp); err != nil {
		return err
	}
	if same, err := p.isNameOf(p.name, f); err != nil {
		if p.opts.Replace || p.opts.KeepOnSyncError {
			return inPlace(err)
		}
		return undone(err, p.takeBack(f, temp))
	} else if !same {
		return p.dir.pathError("publish", p.name, ErrConflict)
	}
	if p.opts.Replace {
		return p.syncDir(f, nil)
	}
	return p.syncDir(f, func() error { return p.takeBack(f, temp) })
}

func (p *publication) giveName(temp string) error {
	if p.opts.Replace {
		return p.dir.replace(temp, p.name)
	}
	return p.dir.renameNew(temp, p.name, p.opts.KeepOnSyncError)
}

// takeBack gives f its temporary name again, which its owner removes. It may be
// the only name of f.
func (p *publication) takeBack(f *os.File, temp string) error {
	same, err := p.isNameOf(p.name, f)
	if err == nil && same {
		err = p.dir.renameNew(p.name, temp, false)
	}
	return err
}

func (p *publication) syncFile(f *os.File) error {
	if err := p.ctx.Err(); err != nil || p.opts.NoSync {
		return err
	}
	return f.Sync()
}

// syncDir makes the new name of f durable. If that fails, it calls undo to take
// the name back, unless the caller wants to keep it. undo is nil if another file
// may have had the name before.
func (p *publication) syncDir(f *os.File, undo func() error) error {
	if p.opts.NoSync {
		return nil
	}
	err := p.dir.sync(f)
	if err == nil {
		return nil
	}
	if undo == nil || p.opts.KeepOnSyncError {
		return inPlace(err)
	}
	return undone(err, undo())
}

// inPlace adds to err that the new file has its name.
func inPlace(err error) error {
	return fmt.Errorf("%w (the new file is in place, but may not survive a loss of power)", err)
}

// undone returns err, for which the new name was taken back. If that failed, it
// says so.
func undone(err, undo error) error {
	if undo == nil {
		return err
	}
	return fmt.Errorf("%w (the new file is in place, and its name could not be taken back: %w)", err, undo)
}

// removeName removes a name if it is still f's. A temporary name that stays does
// no harm: Sweep recognises it.
func (p *publication) removeName(f *os.File, name string) error {
	same, err := p.isNameOf(name, f)
	if err == nil && same {
		err = p.dir.remove(name)
	}
	return err
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
