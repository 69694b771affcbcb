package xsalsa20poly1305

import (
	"encoding/binary"
	"math/bits"
)

// An elem is an integer mod 2^130-5, little-endian, not fully reduced: every
// function here takes and gives elem[2] < 16.
type elem [3]uint64

// clamped is Poly1305's r, a 124-bit number whose upper word is a multiple of
// four, by construction.
type clamped [2]uint64

func clamp(lo, hi uint64) clamped {
	return clamped{lo & 0x0ffffffc0fffffff, hi & 0x0ffffffc0ffffffc}
}

func (r clamped) elem() elem { return elem{r[0], r[1], 0} }

// horner returns (h + c1)*r^m + c2*r^(m-1) + ... + cm*r for the m whole terms
// of c, with their bits 2^128.
//
// Since 4 divides r1, and 2^130 = 5 (mod 2^130-5), h1*r1*2^128 folds at once:
// it is h1*(r1/4)*2^130, so h1*(r1 + r1/4).
func horner(h elem, r clamped, c []byte) elem {
	h0, h1, h2 := h[0], h[1], h[2]
	r0, r1 := r[0], r[1]
	f1 := r1 + r1>>2
	for len(c) >= termSize {
		var carry uint64
		h0, carry = bits.Add64(h0, binary.LittleEndian.Uint64(c[0:8]), 0)
		h1, carry = bits.Add64(h1, binary.LittleEndian.Uint64(c[8:16]), carry)
		h2 += carry + 1
		c = c[termSize:]

		// Columns 2^0 and 2^64 are two words each. What h2 is multiplied by
		// has at most 61 bits, so h2's products are one word.
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
	return elem{h0, h1, h2}
}

// mul returns a*b.
func mul(a, b elem) elem {
	var w [5]uint64 // the product, as a number of five words
	for i, x := range a {
		var carry uint64
		for j, y := range b {
			hi, lo := bits.Mul64(x, y)
			var c uint64
			lo, c = bits.Add64(lo, w[i+j], 0)
			hi += c
			lo, c = bits.Add64(lo, carry, 0)
			hi += c
			w[i+j], carry = lo, hi
		}
		if i+3 < len(w) {
			w[i+3] = carry
		}
	}
	// w = low + 2^130*high = low + 4*high + high (mod 2^130-5).
	high := [3]uint64{w[2]>>2 | w[3]<<62, w[3]>>2 | w[4]<<62, w[4] >> 2}
	h := elem{w[0], w[1], w[2] & 3}
	h = sum(h, elem{w[2] &^ 3, w[3], w[4]})
	h = sum(h, elem(high))
	return fold(h)
}

// add returns a+b.
func add(a, b elem) elem { return fold(sum(a, b)) }

// sum is the sum of integers; the caller sees to it that the top word holds it.
func sum(a, b elem) (h elem) {
	var carry uint64
	h[0], carry = bits.Add64(a[0], b[0], 0)
	h[1], carry = bits.Add64(a[1], b[1], carry)
	h[2], _ = bits.Add64(a[2], b[2], carry)
	return h
}

// fold brings what stands above 2^130 down: the result has h[2] <= 4.
func fold(h elem) elem {
	high := h[2] >> 2
	var carry uint64
	h[0], carry = bits.Add64(h[0], high*5, 0)
	h[1], carry = bits.Add64(h[1], 0, carry)
	h[2] = h[2]&3 + carry
	return h
}

// pow returns r^n. Its time depends on n, which is a public length.
func pow(r elem, n uint64) elem {
	h := elem{1, 0, 0}
	for i := bits.Len64(n) - 1; i >= 0; i-- {
		h = mul(h, h)
		if n>>i&1 == 1 {
			h = mul(h, r)
		}
	}
	return h
}

// reduce returns h mod 2^130-5, in constant time.
func reduce(h elem) elem {
	h = fold(h)
	// g = h + 5 - 2^130 is negative just if h < 2^130-5.
	var carry uint64
	var g elem
	g[0], carry = bits.Add64(h[0], 5, 0)
	g[1], carry = bits.Add64(h[1], 0, carry)
	g[2] = h[2] + carry - 4
	keep := -(g[2] >> 63) // all ones if g is negative
	for i := range h {
		h[i] = h[i]&keep | g[i]&^keep
	}
	return h
}
