package keyfile

import (
	"slices"

	"golang.org/x/crypto/curve25519"
)

// A PublicKey is the public key of an identity. It never changes. The zero
// PublicKey is no key, and two of them are equal if == says so.
type PublicKey struct{ bytes [Size]byte }

// PublicKeyFromBytes returns a public key with a copy of bytes. It returns
// ErrLowOrderKey for a point of low order, zero among them.
func PublicKeyFromBytes(bytes *[Size]byte) (*PublicKey, error) {
	if lowOrder(bytes) {
		return nil, ErrLowOrderKey
	}
	return &PublicKey{*bytes}, nil
}

// ParsePublicKey reads a public key as typed text, in hexadecimal or in base64. It
// returns ErrNotAKey, ErrWrongKind or ErrLowOrderKey, and no error repeats text.
func ParsePublicKey(text string) (*PublicKey, error) {
	content := []byte(text) // perhaps a secret, given by mistake
	defer clear(content)
	if slices.ContainsFunc(content, binary) {
		return nil, notAKey("it contains bytes that are not plain text")
	}
	return parsePublicKey(content)
}

// Bytes returns a copy of the key for use with other packages. It returns
// ErrNoKey if p is nil or zero.
func (p *PublicKey) Bytes() (*[Size]byte, error) {
	if p == nil || *p == (PublicKey{}) {
		return nil, ErrNoKey
	}
	copied := p.bytes
	return &copied, nil
}

// String returns the key as typed text. That of no key is empty.
func (p *PublicKey) String() string {
	if p == nil || *p == (PublicKey{}) {
		return ""
	}
	return string(encode(public, &p.bytes))
}

// MarshalText returns the key as typed text. It returns ErrNoKey if p is nil or
// zero.
func (p *PublicKey) MarshalText() ([]byte, error) {
	if _, err := p.Bytes(); err != nil {
		return nil, err
	}
	return encode(public, &p.bytes), nil
}

// lowOrder reports whether the shared secret of key with any other key is zero.
func lowOrder(key *[Size]byte) bool {
	scalar := make([]byte, Size) // X25519 makes every scalar a multiple of eight
	_, err := curve25519.X25519(scalar, key[:])
	return err != nil
}
