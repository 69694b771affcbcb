package box

import (
	"crypto/rand"
	"testing"

	"golang.org/x/crypto/nacl/box"
)

// TestPrecompute compares shared keys with x/crypto's, also those of public keys of
// low order, which both accept.
func TestPrecompute(t *testing.T) {
	lowOrder := [][32]byte{{}, {1}, {0xec}, {0xed}}
	for i := 1; i < 31; i++ {
		lowOrder[2][i], lowOrder[3][i] = 0xff, 0xff // p-1 and p
	}
	lowOrder[2][31], lowOrder[3][31] = 0x7f, 0x7f
	var private [32]byte
	for i := range 50 {
		var public [32]byte
		rand.Read(public[:])
		rand.Read(private[:])
		if i < len(lowOrder) {
			public = lowOrder[i]
		}
		var got, want [32]byte
		Precompute(&got, &public, &private)
		box.Precompute(&want, &public, &private)
		if got != want {
			t.Errorf("with the public key %x, the shared key differs from x/crypto's", public)
		}
	}
}
