package xsalsa20poly1305

import (
	"encoding/binary"
	"math/bits"
)

// A Part is one goroutine's share of a box's tag: the terms of the ciphertext
// that it has absorbed, all others taken as zero. The zero value has absorbed
// nothing. A Part takes bytes in ascending order and may leave gaps for other
// Parts to fill; it must not be used by two goroutines at once.
type Part struct {
	h elem
	// end counts the terms that h has been multiplied through: h is what the
	// sum would be if the ciphertext ended with term end-1.
	end int64
	// powers of r, for kernels that need them; zero until then.
	powers powers
}

// absorb adds the ciphertext c, which starts at byte off, to p.
//
// A term that is whole gets NaCl's bit 2^128. Where a cut falls inside a term,
// each side counts its own bytes, and the side that has byte 15 counts the
// bit. The last term of a message may have no byte 15; its bit is tag's.
func (b *Box) absorb(p *Part, c []byte, off int64) {
	if in := int(off % termSize); in != 0 && len(c) > 0 {
		n := min(termSize-in, len(c))
		b.absorbFragment(p, c[:n], off)
		c, off = c[n:], off+int64(n)
	}
	if n := len(c) &^ (termSize - 1); n > 0 {
		b.seek(p, off/termSize)
		b.absorbTerms(p, c[:n])
		p.end += int64(n / termSize)
		c, off = c[n:], off+int64(n)
	}
	if len(c) > 0 {
		b.absorbFragment(p, c, off)
	}
}

// absorbFragment adds bytes that lie within one term, not the whole of it.
func (b *Box) absorbFragment(p *Part, c []byte, off int64) {
	in := int(off % termSize)
	var term [termSize]byte
	copy(term[in:], c)
	t := elem{binary.LittleEndian.Uint64(term[:8]), binary.LittleEndian.Uint64(term[8:]), 0}
	if in+len(c) == termSize {
		t[2] = 1
	}
	b.seek(p, off/termSize+1)
	p.h = add(p.h, mul(t, b.r.elem()))
}

// seek moves p over a gap, up to before term n.
func (b *Box) seek(p *Part, n int64) {
	if n < p.end {
		panic("xsalsa20poly1305: a part takes its bytes in ascending order")
	}
	if p.end > 0 && n > p.end {
		p.h = mul(p.h, pow(b.r.elem(), uint64(n-p.end)))
	}
	p.end = n
}

// tag joins the parts of an n-byte ciphertext.
func (b *Box) tag(n int64, parts []Part) (tag [TagSize]byte) {
	terms := (n + termSize - 1) / termSize
	var h elem
	for _, p := range parts {
		b.seek(&p, terms)
		h = add(h, p.h)
	}
	if in := n % termSize; in != 0 {
		var bit elem
		bit[in/8] = 1 << (in % 8 * 8)
		h = add(h, mul(bit, b.r.elem()))
	}
	h = reduce(h)
	lo, carry := bits.Add64(h[0], b.s[0], 0)
	hi, _ := bits.Add64(h[1], b.s[1], carry)
	binary.LittleEndian.PutUint64(tag[:8], lo)
	binary.LittleEndian.PutUint64(tag[8:], hi)
	return tag
}
