package largebox

import "github.com/largebox/largebox/internal/xsalsa20poly1305"

// Sizes in bytes.
const (
	// KeySize is the size of a secret key, a public key and a private key.
	KeySize = 32
	// NonceSize is the size of a nonce.
	NonceSize = 24
	// Overhead is how much longer Seal's output is than the message. A file has
	// the nonce in front besides, or 32 bytes of public key in a sealed box.
	Overhead = 16
	// ParallelSize is the length of a message from which Seal and Open share
	// the work among up to GOMAXPROCS goroutines.
	ParallelSize = xsalsa20poly1305.ParallelSize
)

// Seal appends the box of message (tag, then ciphertext) to out and returns the
// result. The nonce must be unique for each message under one key. It is
// x/crypto's secretbox.Seal: out and message must not overlap, on pain of
// panic, and nothing is allocated if out has the capacity and message is
// shorter than ParallelSize.
//
// Longer messages are shared by up to GOMAXPROCS goroutines, which have ended
// when Seal returns. A panic in one of them, for instance the fault of a mapped
// slice under debug.SetPanicOnFault, is raised on the calling goroutine.
func Seal(out, message []byte, nonce *[NonceSize]byte, key *[KeySize]byte) []byte {
	return xsalsa20poly1305.SealSlice(out, message, nonce, key)
}

// Open appends the message in box to out, and returns the result and whether
// box is authentic. It is x/crypto's secretbox.Open, with the remarks of Seal.
// The whole box is authenticated before any of it is decrypted: where Open
// returns false, it has not written a byte. It reads box twice, so box must not
// be changed meanwhile, for instance through another mapping of its file;
// OpenFile does not depend on that.
func Open(out, box []byte, nonce *[NonceSize]byte, key *[KeySize]byte) ([]byte, bool) {
	return xsalsa20poly1305.OpenSlice(out, box, nonce, key)
}
