package xsalsa20poly1305

import (
	"encoding/binary"
	"math/bits"
)

// A Part is one goroutine's share of a box's tag: the sum of the terms of the
// ciphertext that it has absorbed. The zero value has absorbed nothing. A Part takes
// bytes in ascending order, and may leave gaps for other Parts. Two goroutines must
// not use it at once.
type Part struct {
	h elem
	// end is the number of terms so far, absorbed or not: h is the sum that the
	// Part has if the ciphertext ends with term end-1.
	end int64
}

// Wipe overwrites p, because a partial sum and the ciphertext together leak r.
//
//go:noinline
func (p *Part) Wipe() { *p = Part{} }

// absorb adds the ciphertext c, which starts at byte off, to p.
//
// Poly1305 adds a bit 2^128 to a term of 16 bytes. Where a cut falls inside a term,
// each side adds its own bytes, and the side with byte 15 adds the bit. The last term
// of a message may have no byte 15; tag adds the bit of that one.
func (b *Box) absorb(p *Part, c []byte, off int64) {
	if in := int(off % termSize); in != 0 && len(c) > 0 {
		n := min(termSize-in, len(c))
		b.absorbFragment(p, c[:n], off)
		c, off = c[n:], off+int64(n)
	}
	if n := len(c) &^ (termSize - 1); n > 0 {
		b.absorbTerms(p, c[:n], off)
		c, off = c[n:], off+int64(n)
	}
	if len(c) > 0 {
		b.absorbFragment(p, c, off)
	}
}

// absorbFragment adds c, a part of one term, to p.
func (b *Box) absorbFragment(p *Part, c []byte, off int64) {
	in := int(off % termSize)
	var term [termSize]byte
	copy(term[in:], c)
	t := termElem(&term)
	if in+len(c) == termSize {
		t.w2 = 1
	}
	b.seek(p, off/termSize+1)
	p.h = add(p.h, mul(t, b.r.elem()))
}

// termElem returns the elem of a term without its bit 2^128.
func termElem(term *[termSize]byte) elem {
	return elem{binary.LittleEndian.Uint64(term[:8]), binary.LittleEndian.Uint64(term[8:]), 0}
}

// seek moves p over a gap, to term n.
func (b *Box) seek(p *Part, n int64) {
	b.mayAbsorb(p, n*termSize)
	p.h, p.end = b.sum(p, n), n
}

// mayAbsorb panics if p has absorbed the term at byte off, or a later one.
func (b *Box) mayAbsorb(p *Part, off int64) {
	if off/termSize < p.end {
		panic("xsalsa20poly1305: a part takes its bytes in ascending order")
	}
}

// sum returns the sum that p has if the ciphertext ends before term n.
func (b *Box) sum(p *Part, n int64) elem {
	if n < p.end {
		panic("xsalsa20poly1305: the ciphertext ends before what was absorbed")
	}
	if p.end == 0 || n == p.end {
		return p.h
	}
	return mul(p.h, pow(b.r.elem(), uint64(n-p.end)))
}

// tag is Tag.
func (b *Box) tag(n int64, parts []Part) (tag [TagSize]byte) {
	var h elem
	for i := range parts {
		h = add(h, b.sum(&parts[i], (n+termSize-1)/termSize))
	}
	if in := n % termSize; in != 0 {
		var term [termSize]byte
		term[in] = 1
		h = add(h, mul(termElem(&term), b.r.elem()))
	}
	h = reduce(h)
	lo, carry := bits.Add64(h.w0, b.s[0], 0)
	hi, _ := bits.Add64(h.w1, b.s[1], carry)
	binary.LittleEndian.PutUint64(tag[:8], lo)
	binary.LittleEndian.PutUint64(tag[8:], hi)
	return tag
}
