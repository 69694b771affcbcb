package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// A poly1305 evaluates the polynomial in eight lanes, over groups of 1024 bytes: 64
// terms, of which each lane takes every eighth. For a group, a lane computes
//
//	h*r^64 + m0*r^56 + m1*r^48 + ... + m6*r^8 + m7
//
// from its h and its eight terms. Numbers are in limbs of 52, 52 and 26 bits, and
// products in five columns, 2^0, 2^52, 2^104, 2^156 and 2^208, to which IFMA adds
// halves of 52 bits. A column takes at most five halves for each term, so that it
// stays below 2^58 for all eight terms and h: one carry for each group is enough.
//
// IFMA ignores the bits above bit 51 of its factors. So limbs 0 and 1 need no masks,
// neither those of terms nor those of h. Limb 2 of h may exceed 26 bits a little, and
// its product with limb 2 of r^64 may exceed 52 bits; that one is a full product.
type poly1305 struct {
	column []VecPhysical // 0, 1 and 2 are h between groups
	m      []VecPhysical // limbs of a term, or of h
	t      []VecPhysical // two to work with
	powers Register      // points to three limbs each of r^64, r^56, ..., r^8, and of the sum of the bits 2^128
}

func newPoly1305(powers Register) poly1305 {
	return poly1305{
		column: []VecPhysical{Z20, Z21, Z22, Z23, Z24},
		m:      []VecPhysical{Z25, Z26, Z27},
		t:      []VecPhysical{Z28, Z29},
		powers: powers,
	}
}

// power returns limb i of r^(64-8k) or, for k = 8, of the sum of the bits 2^128.
func (p poly1305) power(k, i int) Mem { return Mem{Base: p.powers, Disp: 8 * (3*k + i)} }

// group returns the steps of a group in ten parts, in their order. term loads one of
// sixteen registers; two of them hold eight terms.
func (p poly1305) group(term func(i int, to VecPhysical)) (parts [10][]func()) {
	parts[0] = p.turn()
	for k := 1; k < 8; k++ {
		parts[k] = append(p.limbs(k-1, term), p.multiply(k)...)
	}
	parts[8] = append(p.limbs(7, term), p.add()...)
	parts[9] = p.carry()
	return parts
}

// turn returns the steps that set the columns to h*r^64 plus the sum of the bits 2^128.
func (p poly1305) turn() (steps []func()) {
	step := func(fn func()) { steps = append(steps, fn) }
	for i, m := range p.m {
		step(func() { VMOVDQA64(p.column[i], m) })
	}
	for i := range 3 {
		step(func() { VPBROADCASTQ(p.power(8, i), p.column[i]) })
	}
	step(func() { VPXORQ(p.column[3], p.column[3], p.column[3]) })
	step(func() { VPMULUDQ_BCST(p.power(0, 2), p.m[2], p.column[4]) })
	return append(steps, p.products(0, false)...)
}

// multiply returns the steps that add m, multiplied by power k, to the columns.
func (p poly1305) multiply(k int) []func() { return p.products(k, true) }

// products returns the steps that multiply three limbs by three and add the results
// to the columns. topmost says whether the product of both limbs 2 is among them.
func (p poly1305) products(k int, topmost bool) (steps []func()) {
	for i, m := range p.m {
		for j := range 3 {
			w := p.power(k, j)
			if i+j < 4 {
				steps = append(steps,
					func() { VPMADD52LUQ_BCST(w, m, p.column[i+j]) },
					func() { VPMADD52HUQ_BCST(w, m, p.column[i+j+1]) })
			} else if topmost {
				steps = append(steps, func() { VPMADD52LUQ_BCST(w, m, p.column[4]) })
			}
		}
	}
	return steps
}

// limbs returns the steps that set m to the k-th eight terms, without their bits
// 2^128.
func (p poly1305) limbs(k int, term func(i int, to VecPhysical)) []func() {
	m, t := p.m, p.t
	return []func(){
		func() { term(2*k, t[0]) },
		func() { term(2*k+1, t[1]) },
		func() { VPUNPCKLQDQ(t[1], t[0], m[0]) },
		func() { VPUNPCKHQDQ(t[1], t[0], m[2]) },
		func() { VPSRLQ(U8(52), m[0], t[0]) },
		func() { VPSLLQ(U8(12), m[2], m[1]) },
		func() { VPORQ(t[0], m[1], m[1]) },
		func() { VPSRLQ(U8(40), m[2], m[2]) },
	}
}

// add returns the steps that add m, not multiplied. A product with one clears the
// bits above the limbs.
func (p poly1305) add() []func() {
	return []func(){
		func() { VPMADD52LUQ_BCST(one64, p.m[0], p.column[0]) },
		func() { VPMADD52LUQ_BCST(one64, p.m[1], p.column[1]) },
		func() { VPADDQ(p.m[2], p.column[2], p.column[2]) },
	}
}

// carry returns the steps that reduce the columns to h. 2^130 = 5 (mod p), so
// 2^156 = 5*2^26 and 2^208 = 5*2^26*2^52.
func (p poly1305) carry() []func() {
	c, t := p.column, p.t[0]
	return []func(){
		func() { VPSRLQ(U8(52), c[3], t) },
		func() { VPADDQ(t, c[4], c[4]) },
		func() { VPMADD52LUQ_BCST(five26, c[3], c[0]) },
		func() { VPMADD52HUQ_BCST(five26, c[3], c[1]) },
		func() { VPMADD52LUQ_BCST(five26, c[4], c[1]) },
		func() { VPMADD52HUQ_BCST(five26, c[4], c[2]) },
		func() { VPSRLQ(U8(52), c[4], t) },
		func() { VPMADD52LUQ_BCST(five26, t, c[2]) },
		func() { VPSRLQ(U8(26), c[2], t) },
		func() { VPANDQ_BCST(mask26, c[2], c[2]) },
		func() { VPMADD52LUQ_BCST(five64, t, c[0]) },
		func() { VPSRLQ(U8(52), c[0], t) },
		func() { VPADDQ(t, c[1], c[1]) },
		func() { VPSRLQ(U8(52), c[1], t) },
		func() { VPADDQ(t, c[2], c[2]) },
	}
}

func (p poly1305) load(h Register) {
	for i := range 3 {
		VMOVDQU64(Mem{Base: h, Disp: 64 * i}, p.column[i])
	}
}

func (p poly1305) store(h Register) {
	for i := range 3 {
		VMOVDQU64(p.column[i], Mem{Base: h, Disp: 64 * i})
	}
}

// absorb64 generates Poly1305 alone.
func absorb64() {
	TEXT("absorb64IFMA", NOSPLIT, "func(h *[24]uint64, powers *[27]uint64, terms *byte, groups uint64)")
	Doc("absorb64IFMA adds groups of 64 terms to h, three limbs of eight lanes. Lane i takes term 0, 4, 1, 5, 2, 6, 3, 7 of each eight.")
	Pragma("noescape")
	h := Load(Param("h"), GP64())
	p := newPoly1305(Load(Param("powers"), GP64()))
	terms := Load(Param("terms"), GP64())
	groups := Load(Param("groups"), GP64())
	p.load(h)
	Label("group")
	for k, part := range p.group(func(i int, to VecPhysical) { VMOVDQU64(Mem{Base: terms, Disp: 64 * i}, to) }) {
		for _, step := range part {
			step()
		}
		if k < 8 {
			PREFETCHT0(Mem{Base: terms, Disp: ahead + 128*k})
			PREFETCHT0(Mem{Base: terms, Disp: ahead + 128*k + 64})
		}
	}
	ADDQ(U32(group), terms)
	DECQ(groups)
	JNZ(LabelRef("group"))
	p.store(h)
	wipeRegisters()
	RET()
}
