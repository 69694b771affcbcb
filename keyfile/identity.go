package keyfile

import (
	"crypto/ecdh"
	"errors"

	"github.com/largebox/largebox/internal/errs"
)

// An Identity is a private key and the public key that belongs to it. It opens
// what others sealed with the public key. The zero Identity is no key. A copy of
// the struct is the same key, and is wiped with it.
//
// Where Go does not allow X25519 (GODEBUG=fips140=only), an identity has no keys,
// and each method that needs one returns an errors.ErrUnsupported.
type Identity struct {
	private hidden[*key]
	public  PublicKey
}

// NewIdentity returns an identity with a new random private key.
func NewIdentity() *Identity {
	i, _ := newIdentity(randomKey())
	return i
}

// IdentityFromBytes returns an identity with a copy of a private key. The caller
// keeps private and should clear it.
func IdentityFromBytes(private *[Size]byte) *Identity {
	i, _ := newIdentity(copyKey(private))
	return i
}

// newIdentity returns an identity, and the error that its methods will return if it
// is not usable.
func newIdentity(private *key) (*Identity, error) {
	i := &Identity{private: hide(private)}
	scalar, err := ecdh.X25519().NewPrivateKey(private.bytes)
	if err != nil {
		err = notAllowed(err)
		private.wipeable.wipe(err)
		return i, err
	}
	i.public = PublicKey{[Size]byte(scalar.PublicKey().Bytes())}
	return i, nil
}

// notAllowed returns an error of crypto/ecdh as an errors.ErrUnsupported. For 32
// bytes, it has no other error than that X25519 is not allowed.
func notAllowed(err error) error { return errs.As(errors.ErrUnsupported, err) }

func (i *Identity) key() *key {
	if i == nil || i.private == nil {
		return nil
	}
	return i.private()
}

// PublicKey returns a copy of the public key, also after Wipe. That of the zero
// Identity is the zero PublicKey.
func (i *Identity) PublicKey() *PublicKey {
	if i == nil {
		return new(PublicKey)
	}
	public := i.public
	return &public
}

// Bytes returns a copy of the private key for use with other packages. The caller
// should clear it after use, because Wipe does not. Bytes returns ErrNoKey if there
// is no key.
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

// Wipe clears the private key. Every later use of it returns ErrNoKey. A use by
// another goroutine at the same time gets the whole key or ErrNoKey.
func (i *Identity) Wipe() { i.key().wipe() }
