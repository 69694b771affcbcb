package bench

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"unsafe"

	"github.com/largebox/largebox/internal/xsalsa20poly1305"
	"github.com/largebox/largebox/largebox"
	lsecretbox "github.com/largebox/largebox/largebox/secretbox"
	"golang.org/x/crypto/nacl/secretbox"
)

var (
	testKey   = [largebox.KeySize]byte{1}
	testNonce = [largebox.NonceSize]byte{2} // nothing here is secret
)

// An engine seals and opens messages in memory.
type engine struct {
	name string
	seal func(out, message []byte, nonce *[24]byte, key *[32]byte) []byte
	open func(out, box []byte, nonce *[24]byte, key *[32]byte) ([]byte, bool)
	// kernel is the kernel to use; empty for a peer.
	kernel string
}

// peerEngines are the engines that are not largebox's.
var peerEngines = []engine{{name: "xcrypto", seal: secretbox.Seal, open: secretbox.Open}}

// engines returns the kernels of largebox that this processor has, best first, and the
// peers.
var engines = sync.OnceValue(func() []engine {
	var all []engine
	for _, kernel := range xsalsa20poly1305.Engines() {
		all = append(all, engine{kernel, lsecretbox.Seal, lsecretbox.Open, kernel})
	}
	return slices.Concat(all, peerEngines)
})

// use selects e's kernel until the benchmark ends.
func (e engine) use(tb testing.TB) {
	tb.Helper()
	if e.kernel == "" {
		return
	}
	restore, err := xsalsa20poly1305.Use(e.kernel)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(restore)
}

// randomness returns the same incompressible stream every time.
func randomness() *rand.ChaCha8 { return rand.NewChaCha8([32]byte{3}) }

// message returns n random bytes. All benchmarks share them, and only read them.
func message(n size) []byte {
	if have := size(len(longest)); have < n {
		longest = make([]byte, n)
		randomness().Read(longest)
	}
	return longest[:n:n]
}

var longest []byte

// The call before the clock starts makes all pages of the destination resident.

func BenchmarkSeal(b *testing.B) {
	for _, n := range sliceSizes {
		for _, e := range engines() {
			b.Run(fmt.Sprintf("engine=%s/size=%v", e.name, n), func(b *testing.B) {
				uninterrupted(b)
				e.use(b)
				message := message(n)
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
		for _, e := range engines() {
			b.Run(fmt.Sprintf("engine=%s/size=%v", e.name, n), func(b *testing.B) {
				uninterrupted(b)
				e.use(b)
				benchmarkOpen(b, n, e.open)
			})
		}
	}
}

func benchmarkOpen(b *testing.B, n size, open func(out, box []byte, nonce *[24]byte, key *[32]byte) ([]byte, bool)) {
	box := lsecretbox.Seal(nil, message(n), &testNonce, &testKey)
	out := make([]byte, n)
	if _, ok := open(out[:0], box, &testNonce, &testKey); !ok {
		b.Fatal("not authentic")
	}
	b.SetBytes(int64(n))
	b.ReportAllocs()
	for b.Loop() {
		open(out[:0], box, &testNonce, &testKey)
	}
}

// BenchmarkOpenOnePass does what one worker of OpenFile does, from memory to memory: it
// authenticates and decrypts one piece of the box at a time, into one private block.
// Its peer, x/crypto's Open, reads the whole box twice and writes a destination of that
// length.
func BenchmarkOpenOnePass(b *testing.B) {
	for _, n := range onePassSizes() {
		for _, e := range engines() {
			open := e.open
			if e.kernel != "" {
				open = openOnePass
			} else if e.name != "xcrypto" {
				continue
			}
			b.Run(fmt.Sprintf("engine=%s/size=%v", e.name, n), func(b *testing.B) {
				uninterrupted(b)
				e.use(b)
				benchmarkOpen(b, n, open)
			})
		}
	}
}

const pieceSize = 512 << 10

// piece is the private block, which starts on a page.
var piece = func() []byte {
	const page = 4 << 10
	p := make([]byte, pieceSize+page)
	return p[-uintptr(unsafe.Pointer(&p[0]))%page:][:pieceSize]
}()

func openOnePass(_, box []byte, nonce *[24]byte, key *[32]byte) ([]byte, bool) {
	return nil, onePass(box, nonce, key, func([]byte) {})
}

// onePass opens box and gives each piece of the message to take, in order. It returns
// whether the box is authentic.
func onePass(box []byte, nonce *[24]byte, key *[32]byte, take func(p []byte)) bool {
	var b xsalsa20poly1305.Box
	b.Init(key, nonce)
	defer b.Wipe()
	tag, ciphertext := (*[largebox.Overhead]byte)(box), box[largebox.Overhead:]
	var part xsalsa20poly1305.Part
	for off := 0; off < len(ciphertext); off += pieceSize {
		src := ciphertext[off:min(off+pieceSize, len(ciphertext))]
		b.Open(&part, piece[:len(src)], src, int64(off))
		take(piece[:len(src)])
	}
	return b.Verify(tag, int64(len(ciphertext)), part)
}

// TestEnginesAgree: all engines make and accept the same boxes.
func TestEnginesAgree(t *testing.T) {
	for _, e := range engines() {
		t.Run(e.name, func(t *testing.T) {
			e.use(t)
			for _, n := range []size{0, 1, 1000, pieceSize, 2*pieceSize + 77} {
				m := message(n)
				box := secretbox.Seal(nil, m, &testNonce, &testKey)
				if got := e.seal([]byte("prefix"), m, &testNonce, &testKey); !bytes.Equal(got, append([]byte("prefix"), box...)) {
					t.Errorf("a box of %v differs from x/crypto's", n)
				}
				if got, ok := e.open(nil, box, &testNonce, &testKey); !ok || !bytes.Equal(got, m) {
					t.Errorf("a box of %v does not open", n)
				}
				var got []byte
				if !onePass(box, &testNonce, &testKey, func(p []byte) { got = append(got, p...) }) || !bytes.Equal(got, m) {
					t.Errorf("a box of %v does not open in one pass", n)
				}
				box[0] ^= 1
				if _, ok := e.open(nil, box, &testNonce, &testKey); ok {
					t.Errorf("an altered box of %v opens", n)
				}
			}
		})
	}
}
