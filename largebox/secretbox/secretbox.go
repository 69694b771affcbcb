// Package secretbox is a drop-in for golang.org/x/crypto/nacl/secretbox: the
// same functions, the same bytes, on all cores.
//
// # A replacement
//
// Change the import, and nothing else:
//
//	import "github.com/largebox/largebox/largebox/secretbox"
//
// The contract is x/crypto's. Results are appended to out, in place if it has
// the capacity; an output that overlaps the input panics; Open authenticates
// all of the box before it writes a byte of the message, and where it fails it
// returns nil and false and has not touched out. Tests do the same with both
// packages, and compare.
//
// Messages of 128 KiB and more are shared by up to GOMAXPROCS goroutines, which
// have ended when the call returns; a panic in one of them is raised on the
// calling goroutine. Shorter ones stay there. Then nothing is allocated, if out
// has the capacity.
//
// # Speed
//
// With AVX-512 and IFMA, one core seals 1 MiB 6 times as fast as x/crypto's
// package and opens it 5 times as fast; with AVX2, 2.6 and 2.5 times; elsewhere as
// fast, and messages below 128 bytes up to 17% slower. Long messages are shared by
// all cores besides. bench/README.md has all figures, also next to libsodium, and
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
// box. If it returns false, it has written nothing.
func Open(out, box []byte, nonce *[24]byte, key *[32]byte) ([]byte, bool) {
	return xsalsa20poly1305.OpenSlice(out, box, nonce, key)
}
