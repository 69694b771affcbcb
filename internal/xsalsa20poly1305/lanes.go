package xsalsa20poly1305

import "math/bits"

// Eight lanes of a vector kernel evaluate the polynomial side by side: each has
// every eighth term and multiplies by r^8, and at the end by what its last term
// still lacks. This file goes between an elem and the lanes.

const lanes = 8

// laneSize is the length of a group of terms, one for each lane, in bytes.
// lanesFrom is the length from which the detour pays.
const (
	laneSize  = lanes * termSize
	lanesFrom = 64 * laneSize
)

// laneTerm is which term of a group a lane takes.
var laneTerm = [lanes]int{0, 4, 1, 5, 2, 6, 3, 7}

// powers are r^1 to r^8.
type powers struct {
	known bool
	r     [lanes]elem
}

// of sets p to the powers of r, if it has not been.
func (p *powers) of(r clamped) *[lanes]elem {
	if !p.known {
		p.r[0] = r.elem()
		for i := 1; i < lanes; i++ {
			p.r[i] = mul(p.r[i-1], p.r[0])
		}
		p.known = true
	}
	return &p.r
}

// limbs takes h apart into 44, 44 and 42 bits, and what is above.
func (h elem) limbs() (l0, l1, l2 uint64) {
	const mask = 1<<44 - 1
	return h[0] & mask, (h[0]>>44 | h[1]<<20) & mask, h[1]>>24 | h[2]<<40
}

// fromLimbs is the elem of limbs that may have carries above their bits.
func fromLimbs(l0, l1, l2 uint64) (h elem) {
	var carry uint64
	h[0], carry = bits.Add64(l0, l1<<44, 0)
	h[1], carry = bits.Add64(l1>>20, l2<<24, carry)
	h[2] = l2>>40 + carry
	return h
}

// hornerLanes is horner for whole groups of terms.
func hornerLanes(h elem, p *[lanes]elem, c []byte) elem {
	var acc [3 * lanes]uint64 // by limb, then by lane; lane 0 has the first term
	acc[0], acc[lanes], acc[2*lanes] = h.limbs()
	r0, r1, r2 := p[lanes-1].limbs()
	hornerGroups(&acc, &[5]uint64{r0, r1, r2, 20 * r1, 20 * r2}, c)
	h = elem{}
	for i, term := range laneTerm {
		h = add(h, mul(fromLimbs(acc[i], acc[lanes+i], acc[2*lanes+i]), p[lanes-1-term]))
	}
	return h
}
