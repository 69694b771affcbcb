// Package sealedbox makes the key and the nonce of a box: SharedKey is what NaCl's
// crypto_box_beforenm computes, and GenerateKey and Nonce are what crypto_box_seal
// adds to a box.
package sealedbox

import (
	"crypto/ecdh"
	"crypto/rand"
	"io"

	"github.com/largebox/largebox/internal/errs"
	"github.com/largebox/largebox/internal/xsalsa20poly1305"
	"golang.org/x/crypto/blake2b"
	"golang.org/x/crypto/nacl/box"
)

// SharedKey computes the key that the owners of the two pairs share into shared,
// which should be on the heap. It is for crypto/ecdh, and not x/crypto's
// curve25519, because that copies the product of the keys to where nobody can wipe
// it.
//
// The error is errs.ErrLowOrderKey if the product is zero, which everybody knows.
// shared is then the key that x/crypto makes of it. Any other error is
// crypto/ecdh's, where X25519 is not allowed (FIPS 140-only mode).
func SharedKey(shared, peersPublicKey, privateKey *[32]byte) error {
	public, err := ecdh.X25519().NewPublicKey(peersPublicKey[:])
	if err != nil {
		return err
	}
	private, err := ecdh.X25519().NewPrivateKey(privateKey[:])
	if err != nil {
		return err
	}
	product, lowOrder := private.ECDH(public) // that is its only error
	if lowOrder != nil {
		product = make([]byte, 32)
	}
	xsalsa20poly1305.HSalsa20(shared, (*[32]byte)(product), new([16]byte))
	xsalsa20poly1305.Wipe(product)
	if lowOrder != nil {
		return errs.ErrLowOrderKey
	}
	return nil
}

// GenerateKey makes the sender's pair of keys for one message. A nil random is
// crypto/rand.
func GenerateKey(random io.Reader) (public, private *[32]byte, err error) {
	if random == nil {
		random = rand.Reader
	}
	return box.GenerateKey(random)
}

// Nonce returns BLAKE2b-192(ephemeral || recipient), of the two public keys.
func Nonce(ephemeral, recipient *[32]byte) (nonce [24]byte) {
	h, err := blake2b.New(len(nonce), nil)
	if err != nil {
		panic(err) // only for sizes that do not exist
	}
	h.Write(ephemeral[:])
	h.Write(recipient[:])
	h.Sum(nonce[:0])
	return nonce
}
