package keyfile

import "golang.org/x/crypto/curve25519"

// An Identity is a private key and the public key that belongs to it. It opens
// what others sealed with the public key. The zero Identity is no key. A copy of
// the struct is the same key, and is wiped with it.
type Identity struct {
	private hidden[*key]
	public  *PublicKey
}

// NewIdentity returns an identity with a new random private key.
func NewIdentity() *Identity { return newIdentity(randomKey()) }

// IdentityFromBytes returns an identity with a copy of a private key. The caller
// keeps private and should clear it.
func IdentityFromBytes(private *[Size]byte) *Identity { return newIdentity(copyKey(private)) }

func newIdentity(private *key) *Identity {
	i := &Identity{hide(private), new(PublicKey)}
	curve25519.ScalarBaseMult(&i.public.bytes, &private.bytes)
	return i
}

func (i *Identity) key() *key {
	if i == nil || i.private == nil {
		return nil
	}
	return i.private()
}

// PublicKey returns the public key, also after Wipe. That of the zero Identity
// is nil.
func (i *Identity) PublicKey() *PublicKey {
	if i == nil {
		return nil
	}
	return i.public
}

// Bytes returns the private key for use with other packages. The array is the
// key itself, not a copy: Wipe clears it, and it must not be changed. Bytes
// returns ErrNoKey if there is no key.
func (i *Identity) Bytes() (*[Size]byte, error) { return i.key().get() }

// Text returns the private key as one line of typed text, without a line end.
// The caller should clear it after use. Text returns ErrNoKey if there is no key.
func (i *Identity) Text() ([]byte, error) { return i.key().text(identity) }

// FileText returns the content of a key file: comments, of which one names the
// public key, and the private key. The caller should clear it after use. FileText
// returns ErrNoKey if there is no key.
func (i *Identity) FileText() ([]byte, error) {
	return i.key().fileText(identity, "# An identity of largebox. Keep a copy: what was sealed for it cannot be opened without it.\n"+
		"# Its public key: "+i.PublicKey().String()+"\n")
}

// WriteFile writes the identity to a new file at path, as [Secret.WriteFile]
// does.
func (i *Identity) WriteFile(path string) error {
	text, err := i.FileText()
	if err != nil {
		return err
	}
	return writeAndWipe(path, text)
}

// Equal reports whether both hold the same private key, in constant time. No key
// equals nothing.
func (i *Identity) Equal(other *Identity) bool { return i.key().equal(other.key()) }

// Wipe clears the private key. Every later use of it returns ErrNoKey.
func (i *Identity) Wipe() { i.key().wipe() }
