package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"syscall"

	"github.com/largebox/largebox/keyfile"
)

// keyVariable names the key that serves without -k, in place of the default one.
const keyVariable = "LARGEBOX_KEY"

// defaultKeyHelp says where the default key is.
const defaultKeyHelp = `Without a key, largebox uses the one that $` + keyVariable + ` names, or your default
secret key, which it makes when you first seal a file. Keep a copy of it. It is
  ~/.config/largebox/key (or $XDG_CONFIG_HOME/largebox/key); on macOS
  ~/Library/Application Support/largebox/key; on Windows %AppData%\largebox\key`

// defaultKeyName returns the name of the key that serves without -k.
func defaultKeyName() (string, error) {
	if name := os.Getenv(keyVariable); name != "" {
		return name, nil
	}
	dir, err := os.UserConfigDir()
	if err != nil {
		return "", usagef("no key is given, and there is no place for a default one: %w", err)
	}
	return filepath.Join(dir, "largebox", "key"), nil
}

// defaultKey returns the name of the key that serves without -k. At the first seal
// it makes the default one, which is on the disk before any box is.
func (c *call) defaultKey() (string, error) {
	path, err := defaultKeyName()
	if err != nil || looksLikeURL.MatchString(path) {
		return path, err
	}
	_, err = os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist) && os.Getenv(keyVariable) != "":
		return "", hintedError{usagef("$%s names no file: %s", keyVariable, path), "largebox keygen -o FILE makes a key; or unset it"}
	case errors.Is(err, fs.ErrNotExist) && c.seals:
		if err := c.anySource(); err != nil {
			return "", err // and no key, for a name that was mistyped
		}
		err = c.makeDefaultKey(path)
	case errors.Is(err, fs.ErrNotExist):
		return "", hintedError{usagef("no key is given, and there is no default key, %s", path),
			"-k names a key file, -i an identity; or put the copy of your default key there"}
	}
	if err == nil && c.seals {
		err = syncKey(path) // another process may have just made it
	}
	return path, err
}

// makeDefaultKey makes the key at path, unless another process is faster.
func (c *call) makeDefaultKey(path string) error {
	err := writeNewKey(path)
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	if _, e := os.Lstat(path); e != nil {
		return hintedError{fmt.Errorf("making your secret key: %w", err), "-k names a key in another place; largebox keygen makes one"}
	}
	// It is there, even if its directory could not be synced.
	c.p.console.printf("largebox: made your secret key, %s\n"+
		"largebox: keep a copy of it in a safe place: without it, nobody can open what it seals", path)
	if err == nil {
		err = syncKey(path)
	}
	if err != nil {
		return fmt.Errorf("making your secret key: %w", err)
	}
	return nil
}

func writeNewKey(path string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	key := keyfile.NewSecret()
	defer key.Wipe()
	return key.WriteFile(path)
}

// syncKey makes the name of the key durable, and those of its directories, which
// may be new, so that no box can outlive its key. Windows cannot do that.
func syncKey(path string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	for range 3 { // largebox, the configuration directory, and its parent
		path = filepath.Dir(path)
		dir, err := os.Open(path)
		if errors.Is(err, fs.ErrPermission) {
			return nil // not ours, so not new
		} else if err != nil {
			return err
		}
		err = dir.Sync()
		dir.Close()
		if err != nil && !errors.Is(err, errors.ErrUnsupported) && !errors.Is(err, syscall.EINVAL) {
			return err
		}
	}
	return nil
}

// anySource returns the last error if none of the FILEs can be sealed.
func (c *call) anySource() (err error) {
	for _, f := range c.files {
		s, e := c.p.place(f.src)
		if e == nil && s.Stat != nil && f.src != "-" {
			var info fs.FileInfo
			if info, e = s.Stat(c.ctx, f.src, false); e == nil && info.IsDir() {
				e = c.isDirectory(f.src)
			}
		}
		if e == nil {
			return nil
		}
		err = fmt.Errorf("%s: %w", c.name, e)
	}
	return err
}
