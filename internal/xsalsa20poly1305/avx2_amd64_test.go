//go:build !purego

package xsalsa20poly1305

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"testing"

	"golang.org/x/crypto/nacl/secretbox"
	"golang.org/x/sys/cpu"
)

// needAVX2 skips where the processor has no AVX2, whichever kernel serves.
func needAVX2(t testing.TB) {
	if !cpu.X86.HasAVX2 {
		t.Skip("no AVX2 on this processor")
	}
}

// TestWeights has every weight be what it stands for, and fit.
func TestWeights(t *testing.T) {
	r := rng(40)
	for _, key := range clampedKeys(r) {
		var w weights
		w.init(key)
		x, ones := elem{1}, elem{}
		for term := groupSize/termSize - 1; term >= 0; term-- {
			x = mul(x, key.elem())
			ones = add(ones, mul(x, elem{0, 0, 1}))
			for i := range 4 {
				var sum elem
				for d := range 5 {
					digit := w.digits[w.first+term/2*40+d*8+term%2*4+i]
					if digit > 1<<26 || digit == 1<<26 && d < 4 {
						t.Fatalf("word %d of term %d: digit %d is %#x", i, term, d, digit)
					}
					at := d * 26
					var word elem
					word[at/64] = uint64(digit) << (at % 64)
					if at%64 > 64-27 && at/64 < 2 {
						word[at/64+1] = uint64(digit) >> (64 - at%64)
					}
					sum = add(sum, word)
				}
				word := elem{}
				word[i/2] = 1 << (i % 2 * 32)
				if reduce(sum) != reduce(mul(x, word)) {
					t.Fatalf("word %d of term %d differs", i, term)
				}
			}
		}
		if reduce(w.constants[0]) != reduce(x) || w.constants[0][2] > 4 || reduce(w.constants[1]) != reduce(ones) {
			t.Fatalf("constants %x, want %x and %x", w.constants, x, ones)
		}
	}
}

// clampedKeys are values of r, at the ends and random ones.
func clampedKeys(r interface{ Uint64() uint64 }) []clamped {
	const ones = ^uint64(0)
	keys := []clamped{clamp(ones, ones), clamp(0, 0), clamp(1, 0), clamp(2, 0), clamp(0, ones), clamp(ones, 0), clamp(0, 4)}
	for range 8 {
		keys = append(keys, clamp(r.Uint64(), r.Uint64()))
	}
	return keys
}

// TestAbsorbAVX2 has the weighted sums agree with the chain, for every number of
// groups and where all carries happen that can.
func TestAbsorbAVX2(t *testing.T) {
	needAVX2(t)
	r := rng(41)
	const groups = 20
	alternating := bytes.Repeat(append(bytes.Repeat([]byte{0xff}, 16), bytes.Repeat([]byte{0}, 16)...), groups*groupSize/32)
	messages := [][]byte{
		bytes.Repeat([]byte{0xff}, groups*groupSize),
		bytes.Repeat([]byte{0}, groups*groupSize),
		alternating,
		bytes.Repeat([]byte{0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0}, groups*groupSize/8),
		bytes.Repeat([]byte{0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff}, groups*groupSize/8),
		random(r, groups*groupSize),
	}
	for _, key := range clampedKeys(r) {
		var w weights
		w.init(key)
		for i, start := range extremes(r) {
			for _, m := range messages {
				for n := 1; n <= groups; n++ {
					if i >= 20 && n%7 != 1 {
						continue
					}
					c := m[:n*groupSize]
					got, want := w.absorb(start, c), horner(fold(start), key, c)
					if got[2] > 4 || reduce(got) != reduce(want) {
						t.Fatalf("%d groups with r = %x from %x: %x, want %x", n, key, start, got, want)
					}
				}
			}
		}
	}
}

// TestAbsorbAVX2Extremes sets the weights themselves to what is the most that
// they may be, with which no sum may overflow.
func TestAbsorbAVX2Extremes(t *testing.T) {
	needAVX2(t)
	const most, words = 1 << 26, groupSize / 4
	var w weights
	for i := range w.digits {
		w.digits[i] = most
	}
	w.constants = [2][3]uint64{{^uint64(0), ^uint64(0), 4}, {^uint64(0), ^uint64(0), 4}}
	c := bytes.Repeat([]byte{0xff}, 3*groupSize)
	got, want := w.absorb(elem{^uint64(0), ^uint64(0), 15}, c), elem{^uint64(0), ^uint64(0), 15}
	digits := elem{}
	for d := range 5 {
		at := 26*d + 26
		var unit elem
		unit[at/64] = 1 << (at % 64)
		digits = add(digits, mul(unit, elem{words * (1<<32 - 1)}))
	}
	for range 3 {
		want = add(add(mul(want, w.constants[0]), digits), w.constants[1])
	}
	if got[2] > 4 || reduce(got) != reduce(want) {
		t.Fatalf("%x, want %x", reduce(got), reduce(want))
	}
}

// TestXORGroupsAVX2 has the keystream agree with x/crypto's for every number of
// groups, also where a word of the counter wraps.
func TestXORGroupsAVX2(t *testing.T) {
	needAVX2(t)
	r := rng(42)
	const groups = 20
	src, got, want := random(r, groups*groupSize), make([]byte, groups*groupSize), make([]byte, groups*groupSize)
	ones := Box{nonce: [8]byte(bytes.Repeat([]byte{0xff}, 8))}
	for i := range ones.subkey {
		ones.subkey[i] = 0xff
	}
	var b Box
	b.Init(randomKey(r))
	for _, b := range []*Box{&b, {}, &ones} {
		starts := []uint64{0, 1, 1<<31 - 5, 1 << 31, 1<<63 - 12, 1 << 63, 1<<64 - groups*groupSize/BlockSize}
		for before := range uint64(18) {
			starts = append(starts, 1<<32-before, 5<<32-before)
		}
		for n := uint64(1); n <= groups; n++ {
			for _, start := range starts {
				m := n * groupSize
				clear(got)
				b.xorGroupsAVX2(got[:m], src[:m], start)
				b.xorKeystream(want[:m], src[:m], start)
				if !bytes.Equal(got[:m], want[:m]) || !allZero(got[m:]) {
					t.Fatalf("%d groups from block %#x differ", n, start)
				}
			}
		}
		// x/crypto's counter wraps as a whole, and so does this one.
		for before := range uint64(34) {
			b.xorGroupsAVX2(got[:2*groupSize], src[:2*groupSize], -before)
			for i := range uint64(2 * groupSize / BlockSize) {
				block := salsa20(&b.subkey, b.nonce, i-before)
				for j, x := range block {
					at := int(i)*BlockSize + j
					if got[at] != src[at]^x {
						t.Fatalf("block %d from %#x differs at byte %d", i, -before, j)
					}
				}
			}
		}
	}
}

func allZero(p []byte) bool {
	for _, x := range p {
		if x != 0 {
			return false
		}
	}
	return true
}

// TestAlignmentsAVX2 does both algorithms at every alignment of source and
// destination in a cache line, and in place.
func TestAlignmentsAVX2(t *testing.T) {
	needAVX2(t)
	r := rng(43)
	const n = 2 * groupSize
	src, dst := random(r, n+64), make([]byte, n+128)
	var b Box
	b.Init(randomKey(r))
	var w weights
	w.init(b.r)
	want := make([]byte, n)
	for from := range 64 {
		src := src[from : from+n]
		b.xorKeystream(want, src, 7)
		for to := range 64 {
			clear(dst)
			b.xorGroupsAVX2(dst[to:to+n], src, 7)
			if !bytes.Equal(dst[to:to+n], want) || !allZero(dst[:to]) || !allZero(dst[to+n:]) {
				t.Fatalf("from %d to %d differs", from, to)
			}
			if got, want := w.absorb(elem{}, dst[to:to+n]), horner(elem{}, b.r, want); reduce(got) != reduce(want) {
				t.Fatalf("absorbing at %d differs", to)
			}
		}
		p := dst[from : from+n]
		copy(p, src)
		b.xorGroupsAVX2(p, p, 7)
		if !bytes.Equal(p, want) {
			t.Fatalf("in place at %d differs", from)
		}
	}
}

// FuzzAVX2 has both algorithms agree with the portable ones.
func FuzzAVX2(f *testing.F) {
	needAVX2(f)
	f.Add([]byte{1}, uint64(0), uint64(1), uint64(2))
	f.Add(bytes.Repeat([]byte{0xff}, 100), ^uint64(0), ^uint64(0), uint64(1<<32-3))
	f.Fuzz(func(t *testing.T, pattern []byte, r0, r1, n uint64) {
		if len(pattern) == 0 {
			return
		}
		c := make([]byte, (1+len(pattern)%3)*groupSize)
		for i := range c {
			c[i] = pattern[i%len(pattern)]
		}
		b := Box{r: clamp(r0, r1)}
		binary.LittleEndian.PutUint64(b.subkey[:], r0)
		binary.LittleEndian.PutUint64(b.subkey[24:], r1)
		got, want := make([]byte, len(c)), make([]byte, len(c))
		b.xorGroupsAVX2(got, c, n)
		if n < -uint64(len(c)/BlockSize) {
			b.xorKeystream(want, c, n)
			if !bytes.Equal(got, want) {
				t.Fatal("the keystreams differ")
			}
		}
		var w weights
		w.init(b.r)
		start := elem{n, r0, r1 % 16}
		if a, b := w.absorb(start, c), horner(fold(start), b.r, c); reduce(a) != reduce(b) {
			t.Fatal("the sums differ")
		}
	})
}

// sealAVX2 is Seal for whole groups, fused by blocks of n bytes.
func sealAVX2(b *Box, w *weights, dst, src []byte, fuse int) (h elem) {
	var block uint64
	for len(src) > 0 {
		n := min(fuse, len(src))
		b.xorGroupsAVX2(dst[:n], src[:n], block)
		h = w.absorb(h, dst[:n])
		dst, src, block = dst[n:], src[n:], block+uint64(n/BlockSize)
	}
	return h
}

// BenchmarkAVX2 has the primitives and what is made of them, beside x/crypto.
func BenchmarkAVX2(b *testing.B) {
	needAVX2(b)
	r := rng(44)
	key, nonce := randomKey(r)
	var box Box
	box.Init(key, nonce)
	var w weights
	b.Run("setup", func(b *testing.B) {
		for b.Loop() {
			w.init(box.r)
		}
	})
	for _, n := range []int{64 << 10, 1 << 20, 64 << 20} {
		src, dst := random(r, n), make([]byte, n+64)
		run := func(name string, fn func()) {
			b.Run(fmt.Sprintf("%s/%dKiB", name, n>>10), func(b *testing.B) {
				b.SetBytes(int64(n))
				for b.Loop() {
					fn()
				}
			})
		}
		run("x-crypto-seal", func() { secretbox.Seal(dst[:0], src, nonce, key) })
		sealed := secretbox.Seal(nil, src, nonce, key)
		run("x-crypto-open", func() { secretbox.Open(dst[:0], sealed, nonce, key) })
		run("xor", func() { box.xorGroupsAVX2(dst[:n], src, 0) })
		run("absorb", func() { w.absorb(elem{}, src) })
		for _, fuse := range []int{4 << 10, 16 << 10, 32 << 10, 64 << 10, 256 << 10} {
			run(fmt.Sprintf("seal-%dKiB", fuse>>10), func() { w.init(box.r); sealAVX2(&box, &w, dst[16:n+16], src, fuse) })
		}
		run("open", func() { w.init(box.r); w.absorb(elem{}, sealed[16:]); box.xorGroupsAVX2(dst[:n], sealed[16:], 0) })
	}
}

// BenchmarkAVX2Absorb shows from which length on the weights pay.
func BenchmarkAVX2Absorb(b *testing.B) {
	needAVX2(b)
	key := clamp(0x123456789abcdef0, 0xfedcba9876543210)
	for groups := 1; groups <= 8; groups++ {
		c := make([]byte, groups*groupSize)
		b.Run(fmt.Sprintf("weighted/%d", groups), func(b *testing.B) {
			b.SetBytes(int64(len(c)))
			var w weights
			for b.Loop() {
				w.init(key)
				w.absorb(elem{}, c)
			}
		})
		b.Run(fmt.Sprintf("horner/%d", groups), func(b *testing.B) {
			b.SetBytes(int64(len(c)))
			for b.Loop() {
				horner(elem{}, key, c)
			}
		})
	}
}
