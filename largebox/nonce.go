package largebox

import (
	"fmt"
	"io/fs"
	"sync/atomic"

	"github.com/largebox/largebox/internal/xsalsa20poly1305"
)

// UnsafeNonce returns key as a Sealer that uses this nonce instead of a random one,
// for one box: sealing a second one with it is an fs.ErrInvalid.
//
// Two messages under one key and nonce give away both of them, and let anybody
// forge boxes. UnsafeNonce is for test vectors, and for protocols that see to
// unique nonces themselves.
func UnsafeNonce(key Key, nonce [NonceSize]byte) Sealer {
	return &unsafeNonce{key: key, nonce: nonce}
}

type unsafeNonce struct {
	key   Key
	nonce [NonceSize]byte
	used  atomic.Bool
}

var errNonceUsed = fmt.Errorf("the Sealer of UnsafeNonce has been used: %w", fs.ErrInvalid)

func (u *unsafeNonce) seal(b *xsalsa20poly1305.Box, _ *[NonceSize]byte) ([]byte, error) {
	if u.used.Swap(true) {
		return nil, errNonceUsed
	}
	return u.key.seal(b, &u.nonce)
}
