//go:build !purego

package xsalsa20poly1305

// Eight lanes of a vector kernel evaluate the polynomial side by side. A lane takes
// every eighth term and multiplies by powers of r^8, and at the end by the power of r
// that its last term still lacks. This file converts between an elem and the lanes.

const lanes = 8

// laneTerm has the index of the term, of each eight, that a lane takes.
var laneTerm = [lanes]int{0, 4, 1, 5, 2, 6, 3, 7}

// laneSums are the sums of the lanes: by limb of 52 bits, then by lane.
type laneSums [3 * lanes]uint64

// lanePowers are the multipliers of the lanes.
type lanePowers struct {
	r [lanes]elem // r^1 to r^8
	// table has limbs of 52, 52 and 26 bits of r^64, r^56, ..., r^8, and of the sum
	// of the bits 2^128 of a lane's eight terms.
	table [27]uint64
	r8    [lanes]elem // r^8 to r^64, from which set makes table
}

// set computes the powers of r into p.
func (p *lanePowers) set(r clamped) {
	// Each power is the product of two that are about half as high, so that the
	// processor can compute several at the same time.
	p.r[0] = r.elem()
	for i := 1; i < lanes; i++ {
		p.r[i] = mul(p.r[(i-1)/2], p.r[i/2])
	}
	r8 := &p.r8
	r8[0] = p.r[lanes-1]
	for i := 1; i < lanes; i++ {
		r8[i] = mul(r8[(i-1)/2], r8[i/2])
	}
	ones := elem{1, 0, 0} // 1 + r^8 + ... + r^56
	for i, power := range r8 {
		p.enter(lanes-1-i, power)
		if i < lanes-1 {
			ones = add(ones, power)
		}
	}
	p.enter(lanes, mul(ones, elem{0, 0, 1}))
}

// enter sets entry k of the table to h.
func (p *lanePowers) enter(k int, h elem) {
	const mask = 1<<52 - 1
	h = reduce(h)
	p.table[3*k] = h.w0 & mask
	p.table[3*k+1] = (h.w0>>52 | h.w1<<12) & mask
	p.table[3*k+2] = h.w1>>40 | h.w2<<24
}

// sum returns the sum of the lanes, each multiplied by what its last term lacks.
func (p *lanePowers) sum(s *laneSums) (h elem) {
	for i, term := range laneTerm {
		h = add(h, mul(fromLimbs(s[i], s[lanes+i], s[2*lanes+i]), p.r[lanes-1-term]))
	}
	return h
}

// fromLimbs returns the elem of limbs of 52, 52 and a few more than 26 bits. It
// ignores bits above the 52, which have been carried.
func fromLimbs(l0, l1, l2 uint64) (h elem) {
	const mask = 1<<52 - 1
	l0, l1 = l0&mask, l1&mask
	h.w0 = l0 | l1<<52
	h.w1 = l1>>12 | l2<<40
	h.w2 = l2 >> 24
	return h
}
