//go:build !purego

package xsalsa20poly1305

import (
	"bytes"
	"testing"

	"golang.org/x/sys/cpu"
)

// needAVX2 skips the test if the processor has no AVX2, whichever kernel is in use.
func needAVX2(t testing.TB) {
	if !cpu.X86.HasAVX2 {
		t.Skip("no AVX2 on this processor")
	}
}

// elemOf returns the elem of three words.
func elemOf(w [3]uint64) elem { return elem{w[0], w[1], w[2]} }

// TestWeights checks the value of every weight and the range of its digits.
func TestWeights(t *testing.T) {
	r := rng(40)
	for _, key := range clampedKeys(r) {
		var w weights
		w.set(key)
		x, ones := elem{1, 0, 0}, elem{}
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
					var word [3]uint64
					word[at/64] = uint64(digit) << (at % 64)
					if at%64 > 64-27 && at/64 < 2 {
						word[at/64+1] = uint64(digit) >> (64 - at%64)
					}
					sum = add(sum, elemOf(word))
				}
				var word [3]uint64
				word[i/2] = 1 << (i % 2 * 32)
				if reduce(sum) != reduce(mul(x, elemOf(word))) {
					t.Fatalf("word %d of term %d differs", i, term)
				}
			}
		}
		if reduce(elemOf(w.constants[0])) != reduce(x) || w.constants[0][2] > 4 || reduce(elemOf(w.constants[1])) != reduce(ones) {
			t.Fatalf("constants %x, want %x and %x", w.constants, x, ones)
		}
	}
}

// clampedKeys returns values of r: those at the ends of its range, and random ones.
func clampedKeys(r interface{ Uint64() uint64 }) []clamped {
	const ones = ^uint64(0)
	keys := []clamped{clamp(ones, ones), clamp(0, 0), clamp(1, 0), clamp(2, 0), clamp(0, ones), clamp(ones, 0), clamp(0, 4)}
	for range 8 {
		keys = append(keys, clamp(r.Uint64(), r.Uint64()))
	}
	return keys
}

// TestWeightedLimits sets all weights and terms to their greatest values, with which
// no sum may overflow.
func TestWeightedLimits(t *testing.T) {
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
		var unit [3]uint64
		unit[at/64] = 1 << (at % 64)
		digits = add(digits, mul(elemOf(unit), elem{words * (1<<32 - 1), 0, 0}))
	}
	for range 3 {
		want = add(add(mul(want, elemOf(w.constants[0])), digits), elemOf(w.constants[1]))
	}
	if got.w2 > 4 || reduce(got) != reduce(want) {
		t.Fatalf("%x, want %x", reduce(got), reduce(want))
	}
}
