package largebox

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"sync/atomic"

	"github.com/largebox/largebox/internal/sealedbox"
	"github.com/largebox/largebox/internal/xsalsa20poly1305"
	"github.com/largebox/largebox/keyfile"
)

// A Sealer seals files: it is a Key, a Recipient or an UnsafeNonce.
type Sealer interface {
	// seal derives the key schedule of a new box and returns the bytes in front
	// of its tag.
	seal(b *xsalsa20poly1305.Box) (prefix []byte, err error)
}

// An Opener opens files: it is a Key or an Identity.
type Opener interface {
	// open derives the key schedule of the box that has prefix in front of its tag.
	open(b *xsalsa20poly1305.Box, prefix []byte) error
	// prefixSize returns the length of that prefix in bytes.
	prefixSize() int
}

// A Key seals and opens. Like every Sealer and Opener, it keeps a pointer to the
// key it was made from and reads that once in each operation. The key may be wiped at
// any time: an operation that has read it continues, and each later one returns
// keyfile.ErrNoKey.
type Key interface {
	Sealer
	Opener
	// sealNonce is seal with this nonce instead of a random one.
	sealNonce(b *xsalsa20poly1305.Box, nonce *[NonceSize]byte) (prefix []byte, err error)
}

// SecretKey returns the Key for files of the kind secretbox: nonce, tag,
// ciphertext, as PyNaCl's SecretBox.encrypt makes them.
func SecretKey(key *keyfile.Secret) Key { return secretKey{key} }

// BoxKey returns the Key for files of the kind box: nonce, tag, ciphertext, as
// PyNaCl's Box.encrypt makes them. Each of two people seals and opens with their own
// identity and the public key of the other, peer.
func BoxKey(peer *keyfile.PublicKey, own *keyfile.Identity) Key { return boxKey{peer, own} }

// Recipient returns the Sealer for files of the kind sealed box: ephemeral public
// key, tag, ciphertext, as crypto_box_seal makes them. Only the owner of the
// public key can open them, with Identity. They do not show who sealed them.
func Recipient(owner *keyfile.PublicKey) Sealer { return recipient{owner} }

// Identity returns the Opener for files that were sealed for the Recipient that
// has own's public key.
func Identity(own *keyfile.Identity) Opener { return identity{own} }

// UnsafeNonce returns a Sealer that seals one box with key and this nonce instead
// of a random one. A second use returns fs.ErrInvalid. If two messages have one key
// and one nonce, whoever has both boxes learns about both messages and can forge
// others. It is for test vectors, and for protocols that guarantee unique nonces
// themselves.
func UnsafeNonce(key Key, nonce [NonceSize]byte) Sealer {
	return &unsafeNonce{key: key, nonce: nonce}
}

type secretKey struct{ key *keyfile.Secret }

func (k secretKey) seal(b *xsalsa20poly1305.Box) ([]byte, error) {
	return k.sealNonce(b, randomNonce())
}

func (k secretKey) sealNonce(b *xsalsa20poly1305.Box, nonce *[NonceSize]byte) ([]byte, error) {
	key, err := k.key.Bytes()
	if err != nil {
		return nil, err
	}
	defer xsalsa20poly1305.Wipe(key[:])
	b.Init(key, nonce)
	return nonce[:], nil
}

func (k secretKey) open(b *xsalsa20poly1305.Box, prefix []byte) error {
	key, err := k.key.Bytes()
	if err != nil {
		return err
	}
	defer xsalsa20poly1305.Wipe(key[:])
	b.Init(key, (*[NonceSize]byte)(prefix))
	return nil
}

func (secretKey) prefixSize() int { return NonceSize }

func randomNonce() *[NonceSize]byte {
	nonce := new([NonceSize]byte)
	rand.Read(nonce[:]) // never fails
	return nonce
}

type boxKey struct {
	peer *keyfile.PublicKey
	own  *keyfile.Identity
}

// shared returns the key that the owners of both identities share. The caller
// wipes it.
func (k boxKey) shared() (*[KeySize]byte, error) {
	public, err := k.peer.Bytes()
	if err != nil {
		return nil, err
	}
	private, err := k.own.Bytes()
	if err != nil {
		return nil, err
	}
	defer xsalsa20poly1305.Wipe(private[:])
	return sharedKey(public, private)
}

func (k boxKey) seal(b *xsalsa20poly1305.Box) ([]byte, error) {
	return k.sealNonce(b, randomNonce())
}

func (k boxKey) sealNonce(b *xsalsa20poly1305.Box, nonce *[NonceSize]byte) ([]byte, error) {
	key, err := k.shared()
	if err != nil {
		return nil, err
	}
	defer xsalsa20poly1305.Wipe(key[:])
	b.Init(key, nonce)
	return nonce[:], nil
}

func (k boxKey) open(b *xsalsa20poly1305.Box, prefix []byte) error {
	key, err := k.shared()
	if err != nil {
		return err
	}
	defer xsalsa20poly1305.Wipe(key[:])
	b.Init(key, (*[NonceSize]byte)(prefix))
	return nil
}

func (boxKey) prefixSize() int { return NonceSize }

// sharedKey returns the key that the owners of two pairs share, on the heap. The
// caller wipes it.
func sharedKey(public, private *[KeySize]byte) (*[KeySize]byte, error) {
	key := new([KeySize]byte)
	if err := sealedbox.SharedKey(key, public, private); err != nil {
		return nil, err
	}
	return key, nil
}

type recipient struct{ owner *keyfile.PublicKey }

func (r recipient) seal(b *xsalsa20poly1305.Box) ([]byte, error) {
	owner, err := r.owner.Bytes()
	if err != nil {
		return nil, err
	}
	public, private, err := sealedbox.GenerateKey(nil)
	if err != nil {
		return nil, err
	}
	defer xsalsa20poly1305.Wipe(private[:])
	key, err := sharedKey(owner, private)
	if err != nil {
		return nil, err
	}
	defer xsalsa20poly1305.Wipe(key[:])
	derived := sealedbox.Nonce(public, owner)
	b.Init(key, &derived)
	return public[:], nil
}

type identity struct{ own *keyfile.Identity }

func (i identity) open(b *xsalsa20poly1305.Box, prefix []byte) error {
	private, err := i.own.Bytes()
	if err != nil {
		return err
	}
	defer xsalsa20poly1305.Wipe(private[:])
	public, err := i.own.PublicKey().Bytes()
	if err != nil {
		return err
	}
	ephemeral := (*[KeySize]byte)(prefix)
	key, err := sharedKey(ephemeral, private)
	if errors.Is(err, ErrLowOrderKey) {
		return ErrNotAuthentic // the ephemeral key came with the box
	} else if err != nil {
		return err
	}
	defer xsalsa20poly1305.Wipe(key[:])
	nonce := sealedbox.Nonce(ephemeral, public)
	b.Init(key, &nonce)
	return nil
}

func (identity) prefixSize() int { return KeySize }

type unsafeNonce struct {
	key   Key
	nonce [NonceSize]byte
	used  atomic.Bool
}

var errNonceUsed = fmt.Errorf("this UnsafeNonce has sealed a box already, and seals only one: %w", fs.ErrInvalid)

func (u *unsafeNonce) seal(b *xsalsa20poly1305.Box) ([]byte, error) {
	if u.key == nil {
		return nil, errNil
	}
	if u.used.Swap(true) {
		return nil, errNonceUsed
	}
	return u.key.sealNonce(b, &u.nonce)
}
