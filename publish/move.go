package publish

import (
	"errors"
	"io/fs"
	"os"
)

func (p *publication) move(f *os.File, temp string) error {
	if err := p.syncFile(f); err != nil {
		return err
	}
	return p.moveSynced(f, temp)
}

// moveSynced renames f, which is synced, from temp to the final name.
func (p *publication) moveSynced(f *os.File, temp string) error {
	if same, err := p.dir.isNameOf(temp, f); err != nil {
		return err
	} else if !same {
		return p.dir.pathError("rename", temp, ErrConflict)
	}
	if err := p.giveName(f, temp); err != nil {
		return err
	}
	if same, err := p.dir.isNameOf(p.name, f); err != nil {
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

func (p *publication) giveName(f *os.File, temp string) error {
	if p.opts.Replace {
		return p.dir.replace(f, temp, p.name)
	}
	return p.dir.renameNew(f, temp, p.name, p.opts.KeepOnSyncError)
}

// takeBack gives f its temporary name again, which its owner removes. It may be
// the only name of f.
func (p *publication) takeBack(f *os.File, temp string) error {
	same, err := p.dir.isNameOf(p.name, f)
	if err == nil && same {
		err = p.dir.renameNew(f, p.name, temp, false)
	}
	return err
}

// removeName removes a name if it is still f's. A temporary name that stays does
// no harm: Sweep recognises it.
func (p *publication) removeName(f *os.File, name string) error {
	same, err := p.dir.isNameOf(name, f)
	if err == nil && same {
		err = p.dir.remove(name)
	}
	return err
}

// isNameOf reports whether name is a name of f.
func (d *Dir) isNameOf(name string, f *os.File) (bool, error) {
	there, err := d.lstat(name)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	} else if err != nil {
		return false, err
	}
	return there.isFile(f)
}
