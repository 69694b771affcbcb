package largebox

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"runtime"
	"testing"
	"unsafe"

	"github.com/largebox/largebox/internal/xsalsa20poly1305"
	lbox "github.com/largebox/largebox/largebox/box"
	lsecretbox "github.com/largebox/largebox/largebox/secretbox"
	xbox "golang.org/x/crypto/nacl/box"
	xsecretbox "golang.org/x/crypto/nacl/secretbox"
)

// A program that changes its import relies on more than the bytes. These tests call
// x/crypto's functions and the drop-ins in the same way, and compare all effects.

// An api is Seal and Open with keys and nonce bound.
type api struct {
	seal func(out, message []byte) []byte
	open func(out, box []byte) ([]byte, bool)
}

// A dropIn is an api of x/crypto's, and the one that replaces it.
type dropIn struct {
	name         string
	theirs, ours api
	overhead     int
	// keyed says that no key has to be computed first, so that nothing is allocated.
	keyed bool
}

func dropIns(t *testing.T) []dropIn {
	t.Helper()
	entropy := func() *rand.ChaCha8 { return rand.NewChaCha8([32]byte{5}) }
	nonce, key := &[NonceSize]byte{4, 5, 6}, &testKey
	public, private, err := lbox.GenerateKey(entropy())
	if err != nil {
		t.Fatal(err)
	}
	// must returns p. An error would be one of entropy.
	must := func(p []byte, err error) []byte {
		if err != nil {
			t.Error(err)
		}
		return p
	}
	return []dropIn{
		{
			name: "secretbox", overhead: Overhead, keyed: true,
			theirs: api{
				func(out, m []byte) []byte { return xsecretbox.Seal(out, m, nonce, key) },
				func(out, b []byte) ([]byte, bool) { return xsecretbox.Open(out, b, nonce, key) },
			},
			ours: api{
				func(out, m []byte) []byte { return lsecretbox.Seal(out, m, nonce, key) },
				func(out, b []byte) ([]byte, bool) { return lsecretbox.Open(out, b, nonce, key) },
			},
		},
		{
			name: "box", overhead: Overhead,
			theirs: api{
				func(out, m []byte) []byte { return xbox.Seal(out, m, nonce, public, private) },
				func(out, b []byte) ([]byte, bool) { return xbox.Open(out, b, nonce, public, private) },
			},
			ours: api{
				func(out, m []byte) []byte { return lbox.Seal(out, m, nonce, public, private) },
				func(out, b []byte) ([]byte, bool) { return lbox.Open(out, b, nonce, public, private) },
			},
		},
		{
			name: "box, precomputed", overhead: Overhead, keyed: true,
			theirs: api{
				func(out, m []byte) []byte { return xbox.SealAfterPrecomputation(out, m, nonce, key) },
				func(out, b []byte) ([]byte, bool) { return xbox.OpenAfterPrecomputation(out, b, nonce, key) },
			},
			ours: api{
				func(out, m []byte) []byte { return lbox.SealAfterPrecomputation(out, m, nonce, key) },
				func(out, b []byte) ([]byte, bool) { return lbox.OpenAfterPrecomputation(out, b, nonce, key) },
			},
		},
		{
			name: "sealed box", overhead: lbox.AnonymousOverhead,
			theirs: api{
				func(out, m []byte) []byte { return must(xbox.SealAnonymous(out, m, public, entropy())) },
				func(out, b []byte) ([]byte, bool) { return xbox.OpenAnonymous(out, b, public, private) },
			},
			ours: api{
				func(out, m []byte) []byte { return must(lbox.SealAnonymous(out, m, public, entropy())) },
				func(out, b []byte) ([]byte, bool) { return lbox.OpenAnonymous(out, b, public, private) },
			},
		},
	}
}

// A layout says where in one buffer the input (in) and the slice that is appended to
// (out) start, and gives that slice's length and the capacity behind it.
type layout struct{ in, out, len, cap int }

// layouts returns the layouts that Seal and Open treat differently, for an input of n
// bytes and an output of m.
func layouts(n, m int) map[string]layout {
	return map[string]layout{
		"room to spare":                       {in: 0, out: n, len: 7, cap: m + 50},
		"just enough room":                    {in: 0, out: n, len: 7, cap: m},
		"a byte too little":                   {in: 0, out: n, len: 7, cap: m - 1},
		"no room":                             {in: 0, out: n, len: 7, cap: 0},
		"in place":                            {in: 60, out: 60, len: 0, cap: m},
		"in place, too little":                {in: 60, out: 60, len: 0, cap: m - 1},
		"right behind the input":              {in: 0, out: n - 7, len: 7, cap: m},
		"from the last byte of the input":     {in: 0, out: max(n-8, 0), len: 7, cap: m},
		"right before the input":              {in: m + 7, out: 0, len: 7, cap: m},
		"up to the first byte of the input":   {in: m + 6, out: 0, len: 7, cap: m},
		"the prefix overlaps, not the output": {in: 0, out: n / 2, len: n - n/2, cap: m},
	}
}

// effects are all that a call can do.
type effects struct {
	panicked, ok, isNil bool
	result              []byte
	at                  int    // where in the buffer the result is, or -1
	buffer              []byte // afterwards
}

func (h effects) equal(g effects) bool {
	return h.panicked == g.panicked && h.ok == g.ok && h.isNil == g.isNil && h.at == g.at &&
		bytes.Equal(h.result, g.result) && bytes.Equal(h.buffer, g.buffer)
}

func (h effects) String() string {
	return fmt.Sprintf("panicked %t, ok %t, nil %t, %d bytes at %d", h.panicked, h.ok, h.isNil, len(h.result), h.at)
}

// try calls fn with input and out laid out in a buffer of their own.
func try(l layout, input []byte, n int, fn func(out, in []byte) ([]byte, bool)) (h effects) {
	buf := make([]byte, l.in+l.out+2*n+l.len+l.cap+100)
	for i := range buf {
		buf[i] = byte(i) | 1
	}
	in := buf[l.in : l.in+len(input) : l.in+len(input)]
	copy(in, input)
	out := buf[l.out : l.out+l.len : l.out+l.len+max(l.cap, 0)]
	defer func() { h.panicked, h.buffer = recover() != nil, buf }()
	h.at = -1
	h.result, h.ok = fn(out, in)
	h.isNil = h.result == nil
	if from := uintptr(unsafe.Pointer(unsafe.SliceData(h.result))); h.result != nil {
		if start := uintptr(unsafe.Pointer(&buf[0])); from >= start && from < start+uintptr(len(buf)) {
			h.at = int(from - start)
		}
	}
	return h
}

func TestDropInsBehaveAlike(t *testing.T) {
	for _, d := range dropIns(t) {
		t.Run(d.name, func(t *testing.T) {
			panics := 0
			compare := func(what string, l layout, input []byte, theirs, ours func(out, in []byte) ([]byte, bool)) effects {
				n := len(input) + d.overhead
				want, got := try(l, input, n, theirs), try(l, input, n, ours)
				if !got.equal(want) {
					t.Errorf("%s, %d bytes: x/crypto: %v; here: %v (the same bytes: %t, %t)", what, len(input), want, got,
						bytes.Equal(got.result, want.result), bytes.Equal(got.buffer, want.buffer))
				}
				if want.panicked {
					panics++
				}
				return want
			}
			sealed := func(seal func(out, m []byte) []byte) func(out, in []byte) ([]byte, bool) {
				return func(out, in []byte) ([]byte, bool) { return seal(out, in), true }
			}
			for _, n := range []int{0, 1, 8, 31, 32, 33, 1000, xsalsa20poly1305.ParallelSize + 1} {
				m := message(n)
				box := d.theirs.seal(nil, m)
				altered := bytes.Clone(box)
				altered[len(altered)-1] ^= 1
				if n >= 8 {
					for name, l := range layouts(n, len(box)) {
						compare("seal, "+name, l, m, sealed(d.theirs.seal), sealed(d.ours.seal))
					}
				} else {
					compare("seal", layout{in: 0, out: n, len: 7, cap: len(box)}, m, sealed(d.theirs.seal), sealed(d.ours.seal))
				}
				for name, l := range layouts(len(box), n) {
					compare("open, "+name, l, box, d.theirs.open, d.ours.open)
					if h := compare("open an altered box, "+name, l, altered, d.theirs.open, d.ours.open); h.ok || h.panicked {
						t.Errorf("%s: x/crypto: %v", name, h)
					}
				}
			}
			for n := range d.overhead {
				compare("open a box that is too short", layout{out: n, len: 7, cap: 100}, make([]byte, n), d.theirs.open, d.ours.open)
			}
			if panics == 0 {
				t.Error("no overlap panicked")
			}
		})
	}
}

// TestDropInsAllocate checks, on one core and with slices that are large enough, that
// the drop-ins allocate nothing if they get the key, and no more than x/crypto if they
// have to compute it.
func TestDropInsAllocate(t *testing.T) {
	if raceEnabled {
		t.Skip("the race detector allocates")
	}
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	for _, d := range dropIns(t) {
		for _, n := range []int{0, 64, 4096, 2 * xsalsa20poly1305.ParallelSize} {
			m := message(n)
			box := d.theirs.seal(nil, m)
			sealed, opened := make([]byte, 0, len(box)), make([]byte, 0, n)
			allocations := func(a api) (seal, open float64) {
				return testing.AllocsPerRun(20, func() { a.seal(sealed, m) }), testing.AllocsPerRun(20, func() { a.open(opened, box) })
			}
			seal, open := allocations(d.ours)
			wantSeal, wantOpen := 0.0, 0.0
			if !d.keyed {
				wantSeal, wantOpen = allocations(d.theirs)
			}
			if seal > wantSeal || open > wantOpen {
				t.Errorf("%s of %d bytes: Seal allocates %v times, Open %v; want %v and %v at the most", d.name, n, seal, open, wantSeal, wantOpen)
			}
		}
	}
}
