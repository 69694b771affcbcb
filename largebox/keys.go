package largebox

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"

	"github.com/largebox/largebox/internal/sealedbox"
	"github.com/largebox/largebox/internal/xsalsa20poly1305"
)

// A Sealer is what a file can be sealed with: a Key, or a Recipient.
type Sealer interface {
	// seal derives the key schedule of a new box and returns what stands in
	// front of its tag. The nonce is random if nil.
	seal(b *xsalsa20poly1305.Box, nonce *[NonceSize]byte) (prefix []byte, err error)
}

// An Opener is what a file can be opened with: a Key, or an Identity.
type Opener interface {
	// open derives the key schedule of the box that prefix stands in front of.
	open(b *xsalsa20poly1305.Box, prefix []byte) error
	// prefixSize is the length of that prefix in bytes.
	prefixSize() int
}

// A Key both seals and opens. Like every Sealer and Opener, it keeps pointers to
// the arrays it was made of, and reads them each time it is used: wipe them
// when that is over.
type Key interface {
	Sealer
	Opener
}

// SecretKey makes files of the kind secretbox: nonce, tag, ciphertext; PyNaCl's
// SecretBox.encrypt. The key is secret and random, or derived from what is.
func SecretKey(key *[KeySize]byte) Key { return secretKey{key} }

// BoxKey makes files of the kind box: nonce, tag, ciphertext; PyNaCl's
// Box.encrypt. Whoever has one of the two private keys and the other public key
// can seal and open.
func BoxKey(peersPublicKey, privateKey *[KeySize]byte) Key {
	return boxKey{peersPublicKey, privateKey}
}

// Recipient makes files of the kind sealed box: ephemeral public key, tag,
// ciphertext; crypto_box_seal. Only the owner of the private key can open them,
// with Identity, and nothing tells who sealed them.
func Recipient(publicKey *[KeySize]byte) Sealer { return recipient{publicKey} }

// Identity opens files that were sealed for Recipient(publicKey).
func Identity(publicKey, privateKey *[KeySize]byte) Opener { return identity{publicKey, privateKey} }

type secretKey struct{ key *[KeySize]byte }

func (k secretKey) seal(b *xsalsa20poly1305.Box, nonce *[NonceSize]byte) ([]byte, error) {
	if nonce == nil {
		nonce = new([NonceSize]byte)
		rand.Read(nonce[:]) // never fails
	}
	b.Init(k.key, nonce)
	return nonce[:], nil
}

func (k secretKey) open(b *xsalsa20poly1305.Box, prefix []byte) error {
	b.Init(k.key, (*[NonceSize]byte)(prefix))
	return nil
}

func (secretKey) prefixSize() int { return NonceSize }

type boxKey struct{ public, private *[KeySize]byte }

// shared calls fn with the key that the owners of the two pairs share.
func (k boxKey) shared(fn func(secretKey) error) error {
	var key [KeySize]byte // on the heap, because it goes to fn
	defer xsalsa20poly1305.Wipe(key[:])
	if err := sealedbox.SharedKey(&key, k.public, k.private); err != nil {
		return err
	}
	return fn(secretKey{&key})
}

func (k boxKey) seal(b *xsalsa20poly1305.Box, nonce *[NonceSize]byte) (prefix []byte, err error) {
	err = k.shared(func(key secretKey) error {
		prefix, err = key.seal(b, nonce)
		return err
	})
	return prefix, err
}

func (k boxKey) open(b *xsalsa20poly1305.Box, prefix []byte) error {
	return k.shared(func(key secretKey) error { return key.open(b, prefix) })
}

func (boxKey) prefixSize() int { return NonceSize }

type recipient struct{ public *[KeySize]byte }

var errSealedBoxNonce = fmt.Errorf("a sealed box has a nonce of its own: %w", fs.ErrInvalid)

func (r recipient) seal(b *xsalsa20poly1305.Box, nonce *[NonceSize]byte) ([]byte, error) {
	if nonce != nil {
		return nil, errSealedBoxNonce
	}
	public, private, err := sealedbox.GenerateKey(nil)
	if err != nil {
		return nil, err
	}
	defer xsalsa20poly1305.Wipe(private[:])
	derived := sealedbox.Nonce(public, r.public)
	_, err = boxKey{r.public, private}.seal(b, &derived)
	return public[:], err
}

type identity struct{ public, private *[KeySize]byte }

func (i identity) open(b *xsalsa20poly1305.Box, prefix []byte) error {
	ephemeral := (*[KeySize]byte)(prefix)
	nonce := sealedbox.Nonce(ephemeral, i.public)
	err := boxKey{ephemeral, i.private}.open(b, nonce[:])
	if errors.Is(err, ErrLowOrderKey) {
		return ErrNotAuthentic // the key came with the box
	}
	return err
}

func (identity) prefixSize() int { return KeySize }
