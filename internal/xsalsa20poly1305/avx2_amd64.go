//go:build !purego

package xsalsa20poly1305

import "math/bits"

// weights are what the words of a group of 64 terms are multiplied by, for
// Poly1305 with AVX2: word i of term t has r^(64-t)*2^(32i), in five digits of
// 26 bits, of which the last may be 2^26. A row of eight is one digit of what
// bytes 32c to 32c+31 are multiplied by; it has number 5c+digit. Odd words are
// read by reading a row from its second word on, thus one word too far.
type weights struct {
	digits    [groupSize/32*5*8 + 1]uint32
	constants [2][3]uint64 // r^64, and the bits 2^128 of all terms
}

// init sets w to the weights for r.
func (w *weights) init(r clamped) {
	x := r.elem()
	var power, ones elem
	for t := groupSize/termSize - 1; t >= 0; t-- {
		power = x
		chunk := (*[40]uint32)(w.digits[t/2*40:])
		for i := range 4 {
			const mask = 1<<26 - 1
			at := (t%2*4 + i) & 7
			chunk[at] = uint32(x[0] & mask)
			chunk[8+at] = uint32(x[0] >> 26 & mask)
			chunk[16+at] = uint32((x[0]>>52 | x[1]<<12) & mask)
			chunk[24+at] = uint32(x[1] >> 14 & mask)
			chunk[32+at] = uint32(x[1]>>40 | x[2]<<24)
			x = x.shift32()
		}
		ones = sum(ones, x)
		x = power.times(r)
	}
	w.constants = [2][3]uint64{power, fold(ones)}
}

// shift32 returns x*2^32, for x[2] <= 4.
func (x elem) shift32() (h elem) {
	top := x[2]<<32 | x[1]>>32
	var carry uint64
	h[0], carry = bits.Add64(x[0]<<32, top>>2*5, 0)
	h[1], carry = bits.Add64(x[1]<<32|x[0]>>32, 0, carry)
	h[2] = top&3 + carry
	return h
}

// times returns x*r, for x[2] <= 4, as horner does it.
func (x elem) times(r clamped) elem {
	r0, r1 := r[0], r[1]
	f1 := r1 + r1>>2
	ahi, alo := bits.Mul64(x[0], r0)
	bhi, blo := bits.Mul64(x[1], f1)
	lo0, carry := bits.Add64(alo, blo, 0)
	hi0, _ := bits.Add64(ahi, bhi, carry)
	ahi, alo = bits.Mul64(x[0], r1)
	bhi, blo = bits.Mul64(x[1], r0)
	lo1, carry := bits.Add64(alo, blo, 0)
	hi1, _ := bits.Add64(ahi, bhi, carry)
	lo1, carry = bits.Add64(lo1, x[2]*f1, 0)
	hi1 += carry
	lo1, carry = bits.Add64(lo1, hi0, 0)
	hi1 += carry
	top := x[2]*r0 + hi1
	x[0], carry = bits.Add64(lo0, top>>2+top&^3, 0)
	x[1], carry = bits.Add64(lo1, 0, carry)
	x[2] = top&3 + carry
	return x
}

// absorb is horner for whole groups of terms.
func (w *weights) absorb(h elem, c []byte) elem {
	absorbWeightedAVX2((*[3]uint64)(&h), &w.digits, &w.constants, &c[0], uint64(len(c))/groupSize)
	return h
}

// xorGroupsAVX2 is xorKeystream for groups of groupSize bytes.
func (b *Box) xorGroupsAVX2(dst, src []byte, n uint64) {
	state := b.state(n)
	xorKeystream2x8AVX2(&dst[0], &src[0], uint64(len(src))/groupSize, &state)
	state = [16]uint32{}
}
