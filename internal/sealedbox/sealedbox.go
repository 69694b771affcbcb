// Package sealedbox has what crypto_box_seal adds to a box: a pair of keys for
// one message, and a nonce that follows from the keys.
package sealedbox

import (
	"crypto/rand"
	"io"

	"golang.org/x/crypto/blake2b"
	"golang.org/x/crypto/nacl/box"
)

// GenerateKey makes the sender's pair of keys for one message. A nil random is
// crypto/rand.
func GenerateKey(random io.Reader) (public, private *[32]byte, err error) {
	if random == nil {
		random = rand.Reader
	}
	return box.GenerateKey(random)
}

// Nonce is BLAKE2b-192(ephemeral || recipient), of the two public keys.
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
