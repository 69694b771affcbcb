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
	work   *workfile.File // owns file if that is a File's; otherwise nil
	locked bool           // file is locked against Sweep as long as it is open
}

func (p *publication) run() (Strategy, error) {
	switch s := p.opts.Strategy; s {
	case Auto, "":
		return p.auto()
	case Link:
		return s, p.linkFile()
	case Clone:
		return s, p.viaFresh(Anonymous, clone)
	case Copy:
		return s, p.copy()
	case Rename:
		return s, p.revealed(p.rename)
	default:
		return s, p.dir.pathError("publish", p.name, fmt.Errorf("unknown strategy %q: %w", s, fs.ErrInvalid))
	}
}

// auto tries the strategies in the order of preference. It goes on to the next
// after the errors in the tables of errno_linux.go.
func (p *publication) auto() (Strategy, error) {
	if p.opts.TempName != "" {
		return Rename, p.revealed(p.rename)
	}
	if err := p.linkFile(); !errors.Is(err, errUnavailable) {
		return Link, err
	}
	if err := p.viaFresh(Anonymous, clone); !errors.Is(err, errUnavailable) {
		return Clone, err
	}
	return Copy, p.copy()
}

// linkFile gives p.file itself the name.
func (p *publication) linkFile() error {
	if err := p.dir.canLink(); err != nil {
		return err
	}
	return p.revealed(func() error { return p.link(p.file) })
}

// revealed calls give, which gives p.file itself the name. A private file gets
// its permission before that, and loses it again if the name is not given.
func (p *publication) revealed(give func() error) error {
	if p.work == nil {
		return give()
	}
	if err := p.ctx.Err(); err != nil {
		return err
	}
	if err := p.work.Reveal(); err != nil {
		return err
	}
	err := give()
	if err == nil || errors.Is(err, errInPlace) {
		return err
	}
	if e := p.work.Conceal(); e != nil {
		return fmt.Errorf("%w (the private file keeps its new permission: %w)", err, e)
	}
	return err
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
