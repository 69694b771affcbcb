package xsalsa20poly1305

import (
	"bytes"
	"runtime"
	"testing"

	"golang.org/x/crypto/nacl/secretbox"
)

// use makes k the kernel until what it returns is called.
func use(k kernel) (restore func()) {
	before := active
	active = k
	return func() { active = before }
}

// eachKernel runs fn with every kernel that this processor has.
func eachKernel(t *testing.T, fn func(t *testing.T)) {
	for _, k := range available() {
		t.Run(k.String(), func(t *testing.T) {
			defer use(k)()
			fn(t)
		})
	}
}

// TestKernelIsTheBest: what serves is the first of those available, and the
// portable one always is.
func TestKernelIsTheBest(t *testing.T) {
	all := available()
	t.Logf("kernels on this %s: %v", runtime.GOARCH, all)
	if active != all[0] || all[len(all)-1] != portable || Engine() != all[0].String() {
		t.Errorf("%v serves, of %v", active, all)
	}
}

// TestAlignments seals and opens at every alignment of source and destination
// in a cache line.
func TestAlignments(t *testing.T) {
	eachKernel(t, func(t *testing.T) {
		r := rng(30)
		key, nonce := randomKey(r)
		const n = 3*groupSize + 77
		message, buf := random(r, n+64), make([]byte, n+64)
		var b Box
		b.Init(key, nonce)
		for from := range 64 {
			for to := 0; to < 64; to += 7 {
				src, dst := message[from:from+n], buf[to:to+n]
				want := secretbox.Seal(nil, src, nonce, key)
				var sealed, opened Part
				b.Seal(&sealed, dst, src, 0)
				if tag := b.Tag(n, sealed); !bytes.Equal(tag[:], want[:TagSize]) || !bytes.Equal(dst, want[TagSize:]) {
					t.Fatalf("sealing from %d to %d differs from x/crypto", from, to)
				}
				b.Open(&opened, dst, dst, 0)
				if !bytes.Equal(dst, src) || b.Tag(n, opened) != b.Tag(n, sealed) {
					t.Fatalf("opening at %d differs", to)
				}
			}
		}
	})
}

// TestLanes has the lanes agree with the chain, for every number of groups and
// where all carries happen that can.
func TestLanes(t *testing.T) {
	if available()[0] == portable {
		t.Skip("no vector kernel on this processor")
	}
	r := rng(31)
	const ones = ^uint64(0)
	messages := [][]byte{
		bytes.Repeat([]byte{0xff}, 64*laneSize),
		bytes.Repeat([]byte{0}, 64*laneSize),
		bytes.Repeat(append(bytes.Repeat([]byte{0xff}, 16), bytes.Repeat([]byte{0}, 16)...), 4*laneSize),
		random(r, 64*laneSize),
	}
	for _, key := range []clamped{clamp(ones, ones), clamp(0, 0), clamp(1, 0), clamp(0, ones), clamp(r.Uint64(), r.Uint64())} {
		var p powers
		for _, start := range extremes(r) {
			start = fold(start)
			for _, m := range messages {
				for groups := 1; groups <= 64; groups += 1 + groups/3 {
					c := m[:groups*laneSize]
					got, want := hornerLanes(start, p.of(key), c), horner(start, key, c)
					if got[2] > 4 || reduce(got) != reduce(want) {
						t.Fatalf("%d groups with r = %x from %x differ", groups, key, start)
					}
				}
			}
		}
	}
}
