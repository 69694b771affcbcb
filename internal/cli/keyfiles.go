package cli

import (
	"context"
	"errors"
	"io/fs"
	"os"

	"github.com/largebox/largebox/keyfile"
	"github.com/largebox/largebox/largebox"
)

// keyFiles is the scheme of keys in local files, and of public keys as text.
var keyFiles = KeyScheme{
	Sealer: func(_ context.Context, k KeyRef) (largebox.Sealer, error) {
		if k.Flag == "key" {
			return readSecretKey(k)
		}
		to, err := readPublicKey(k.Name)
		if err != nil {
			return nil, err
		}
		if k.Peer == "" {
			return largebox.Recipient(to), nil
		}
		private, err := readIdentity(k, k.Peer)
		if err != nil {
			return nil, err
		}
		return largebox.BoxKey(to, private), nil
	},
	Opener: func(_ context.Context, k KeyRef) (largebox.Opener, error) {
		if k.Flag == "key" {
			return readSecretKey(k)
		}
		private, err := readIdentity(k, k.Name)
		if err != nil {
			return nil, err
		}
		if k.Peer == "" {
			return largebox.Identity(private), nil
		}
		from, err := readPublicKey(k.Peer)
		if err != nil {
			return nil, err
		}
		return largebox.BoxKey(from, private), nil
	},
}

func readSecretKey(k KeyRef) (largebox.Key, error) {
	key, err := readSecret(k, k.Name, (*keyfile.File).Secret)
	if err != nil {
		return nil, err
	}
	return largebox.SecretKey(key), nil
}

func readIdentity(k KeyRef, path string) (*keyfile.Identity, error) {
	return readSecret(k, path, (*keyfile.File).Identity)
}

// readSecret reads a secret key, and warns if other users can read its file.
func readSecret[K interface{ Wipe() }](k KeyRef, path string, take func(*keyfile.File) (K, error)) (none K, err error) {
	f, err := readKeyFile(path)
	if err != nil {
		if foreign := foreignKey([]byte(path)); foreign != nil {
			return none, foreign
		} else if !errors.Is(err, fs.ErrPermission) && looksLikeKey(path) {
			return none, hintedError{usagef("a key is never given on the command line, where others can see it"),
				"put it into a file that only you can read, and give the name of that"}
		}
		return none, err
	}
	defer f.Wipe()
	key, err := take(f)
	if err != nil {
		return none, withKeyHint(err, path)
	}
	k.Cleanup(key.Wipe)
	if f.Exposed {
		k.Warn("others than you may read %s; chmod 600 it", path)
	}
	return key, nil
}

// publicKey returns the public key that arg is, or that the file of that name
// contains.
func readPublicKey(arg string) (*keyfile.PublicKey, error) {
	key, notOne := keyfile.ParsePublicKey(arg)
	if notOne == nil {
		return key, nil
	}
	f, err := readKeyFile(arg)
	if err == nil {
		defer f.Wipe()
		key, err = f.PublicKey()
		return key, withKeyHint(err, arg)
	}
	if foreign := foreignKey([]byte(arg)); foreign != nil {
		return nil, foreign
	}
	switch {
	case errors.Is(notOne, keyfile.ErrWrongKind):
		return nil, withKeyHint(usageError{notOne}, "IDENTITYFILE")
	case looksLikeKey(arg):
		return nil, usageError{notOne}
	case errors.Is(err, fs.ErrNotExist):
		return nil, hintedError{usagef("%s: not a public key, and no file of that name", arg),
			"a public key begins with largebox-public1; largebox pubkey IDENTITYFILE prints it"}
	}
	return nil, err
}

// withKeyHint says what to do about a key of another kind, or of another program, in
// the file path.
func withKeyHint(err error, path string) error {
	if errors.Is(err, keyfile.ErrNotAKey) {
		if foreign := foreignKeyFile(path); foreign != nil {
			return foreign
		}
	}
	if errors.Is(err, keyfile.ErrWrongKind) {
		return hintedError{err, "-k takes a secret key, -i an identity, -r and --from a public key; " +
			"largebox pubkey " + path + " prints the public key of an identity"}
	}
	return err
}

// readKeyFile reads the key file at path. It knows standard input by its name also
// on hosts where that opens nothing (Windows).
func readKeyFile(path string) (*keyfile.File, error) {
	if path == os.Stdin.Name() {
		return keyfile.ReadFrom(os.Stdin)
	}
	return keyfile.Read(path)
}
