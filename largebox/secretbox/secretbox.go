// Package secretbox is a drop-in for golang.org/x/crypto/nacl/secretbox: the
// same functions, the same bytes, on all cores.
//
// # A replacement
//
// Change the import, and nothing else:
//
//	import "github.com/largebox/largebox/largebox/secretbox"
//
// The contract is x/crypto's. Functions append results to out, in place if it has
// the capacity, and panic if the output overlaps the input. Open authenticates the
// whole box before it writes a byte of the message. If it fails, it returns nil and
// false and has not written to out. Tests compare the two packages.
//
// Up to GOMAXPROCS goroutines share a message of 128 KiB or more. They have ended
// when the call returns, and a panic in one of them is raised on the calling
// goroutine. A shorter message stays on the calling goroutine and allocates nothing,
// if out has the capacity. All functions are safe for concurrent use.
//
// # Speed
//
// With AVX-512 and IFMA, one core seals 1 MiB 4.7 (Zen 4) to 6 times (Sapphire Rapids)
// as fast as x/crypto's package, and opens it 4.6 to 5.2 times as fast; with AVX2, 2.5
// to 3 times. Elsewhere it takes up to 15% longer than x/crypto, and without AVX-512
// messages below 128 bytes take up to 25% longer. Long messages are shared by all
// cores, too. bench/README.md has all figures, also next to libsodium, and
// "largebox bench" measures those of the machine at hand.
package secretbox

import "github.com/largebox/largebox/internal/xsalsa20poly1305"

// Overhead is the number of bytes of overhead when boxing a message.
const Overhead = xsalsa20poly1305.TagSize

// Seal appends an encrypted and authenticated copy of message to out, which
// must not overlap message. The key and nonce pair must be unique for each
// message. The output is Overhead bytes longer than message.
func Seal(out, message []byte, nonce *[24]byte, key *[32]byte) []byte {
	return xsalsa20poly1305.SealSlice(out, message, nonce, key)
}

// Open authenticates and decrypts a box that Seal made and appends the message
// to out, which must not overlap box. The output is Overhead bytes shorter than
// box. If Open returns false, it has written nothing.
func Open(out, box []byte, nonce *[24]byte, key *[32]byte) ([]byte, bool) {
	return xsalsa20poly1305.OpenSlice(out, box, nonce, key)
}
