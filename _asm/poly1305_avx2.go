package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// absorbWeighted generates Poly1305 over the 256 words of 32 bits of a group: word i
// of term t adds word*2^(32i)*r^(64-t), so the group is the sum of its words, each
// multiplied by a weight that is computed before. A weight has five digits of 26
// bits, and so has the sum:
//
//	w[0]*W[0] + ... + w[255]*W[255] = s[0] + 2^26*s[1] + ... + 2^104*s[4]
//
// Four lanes share each s, so that one lane sums 64 products. Words are at most
// 2^32-1 and digits at most 2^26, whose product is at most 2^58-2^26: 64 of them are
// less than 2^64, and one more would not be.
//
// The sum of the bits 2^128 of all terms is a constant. Scalar arithmetic computes
// h*r^64, for the groups before, while the vectors work on the next group.
func absorbWeighted() {
	const (
		digits   = 5
		chunks   = 32 // of 32 bytes a group
		row      = 32 // bytes: one digit of each weight of a chunk
		mask26   = 1<<26 - 1
		prefetch = 4096 // bytes ahead
	)
	TEXT("absorbWeightedAVX2", NOSPLIT, "func(h *[9]uint64, digits *[1281]uint32, constants *[2][3]uint64, terms *byte, groups uint64)")
	Doc("absorbWeightedAVX2 is Horner's rule for groups of 64 terms, whose weights are digits. constants has r^64 and the bits 2^128. The sum is h[:3]; h[3:] is scratch.")
	Pragma("noescape")
	weights, terms, groups, memory := RDI, RSI, RCX, R15
	Load(Param("h"), memory)
	Load(Param("digits"), weights)
	Load(Param("terms"), terms)
	Load(Param("groups"), groups)
	h := [3]Register{R8, R9, R10}
	for i, r := range h {
		MOVQ(Mem{Base: memory, Disp: 8 * i}, r)
	}
	sum := func(i int) Mem { return Mem{Base: memory, Disp: 8 * (3 + i)} }
	left := sum(digits)

	s := [digits]VecPhysical{Y0, Y1, Y2, Y3, Y4}
	even, odd := Y5, Y6
	product := []VecPhysical{Y7, Y8, Y9, Y10}
	mask := Y15
	MOVQ(U64(mask26), RAX)
	VMOVQ(RAX, X15)
	VPBROADCASTQ(X15, mask)

	// finish sets h to h*r^64 + s + the bits 2^128, for s of the group before.
	finish := func() {
		Comment("h*r^64, in words c0 to c4.")
		constants := weights
		Load(Param("constants"), constants)
		r := func(i int) Mem { return Mem{Base: constants, Disp: 8 * i} }
		c0, c1, c2, c3, c4 := R11, R12, R13, RBX, RCX
		zero := func(r GPPhysical) { XORL(r.As32(), r.As32()) }
		multiply := func(i int, by Register, words ...Register) {
			MOVQ(r(i), RAX)
			MULQ(by)
			ADDQ(RAX, words[0])
			ADCQ(RDX, words[1])
			for _, w := range words[2:] {
				ADCQ(U8(0), w)
			}
		}
		zero(c2)
		zero(c3)
		zero(c4)
		MOVQ(r(0), RAX)
		MULQ(h[0])
		MOVQ(RAX, c0)
		MOVQ(RDX, c1)
		multiply(1, h[0], c1, c2)
		multiply(0, h[1], c1, c2, c3)
		multiply(1, h[1], c2, c3)
		multiply(2, h[0], c2, c3, c4)
		multiply(0, h[2], c2, c3, c4)
		multiply(2, h[1], c3, c4)
		multiply(1, h[2], c3, c4)
		MOVQ(r(2), RAX)
		IMULQ(h[2], RAX)
		ADDQ(RAX, c4)

		Comment("The bits 2^128, and the digits: they are 2^0, 2^26, 2^52, 2^64*2^14 and 2^64*2^40.")
		one := func(i int) Mem { return Mem{Base: constants, Disp: 8 * (3 + i)} }
		add := func(low, high Op) {
			ADDQ(low, c0)
			ADCQ(high, c1)
			ADCQ(U8(0), c2)
			ADCQ(U8(0), c3)
			ADCQ(U8(0), c4)
		}
		ADDQ(one(0), c0)
		ADCQ(one(1), c1)
		ADCQ(one(2), c2)
		ADCQ(U8(0), c3)
		ADCQ(U8(0), c4)
		MOVQ(sum(4), R10)
		MOVQ(R10, RDX)
		SHLQ(U8(40), R10)
		SHRQ(U8(24), RDX)
		ADDQ(R10, c1)
		ADCQ(RDX, c2)
		ADCQ(U8(0), c3)
		ADCQ(U8(0), c4)
		MOVQ(sum(3), R9)
		SHLQ(U8(14), R9) // less than 2^55
		add(sum(0), R9)
		MOVQ(sum(1), RAX)
		MOVQ(RAX, RDX)
		SHLQ(U8(26), RAX)
		SHRQ(U8(38), RDX)
		add(RAX, RDX)
		MOVQ(sum(2), RAX)
		MOVQ(RAX, RDX)
		SHLQ(U8(52), RAX)
		SHRQ(U8(12), RDX)
		add(RAX, RDX)

		Comment("2^130 = 5: add the bits above four times, where they are, and once, shifted by two.")
		MOVQ(c2, R10)
		ANDL(U8(3), R10.As32())
		MOVQ(c0, R8)
		MOVQ(c1, R9)
		MOVQ(c2, RAX)
		ANDQ(I8(-4), RAX)
		ADDQ(RAX, R8)
		ADCQ(c3, R9)
		ADCQ(c4, R10)
		SHRQ(U8(2), c3, c2)
		SHRQ(U8(2), c4, c3)
		SHRQ(U8(2), c4)
		ADDQ(c2, R8)
		ADCQ(c3, R9)
		ADCQ(c4, R10)
		Comment("Once more, for the few bits above that this made.")
		MOVQ(R10, RAX)
		ANDL(U8(3), R10.As32())
		SHRQ(U8(2), RAX)
		LEAQ(Mem{Base: RAX, Index: RAX, Scale: 4}, RAX)
		ADDQ(RAX, R8)
		ADCQ(U8(0), R9)
		ADCQ(U8(0), R10)

	}

	Label("weigh")
	next := 0
	for chunk := range chunks {
		if chunk == chunks/2 {
			Comment("Here, because the ports of scalar arithmetic are idle.")
			start := NewParamAddr("terms", 24)
			CMPQ(terms, start)
			JEQ(LabelRef("first"))
			MOVQ(groups, left)
			finish()
			MOVQ(left, groups)
			Load(Param("digits"), weights)
			Label("first")
		}
		if chunk%2 == 0 {
			PREFETCHT0(Mem{Base: terms, Disp: 32*chunk + prefetch})
		}
		VMOVDQU(Mem{Base: terms, Disp: 32 * chunk}, even)
		VPSRLQ(U8(32), even, odd)
		for d := range digits {
			at := Mem{Base: weights, Disp: row * (digits*chunk + d)}
			if chunk == 0 {
				VPMULUDQ(at, even, s[d])
			} else {
				p := product[next%len(product)]
				next++
				VPMULUDQ(at, even, p)
				VPADDQ(p, s[d], s[d])
			}
			p := product[next%len(product)]
			next++
			VPMULUDQ(at.Offset(4), odd, p)
			VPADDQ(p, s[d], s[d])
		}
	}

	Comment("Carry, so that the sum of four lanes fits into one: all are less than 2^41, except the first, which is less than 2^43.")
	carry := [digits]VecPhysical{Y7, Y8, Y9, Y10, Y11}
	for d := range digits {
		VPSRLQ(U8(26), s[d], carry[d])
		VPAND(mask, s[d], s[d])
	}
	for d := range digits - 1 {
		VPADDQ(carry[d], s[d+1], s[d+1])
	}
	VPADDQ(carry[4], s[0], s[0])
	VPSLLQ(U8(2), carry[4], carry[4])
	VPADDQ(carry[4], s[0], s[0])
	VPUNPCKLQDQ(s[1], s[0], Y7)
	VPUNPCKHQDQ(s[1], s[0], Y8)
	VPUNPCKLQDQ(s[3], s[2], Y9)
	VPUNPCKHQDQ(s[3], s[2], Y10)
	VPADDQ(Y8, Y7, Y7)
	VPADDQ(Y10, Y9, Y9)
	VPERM2I128(U8(0x20), Y9, Y7, Y8)
	VPERM2I128(U8(0x31), Y9, Y7, Y10)
	VPADDQ(Y10, Y8, Y8)
	VMOVDQU(Y8, sum(0))
	VEXTRACTI128(U8(1), s[4], X7)
	VPADDQ(X7, X4, X4)
	VPSHUFD(U8(0xee), X4, X7)
	VPADDQ(X7, X4, X4)
	VMOVQ(X4, sum(4))

	ADDQ(U32(1024), terms)
	DECQ(groups)
	JNZ(LabelRef("weigh"))
	finish()

	for i, r := range h {
		MOVQ(r, Mem{Base: memory, Disp: 8 * i})
	}
	VZEROALL()
	RET()
}
