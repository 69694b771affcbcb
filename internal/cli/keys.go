package cli

import (
	"strings"

	"github.com/spf13/pflag"
)

// keyFlags name the keys of one call.
type keyFlags struct{ key, identity, to, from string }

func sealKeys(flags *pflag.FlagSet, k *keyFlags) {
	flags.StringVarP(&k.key, "key", "k", "", "seal with the secret key in `KEYFILE`")
	flags.StringVarP(&k.to, "recipient", "r", "", "seal for the owner of `PUBLICKEY` (the key itself, or its file)")
	flags.StringVarP(&k.identity, "identity", "i", "", "with -r: from the identity in `IDENTITYFILE`")
}

func openKeys(flags *pflag.FlagSet, k *keyFlags) {
	flags.StringVarP(&k.key, "key", "k", "", "open with the secret key in `KEYFILE`")
	flags.StringVarP(&k.identity, "identity", "i", "", "open with the identity in `IDENTITYFILE`")
	flags.StringVar(&k.from, "from", "", "with -i: sealed by the owner of `PUBLICKEY` (the key itself, or its file)")
}

// names returns the names of the keys that are used, which may be files.
func (k *keyFlags) names() (names []string) {
	for _, name := range []string{k.key, k.identity, k.to, k.from} {
		if name != "" {
			names = append(names, name)
		}
	}
	if names == nil {
		if name, err := defaultKeyName(); err == nil {
			names = append(names, name)
		}
	}
	return names
}

// sealRef says which key seals. It is the default key if no flag names one.
func (k *keyFlags) sealRef() (KeyRef, error) {
	switch {
	case k.key != "" && (k.to != "" || k.identity != ""):
		return KeyRef{}, usagef("-k cannot be combined with -r or -i: a secret key is for both sides")
	case k.identity != "" && k.to == "":
		return KeyRef{}, hintedError{usagef("-i needs -r when sealing"), "-r says for whom it is; -k seals with a secret key"}
	case k.to != "":
		return KeyRef{Flag: "recipient", Name: k.to, Peer: k.identity}, nil
	}
	return KeyRef{Flag: "key", Name: k.key}, nil
}

// openRef says which key opens. It is the default key if no flag names one.
func (k *keyFlags) openRef() (KeyRef, error) {
	switch {
	case k.key != "" && (k.identity != "" || k.from != ""):
		return KeyRef{}, usagef("-k cannot be combined with -i or --from: a secret key is for both sides")
	case k.from != "" && k.identity == "":
		return KeyRef{}, hintedError{usagef("--from needs -i"), "-i names the identity that it was sealed for"}
	case k.identity != "":
		return KeyRef{Flag: "identity", Name: k.identity, Peer: k.from}, nil
	}
	return KeyRef{Flag: "key", Name: k.key}, nil
}

// readKey reads the key that k names, or the default key.
func (c *call) readKey(k *keyFlags) error {
	named := k.openRef
	if c.seals {
		named = k.sealRef
	}
	ref, err := named()
	if err != nil {
		return err
	}
	if ref.Name == "" {
		if ref.Name, err = c.defaultKey(); err != nil {
			return err
		}
	}
	ref.Warn, ref.Cleanup = c.p.warn, c.p.cleanup
	scheme, err := c.p.keyScheme(ref.Name)
	if err != nil {
		return err
	}
	if ref.Peer != "" {
		if peer, err := c.p.keyScheme(ref.Peer); err != nil {
			return err
		} else if peer.Prefix != scheme.Prefix {
			return usagef("the two keys of a box must be of the same kind: both %s, or both %s", kindOf(scheme), kindOf(peer))
		}
	}
	switch {
	case c.seals && scheme.Sealer != nil:
		c.sealer, err = scheme.Sealer(c.ctx, ref)
	case !c.seals && scheme.Opener != nil:
		c.opener, err = scheme.Opener(c.ctx, ref)
	default:
		err = usagef("keys of the kind %s cannot %s", kindOf(scheme), c.name)
	}
	c.ref = ref
	return err
}

func kindOf(s KeyScheme) string {
	if s.Prefix == "" {
		return "local"
	}
	return s.Prefix
}

func (p *program) warn(format string, args ...any) {
	p.console.printf("largebox: warning: "+format, args...)
}

func (p *program) cleanup(fn func()) { p.cleanups = append(p.cleanups, fn) }

// cleanUp does what the keys of this run have registered, last first.
func (p *program) cleanUp() {
	for i := len(p.cleanups) - 1; i >= 0; i-- {
		p.cleanups[i]()
	}
	p.cleanups = nil
}

// foreignKey returns an error if text is a key of another program that people are
// likely to have.
func foreignKey(text string) error {
	lower := strings.ToLower(strings.TrimSpace(text))
	for _, prefix := range []string{"age-secret-key-", "age1", "age-plugin-"} {
		if strings.HasPrefix(lower, prefix) && len(lower) > 40 {
			return hintedError{usagef("this is a key of age, whose keys and files largebox does not read"),
				"largebox keygen --type box makes an identity and its public key"}
		}
	}
	for _, prefix := range []string{"ssh-ed25519 ", "ssh-rsa ", "ecdsa-sha2-"} {
		if strings.HasPrefix(lower, prefix) {
			return hintedError{usagef("this is a key of SSH, which largebox does not read"),
				"largebox keygen --type box makes an identity and its public key"}
		}
	}
	return nil
}
