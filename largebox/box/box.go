// Package box is a drop-in for golang.org/x/crypto/nacl/box: the same functions,
// the same bytes, on all cores.
//
// # A replacement
//
// Change the import, and nothing else:
//
//	import "github.com/largebox/largebox/largebox/box"
//
// The contract is x/crypto's. Functions append results to out, in place if it has
// the capacity, and panic if the output overlaps the input. Open authenticates the
// whole box before it writes a byte of the message. If it fails, it returns nil and
// false and has not written to out. Tests compare the two packages.
//
// Up to GOMAXPROCS goroutines share a message of 128 KiB or more. They have ended
// when the call returns, and a panic in one of them is raised on the calling
// goroutine. A shorter message stays on the calling goroutine and allocates nothing,
// if out has the capacity and the key is precomputed. All functions are safe for
// concurrent use.
//
// # Speed
//
// With AVX-512 and IFMA, one core seals 1 MiB 4.7 (Zen 4) to 6 times (Sapphire Rapids)
// as fast as x/crypto's package, and opens it 4.6 to 5.2 times as fast; with AVX2, 2.5
// to 3 times. Elsewhere it takes up to 15% longer than x/crypto, and without AVX-512
// messages below 128 bytes take up to 25% longer. Long messages are shared by all
// cores, too. bench/README.md has all figures, also next to libsodium, and
// "largebox bench" measures those of the machine at hand.
//
// The key agreement (Curve25519) before each message is crypto/ecdh's, as in
// x/crypto, and as fast. [Precompute] does it once for many messages.
package box

import (
	"errors"
	"io"

	"github.com/largebox/largebox/internal/errs"
	"github.com/largebox/largebox/internal/scratch"
	"github.com/largebox/largebox/internal/sealedbox"
	"github.com/largebox/largebox/internal/xsalsa20poly1305"
	"golang.org/x/crypto/nacl/box"
)

const (
	// Overhead is the number of bytes of overhead when boxing a message.
	Overhead = box.Overhead
	// AnonymousOverhead is the number of bytes of overhead when using anonymous
	// sealed boxes.
	AnonymousOverhead = box.AnonymousOverhead
)

// GenerateKey generates a new public and private key pair, for Seal and Open.
func GenerateKey(rand io.Reader) (publicKey, privateKey *[32]byte, err error) {
	return box.GenerateKey(rand)
}

// Precompute calculates the key that the owners of the two pairs share, for the
// functions whose name ends in AfterPrecomputation.
//
// Like x/crypto's, it accepts a public key of low order, with which everybody can
// compute the shared key.
func Precompute(sharedKey, peersPublicKey, privateKey *[32]byte) {
	err := sealedbox.SharedKey(sharedKey, peersPublicKey, privateKey)
	if err != nil && !errors.Is(err, errs.ErrLowOrderKey) {
		panic(err) // where X25519 is not allowed
	}
}

var sharedKeys scratch.Pool[[32]byte]

// Seal appends an encrypted and authenticated copy of message to out, which is
// Overhead bytes longer than message and must not overlap it. The nonce must be
// unique for each message of a pair of keys.
func Seal(out, message []byte, nonce *[24]byte, peersPublicKey, privateKey *[32]byte) []byte {
	sharedKey := sharedKeys.Get()
	defer sharedKeys.Put(sharedKey)
	Precompute(sharedKey, peersPublicKey, privateKey)
	return xsalsa20poly1305.SealSlice(out, message, nonce, sharedKey)
}

// SealAfterPrecomputation is Seal with a key from Precompute.
func SealAfterPrecomputation(out, message []byte, nonce *[24]byte, sharedKey *[32]byte) []byte {
	return xsalsa20poly1305.SealSlice(out, message, nonce, sharedKey)
}

// Open authenticates and decrypts a box that Seal made and appends the message
// to out, which must not overlap box. If it returns false, it has written
// nothing.
func Open(out, boxed []byte, nonce *[24]byte, peersPublicKey, privateKey *[32]byte) ([]byte, bool) {
	sharedKey := sharedKeys.Get()
	defer sharedKeys.Put(sharedKey)
	Precompute(sharedKey, peersPublicKey, privateKey)
	return xsalsa20poly1305.OpenSlice(out, boxed, nonce, sharedKey)
}

// OpenAfterPrecomputation is Open with a key from Precompute.
func OpenAfterPrecomputation(out, boxed []byte, nonce *[24]byte, sharedKey *[32]byte) ([]byte, bool) {
	return xsalsa20poly1305.OpenSlice(out, boxed, nonce, sharedKey)
}

// SealAnonymous appends a sealed box of message to out, which only the owner of
// recipient's private key can open, and in which nothing tells who made it. It
// is AnonymousOverhead bytes longer than message. A nil rand is crypto/rand.
func SealAnonymous(out, message []byte, recipient *[32]byte, rand io.Reader) ([]byte, error) {
	public, private, err := sealedbox.GenerateKey(rand)
	if err != nil {
		return nil, err
	}
	defer xsalsa20poly1305.Wipe(private[:])
	nonce := sealedbox.Nonce(public, recipient)
	if need := len(out) + AnonymousOverhead + len(message); cap(out) < need {
		out = append(make([]byte, 0, need), out...)
	}
	out = append(out, public[:]...)
	return Seal(out, message, &nonce, recipient, private), nil
}

// OpenAnonymous authenticates and decrypts a sealed box and appends the message
// to out, which must not overlap box. If it returns false, it has written
// nothing.
func OpenAnonymous(out, boxed []byte, publicKey, privateKey *[32]byte) ([]byte, bool) {
	if len(boxed) < AnonymousOverhead {
		return nil, false
	}
	ephemeral := (*[32]byte)(boxed)
	nonce := sealedbox.Nonce(ephemeral, publicKey)
	return Open(out, boxed[32:], &nonce, ephemeral, privateKey)
}
