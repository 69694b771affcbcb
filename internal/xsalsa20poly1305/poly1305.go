package xsalsa20poly1305

import (
	"encoding/binary"
	"math/bits"
)

// An elem is an integer mod 2^130-5, w0 + w1*2^64 + w2*2^128, not fully reduced.
// Functions take w2 < 16 and return w2 <= 4, unless they say otherwise; horner takes
// w2 <= 4. (Go would not pass an array in registers.)
type elem struct{ w0, w1, w2 uint64 }

// clamped is Poly1305's r: 124 bits, of which clamp clears some, so that the upper
// word is a multiple of four.
type clamped struct{ w0, w1 uint64 }

func clamp(lo, hi uint64) clamped {
	return clamped{lo & 0x0ffffffc0fffffff, hi & 0x0ffffffc0ffffffc}
}

func (r clamped) elem() elem { return elem{r.w0, r.w1, 0} }

// horner returns (h + c1)*r^m + c2*r^(m-1) + ... + cm*r for the m whole terms
// of c, with their bits 2^128.
//
// Since 4 divides r1, and 2^130 = 5 (mod 2^130-5), h1*r1*2^128 folds at once:
// it is h1*(r1/4)*2^130, so h1*(r1 + r1/4).
func horner(h elem, r clamped, c []byte) elem {
	h0, h1, h2 := h.w0, h.w1, h.w2
	r0, r1 := r.w0, r.w1
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

// mul returns a*b. It has no loops, because short messages wait for it.
func mul(a, b elem) elem {
	// Columns of the product, low and high words. The product of both w2 fits into
	// one word.
	h00, w0 := bits.Mul64(a.w0, b.w0)
	h01, l01 := bits.Mul64(a.w0, b.w1)
	h10, l10 := bits.Mul64(a.w1, b.w0)
	h11, l11 := bits.Mul64(a.w1, b.w1)
	h02, l02 := bits.Mul64(a.w0, b.w2)
	h20, l20 := bits.Mul64(a.w2, b.w0)
	h12, l12 := bits.Mul64(a.w1, b.w2)
	h21, l21 := bits.Mul64(a.w2, b.w1)

	w1, c1 := bits.Add64(h00, l01, 0)
	w2, c2 := bits.Add64(h01, h10, c1)
	w3, c3 := bits.Add64(h11, h02, c2)
	w4 := a.w2*b.w2 + c3
	w1, c1 = bits.Add64(w1, l10, 0)
	w2, c2 = bits.Add64(w2, l11, c1)
	w3, c3 = bits.Add64(w3, h20, c2)
	w4 += c3
	w2, c2 = bits.Add64(w2, l02, 0)
	w3, c3 = bits.Add64(w3, l12, c2)
	w4 += h12 + c3
	w2, c2 = bits.Add64(w2, l20, 0)
	w3, c3 = bits.Add64(w3, l21, c2)
	w4 += h21 + c3

	// w = low + 2^130*high = low + 4*high + high (mod 2^130-5).
	h := sum(elem{w0, w1, w2 & 3}, elem{w2 &^ 3, w3, w4})
	h = sum(h, elem{w2>>2 | w3<<62, w3>>2 | w4<<62, w4 >> 2})
	return fold(h)
}

// add returns a+b.
func add(a, b elem) elem { return fold(sum(a, b)) }

// sum returns the sum of the integers, whose top word must not overflow.
func sum(a, b elem) (h elem) {
	var carry uint64
	h.w0, carry = bits.Add64(a.w0, b.w0, 0)
	h.w1, carry = bits.Add64(a.w1, b.w1, carry)
	h.w2, _ = bits.Add64(a.w2, b.w2, carry)
	return h
}

// fold reduces the bits above 2^130: the result has w2 <= 4.
func fold(h elem) elem {
	high := h.w2 >> 2
	var carry uint64
	h.w0, carry = bits.Add64(h.w0, high*5, 0)
	h.w1, carry = bits.Add64(h.w1, 0, carry)
	h.w2 = h.w2&3 + carry
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
	// g = h + 5 - 2^130 is negative if and only if h < 2^130-5.
	var carry uint64
	var g elem
	g.w0, carry = bits.Add64(h.w0, 5, 0)
	g.w1, carry = bits.Add64(h.w1, 0, carry)
	g.w2 = h.w2 + carry - 4
	keep := -(g.w2 >> 63) // all ones if g is negative
	return elem{
		h.w0&keep | g.w0&^keep,
		h.w1&keep | g.w1&^keep,
		h.w2&keep | g.w2&^keep,
	}
}
