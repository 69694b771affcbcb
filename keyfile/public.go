package keyfile

import (
	"crypto/ecdh"
	"slices"
)

// A PublicKey is the public key of an identity. Only UnmarshalText changes one. The
// zero PublicKey is no key, and two of them are equal if == says so.
type PublicKey struct{ bytes [Size]byte }

// PublicKeyFromBytes returns a public key with a copy of bytes. It returns
// ErrLowOrderKey for a point of low order, zero among them, and an
// errors.ErrUnsupported where Go does not allow X25519 (GODEBUG=fips140=only).
func PublicKeyFromBytes(bytes *[Size]byte) (*PublicKey, error) {
	if err := checkOrder(bytes); err != nil {
		return nil, err
	}
	return &PublicKey{*bytes}, nil
}

// ParsePublicKey reads a public key as typed text, in hexadecimal or in base64. It
// returns ErrNotAKey, ErrWrongKind or ErrLowOrderKey, and no error repeats text.
func ParsePublicKey(text string) (*PublicKey, error) {
	content := []byte(text) // perhaps a secret, given by mistake
	defer clear(content)
	key := new(PublicKey)
	if err := key.UnmarshalText(content); err != nil {
		return nil, err
	}
	return key, nil
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
func (p PublicKey) String() string {
	if p == (PublicKey{}) {
		return ""
	}
	return string(encode(public, &p.bytes))
}

// MarshalText returns the key as typed text. It returns ErrNoKey if p is zero.
func (p PublicKey) MarshalText() ([]byte, error) {
	if p == (PublicKey{}) {
		return nil, ErrNoKey
	}
	return encode(public, &p.bytes), nil
}

// UnmarshalText sets p to the key in text, which it reads as [ParsePublicKey] does.
// After an error, p is unchanged.
func (p *PublicKey) UnmarshalText(text []byte) error {
	if slices.ContainsFunc(text, binary) {
		return notAKey("it contains bytes that are not plain text")
	}
	key, err := parsePublicKey(text)
	if err != nil {
		return err
	}
	*p = *key
	return nil
}

// checkOrder returns ErrLowOrderKey if the shared secret of key with any other key
// is zero.
func checkOrder(key *[Size]byte) error {
	point, err := ecdh.X25519().NewPublicKey(key[:])
	if err != nil {
		return notAllowed(err)
	}
	scalar, err := ecdh.X25519().NewPrivateKey(make([]byte, Size)) // X25519 makes every scalar a multiple of eight
	if err != nil {
		return notAllowed(err)
	}
	if _, err := scalar.ECDH(point); err != nil { // that is its only error
		return ErrLowOrderKey
	}
	return nil
}
