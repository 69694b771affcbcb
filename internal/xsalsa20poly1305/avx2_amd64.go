//go:build !purego

package xsalsa20poly1305

import (
	"math/bits"
	"unsafe"

	"github.com/largebox/largebox/internal/scratch"
)

// weights are the multipliers of the words of a group of 64 terms, for Poly1305
// with AVX2. The weight of word i of term t is r^(64-t)*2^(32i), in five digits of 26
// bits; the last digit may be 2^26. Digits are stored in rows of eight: row 5c+d has
// digit d of the weights of the eight words in bytes 32c to 32c+31. The kernel reads
// the weights of odd words by reading a row from its second word on, one word beyond
// its end.
type weights struct {
	digits    [weightWords + 6]uint32
	first     int          // index of the first row, at a multiple of 32 bytes
	constants [2][3]uint64 // r^64, and the sum of the bits 2^128 of all terms
}

const weightWords = groupSize/32*5*8 + 1

// set computes the weights for r, which takes about as long as horner for 3 KiB.
//
// An upper word x2 is 4 only after a carry through the word below it, which is zero
// then. So no digit is more than 2^26.
func (w *weights) set(r clamped) {
	r0, r1 := r.w0, r.w1
	f1 := r1 + r1>>2
	h0, h1, h2 := r0, r1, uint64(0) // r^(64-t)
	var ones elem
	w.first = int(-uintptr(unsafe.Pointer(&w.digits)) % 32 / 4)
	for t := groupSize/termSize - 1; ; t-- {
		rows := w.digits[w.first+t/2*40+t%2*4:][:36]
		x0, x1, x2 := h0, h1, h2
		for i := range 4 {
			const mask = 1<<26 - 1
			rows[i] = uint32(x0 & mask)
			rows[i+8] = uint32(x0 >> 26 & mask)
			rows[i+16] = uint32((x0>>52 | x1<<12) & mask)
			rows[i+24] = uint32(x1 >> 14 & mask)
			rows[i+32] = uint32(x1>>40 | x2<<24)
			// Multiply by 2^32.
			top := x2<<32 | x1>>32
			var carry uint64
			x1 = x1<<32 | x0>>32
			x0, carry = bits.Add64(x0<<32, top>>2*5, 0)
			x1, carry = bits.Add64(x1, 0, carry)
			x2 = top&3 + carry
		}
		var carry uint64
		ones.w0, carry = bits.Add64(ones.w0, x0, 0)
		ones.w1, carry = bits.Add64(ones.w1, x1, carry)
		ones.w2 += x2 + carry
		if t == 0 {
			break
		}

		// Multiply by r, as horner does.
		ahi, alo := bits.Mul64(h0, r0)
		bhi, blo := bits.Mul64(h1, f1)
		lo0, carry := bits.Add64(alo, blo, 0)
		hi0, _ := bits.Add64(ahi, bhi, carry)
		ahi, alo = bits.Mul64(h0, r1)
		bhi, blo = bits.Mul64(h1, r0)
		lo1, carry := bits.Add64(alo, blo, 0)
		hi1, _ := bits.Add64(ahi, bhi, carry)
		lo1, carry = bits.Add64(lo1, h2*f1, 0)
		hi1 += carry
		lo1, carry = bits.Add64(lo1, hi0, 0)
		hi1 += carry
		top := h2*r0 + hi1
		h0, carry = bits.Add64(lo0, top>>2+top&^3, 0)
		h1, carry = bits.Add64(lo1, 0, carry)
		h2 = top&3 + carry
	}
	ones = fold(ones)
	w.constants = [2][3]uint64{{h0, h1, h2}, {ones.w0, ones.w1, ones.w2}}
}

// absorb is horner for whole groups.
func (w *weights) absorb(h elem, c []byte) elem {
	words := weightedSums.Get()
	defer weightedSums.Put(words)
	words[0], words[1], words[2] = h.w0, h.w1, h.w2
	digits := (*[weightWords]uint32)(w.digits[w.first:])
	for len(c) > 0 {
		n := min(stretch, len(c))
		absorbWeightedAVX2(words, digits, &w.constants, &c[0], uint64(n)/groupSize)
		c = c[n:]
	}
	return elem{words[0], words[1], words[2]}
}

// weightedSums lends memory for the sum of absorbWeightedAVX2 and its variables.
var weightedSums scratch.Pool[[9]uint64]

// xorGroupsAVX2 is xorKeystream for whole groups.
func (b *Box) xorGroupsAVX2(dst, src []byte, n uint64) {
	vectors := salsaVectors.Get()
	defer salsaVectors.Put(vectors)
	for len(src) > 0 {
		m := min(stretch, len(src))
		xorKeystream2x8AVX2(&dst[0], &src[0], uint64(m)/groupSize, &b.inputs, n, vectors)
		dst, src, n = dst[m:], src[m:], n+uint64(m/BlockSize)
	}
}

// salsaVectors lends memory for the variables of xorKeystream2x8AVX2.
var salsaVectors scratch.Pool[[1984]byte]

// firstRound sets x to the part of Salsa20's first round, on columns, that is the
// same for all blocks: nine words, and the values that words 8 and 9, the block
// counter, are combined with. The other five words depend on the counter.
func (x *matrix) firstRound(from *matrix) {
	*x = *from
	x[8], x[9] = 0, 0
	x[4] ^= bits.RotateLeft32(x[0]+x[12], 7)
	x[8] = bits.RotateLeft32(x[4]+x[0], 9)
	x[9] = bits.RotateLeft32(x[5]+x[1], 7)
	for _, q := range [2][4]int{{10, 14, 2, 6}, {15, 3, 7, 11}} {
		x[q[1]] ^= bits.RotateLeft32(x[q[0]]+x[q[3]], 7)
		x[q[2]] ^= bits.RotateLeft32(x[q[1]]+x[q[0]], 9)
		x[q[3]] ^= bits.RotateLeft32(x[q[2]]+x[q[1]], 13)
		x[q[0]] ^= bits.RotateLeft32(x[q[3]]+x[q[2]], 18)
	}
}
