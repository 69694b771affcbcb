package bench

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/largebox/largebox/largebox"
	"golang.org/x/crypto/nacl/secretbox"
)

var (
	testKey   = [largebox.KeySize]byte{1}
	testNonce = [largebox.NonceSize]byte{2} // nothing here is secret
)

var engines = []struct {
	name string
	seal func(out, message []byte, nonce *[24]byte, key *[32]byte) []byte
	open func(out, box []byte, nonce *[24]byte, key *[32]byte) ([]byte, bool)
}{
	{"largebox", largebox.Seal, largebox.Open},
	{"xcrypto", secretbox.Seal, secretbox.Open},
}

// randomness is the same incompressible stream every time.
func randomness() *rand.ChaCha8 { return rand.NewChaCha8([32]byte{3}) }

// The first call, before the clock starts, faults in all of the destination.

func BenchmarkSeal(b *testing.B) {
	for _, n := range sliceSizes {
		for _, e := range engines {
			b.Run(fmt.Sprintf("engine=%s/size=%v", e.name, n), func(b *testing.B) {
				message := make([]byte, n)
				randomness().Read(message)
				out := make([]byte, 0, len(message)+largebox.Overhead)
				e.seal(out, message, &testNonce, &testKey)
				b.SetBytes(int64(n))
				b.ReportAllocs()
				for b.Loop() {
					e.seal(out, message, &testNonce, &testKey)
				}
			})
		}
	}
}

func BenchmarkOpen(b *testing.B) {
	for _, n := range sliceSizes {
		for _, e := range engines {
			b.Run(fmt.Sprintf("engine=%s/size=%v", e.name, n), func(b *testing.B) {
				out := make([]byte, n)
				randomness().Read(out)
				box := largebox.Seal(nil, out, &testNonce, &testKey)
				if _, ok := e.open(out[:0], box, &testNonce, &testKey); !ok {
					b.Fatal("not authentic")
				}
				b.SetBytes(int64(n))
				b.ReportAllocs()
				for b.Loop() {
					e.open(out[:0], box, &testNonce, &testKey)
				}
			})
		}
	}
}
