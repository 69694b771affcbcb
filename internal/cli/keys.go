package cli

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"github.com/largebox/largebox/keyfile"
	"github.com/largebox/largebox/largebox"
	"github.com/spf13/pflag"
)

// keyFlags say with which key, and hold the keys that were read.
type keyFlags struct {
	key, identity, to, from string
	read                    []interface{ Wipe() }
}

func sealKeys(flags *pflag.FlagSet, k *keyFlags) {
	flags.StringVarP(&k.key, "key", "k", "", "seal with the secret key in `KEYFILE`")
	flags.StringVarP(&k.to, "recipient", "r", "", "seal for the owner of `PUBLICKEY` (or of the one in that file)")
	flags.StringVarP(&k.identity, "identity", "i", "", "with -r: from the identity in `IDENTITYFILE`")
}

func openKeys(flags *pflag.FlagSet, k *keyFlags) {
	flags.StringVarP(&k.key, "key", "k", "", "open with the secret key in `KEYFILE`")
	flags.StringVarP(&k.identity, "identity", "i", "", "open with the identity in `IDENTITYFILE`")
	flags.StringVar(&k.from, "from", "", "with -i: sealed by the owner of `PUBLICKEY` (or of the one in that file)")
}

func readSealer(c *call, k *keyFlags) error {
	switch {
	case k.key != "" && (k.to != "" || k.identity != ""):
		return usagef("-k goes without -r and -i: a secret key is for both sides")
	case k.identity != "" && k.to == "":
		return usagef("-i goes with -r: whom is it for?")
	case k.to != "":
		to, err := k.public(c, k.to)
		if err != nil {
			return err
		}
		if k.identity == "" {
			c.sealer = largebox.Recipient(to)
			return nil
		}
		private, err := file(k, c, k.identity, (*keyfile.File).Identity)
		if err != nil {
			return err
		}
		c.sealer = largebox.BoxKey(to, private)
		return nil
	case k.key != "":
		key, err := file(k, c, k.key, (*keyfile.File).Secret)
		if err != nil {
			return err
		}
		c.sealer = largebox.SecretKey(key)
		return nil
	}
	key, err := k.defaultKey(c, true)
	if err != nil {
		return err
	}
	c.sealer = largebox.SecretKey(key)
	return nil
}

func readOpener(c *call, k *keyFlags) error {
	switch {
	case k.key != "" && (k.identity != "" || k.from != ""):
		return usagef("-k goes without -i and --from: a secret key is for both sides")
	case k.from != "" && k.identity == "":
		return usagef("--from goes with -i: who is it for?")
	case k.identity != "":
		private, err := file(k, c, k.identity, (*keyfile.File).Identity)
		if err != nil {
			return err
		}
		if k.from == "" {
			c.opener = largebox.Identity(private)
			return nil
		}
		from, err := k.public(c, k.from)
		if err != nil {
			return err
		}
		c.opener = largebox.BoxKey(from, private)
		return nil
	case k.key != "":
		key, err := file(k, c, k.key, (*keyfile.File).Secret)
		if err != nil {
			return err
		}
		c.opener = largebox.SecretKey(key)
		return nil
	}
	key, err := k.defaultKey(c, false)
	if err != nil {
		return err
	}
	c.opener = largebox.SecretKey(key)
	return nil
}

// file reads a key that is to be secret, and warns if it is not.
func file[K interface{ Wipe() }](k *keyFlags, c *call, path string, from func(*keyfile.File) (K, error)) (K, error) {
	return take(k, c.cmd.ErrOrStderr(), path, from)
}

func take[K interface{ Wipe() }](k *keyFlags, warnings io.Writer, path string, from func(*keyfile.File) (K, error)) (none K, err error) {
	f, err := readKeyFile(path)
	if standard, _ := defaultKeyPath(); err != nil && path != standard && keyfile.Resembles(path) {
		return none, usagef("a key is not given on the command line, where others can see it, but in a file")
	} else if err != nil {
		return none, err
	}
	defer f.Wipe()
	key, err := from(f)
	if err != nil {
		return none, err
	}
	k.read = append(k.read, key)
	if f.Exposed {
		fmt.Fprintf(warnings, "largebox: warning: others than you may read %s; chmod 600 it\n", path)
	}
	return key, nil
}

// readKeyFile has standard input under its name also where that opens nothing
// (Windows).
func readKeyFile(path string) (*keyfile.File, error) {
	if path == os.Stdin.Name() {
		return keyfile.ReadFrom(os.Stdin)
	}
	return keyfile.Read(path)
}

// public takes a public key from the command line, or from a file.
func (k *keyFlags) public(c *call, arg string) (*keyfile.PublicKey, error) {
	key, err := keyfile.ParsePublicKey(arg)
	if err == nil {
		return key, nil
	}
	f, e := readKeyFile(arg)
	if e != nil {
		if errors.Is(e, fs.ErrNotExist) || keyfile.Resembles(arg) {
			// A secret that was given by mistake is not repeated.
			return nil, usagef("not a public key, and no file of that name: %w", err)
		}
		return nil, e
	}
	defer f.Wipe()
	return f.PublicKey()
}

// wipe overwrites the keys.
func (k *keyFlags) wipe() {
	for _, key := range k.read {
		key.Wipe()
	}
}

// A defaultKey is made once, at the first seal, and is on the disk before any
// box is. Of two first seals, the one that comes second reads the other's.
func (k *keyFlags) defaultKey(c *call, make bool) (*keyfile.Secret, error) {
	path, err := defaultKeyPath()
	if err != nil {
		return nil, usagef("no key is given, and there is no place for a default one: %w", err)
	}
	key, err := file(k, c, path, (*keyfile.File).Secret)
	if err == nil && make {
		err = syncKey(path) // perhaps another has just made it
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return key, err
	}
	if !make {
		return nil, usagef("no key is given (-k or -i), and there is no default key in %s; put the copy of yours there", path)
	}
	if err := c.anySource(); err != nil {
		return nil, err // and no key, for a name that was mistyped
	}
	err = makeDefaultKey(path)
	if errors.Is(err, fs.ErrExist) { // another was faster
		if err := syncKey(path); err != nil {
			return nil, err
		}
		return file(k, c, path, (*keyfile.File).Secret)
	}
	if _, e := os.Lstat(path); e == nil { // also if its directory could not be synced
		fmt.Fprintf(c.cmd.ErrOrStderr(), "largebox: made your secret key, %s\n"+
			"largebox: keep a copy of it in a safe place: without it, nobody can open what it seals\n", path)
		if err == nil {
			err = syncKey(path)
		}
		if err != nil {
			return nil, fmt.Errorf("making your secret key: %w", err)
		}
		return file(k, c, path, (*keyfile.File).Secret)
	}
	return nil, hintedError{fmt.Errorf("making your secret key: %w", err), "-k names a key in another place; largebox keygen makes one"}
}

// anySource is the last error if there is none of the files to be sealed.
func (c *call) anySource() (err error) {
	for _, src := range c.cmd.Flags().Args() {
		if src == "-" {
			return nil
		}
		info, e := os.Stat(src)
		if e == nil && !info.IsDir() {
			return nil
		} else if e == nil {
			e = &fs.PathError{Op: "seal", Path: src, Err: errors.New("is a directory")}
		}
		err = e
	}
	return err
}

func makeDefaultKey(path string) error {
	if err := mkdirPrivate(path); err != nil {
		return err
	}
	key := keyfile.NewSecret()
	defer key.Wipe()
	return key.WriteFile(path)
}

func isTerminal(stream any) bool {
	f, ok := stream.(*os.File)
	return ok && terminal(f)
}
