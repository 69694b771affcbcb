package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// xorKeystream16 computes sixteen blocks of keystream at once: register j holds
// word j of all of them, so that a round is the same as on one block, and only
// the result has to be turned from words of blocks into blocks of words.
func xorKeystream16() {
	TEXT("xorKeystream16AVX512", NOSPLIT, "func(dst, src *byte, groups uint64, state *[16]uint32)")
	Doc("xorKeystream16AVX512 combines groups of 1024 bytes of src with the keystream into dst. state is Salsa20's input for the first block.")
	Pragma("noescape")
	dst := Load(Param("dst"), GP64())
	src := Load(Param("src"), GP64())
	groups := Load(Param("groups"), GP64())
	state := Load(Param("state"), GP64())
	word := func(j int) Mem { return Mem{Base: state, Disp: 4 * j} }

	x := make([]VecPhysical, 16)
	for j, z := range []VecPhysical{Z0, Z1, Z2, Z3, Z4, Z5, Z6, Z7, Z8, Z9, Z10, Z11, Z12, Z13, Z14, Z15} {
		x[j] = z
	}
	t := []VecPhysical{Z16, Z17, Z18, Z19}
	low, high, sixteen, one := Z28, Z29, Z30, Z31

	Comment("The block counter of each lane, as a low and a high word.")
	carry := K1
	lanes := GLOBL("lanes", RODATA|NOPTR)
	for i := range 16 {
		DATA(4*i, U32(i))
	}
	VPBROADCASTD(word(8), low)
	VPADDD(lanes, low, low)
	VPBROADCASTD(word(9), high)
	imm := GP32()
	MOVL(U32(1), imm)
	VPBROADCASTD(imm, one)
	MOVL(U32(16), imm)
	VPBROADCASTD(imm, sixteen)
	first := Z27
	VPBROADCASTD(word(8), first)
	VPCMPUD(U8(1), first, low, carry) // low < first
	VPADDD(one, high, carry, high)

	Label("group")
	for j := range x {
		switch j {
		case 8:
			VMOVDQA32(low, x[j])
		case 9:
			VMOVDQA32(high, x[j])
		default:
			VPBROADCASTD(word(j), x[j])
		}
	}
	rounds := GP64()
	MOVQ(U32(10), rounds)
	Label("doubleround")
	Comment("Columns, then rows.")
	quarters(x, t, func(q, i int) int { return (5*q + 4*i) % 16 })
	quarters(x, t, func(q, i int) int { return 4*q + (q+i)%4 })
	DECQ(rounds)
	JNZ(LabelRef("doubleround"))

	for j := range x {
		switch j {
		case 8:
			VPADDD(low, x[j], x[j])
		case 9:
			VPADDD(high, x[j], x[j])
		default:
			VPADDD_BCST(word(j), x[j], x[j])
		}
	}

	Comment("Four words of a block stand together after this, sixteen after the next.")
	for q := range 4 {
		a, b, c, d := x[4*q], x[4*q+1], x[4*q+2], x[4*q+3]
		VPUNPCKLDQ(b, a, t[0])
		VPUNPCKHDQ(b, a, t[1])
		VPUNPCKLDQ(d, c, t[2])
		VPUNPCKHDQ(d, c, t[3])
		VPUNPCKLQDQ(t[2], t[0], a)
		VPUNPCKHQDQ(t[2], t[0], b)
		VPUNPCKLQDQ(t[3], t[1], c)
		VPUNPCKHQDQ(t[3], t[1], d)
	}
	for i := range 4 {
		VSHUFI32X4(U8(0x88), x[4+i], x[i], t[0])
		VSHUFI32X4(U8(0xdd), x[4+i], x[i], t[1])
		VSHUFI32X4(U8(0x88), x[12+i], x[8+i], t[2])
		VSHUFI32X4(U8(0xdd), x[12+i], x[8+i], t[3])
		VSHUFI32X4(U8(0x88), t[2], t[0], x[i])
		VSHUFI32X4(U8(0x88), t[3], t[1], x[4+i])
		VSHUFI32X4(U8(0xdd), t[2], t[0], x[8+i])
		VSHUFI32X4(U8(0xdd), t[3], t[1], x[12+i])
	}
	Comment("x[i] is block i now.")
	for i := range x {
		VPXORD(Mem{Base: src, Disp: 64 * i}, x[i], x[i])
		VMOVDQU32(x[i], Mem{Base: dst, Disp: 64 * i})
	}

	VPADDD(sixteen, low, low)
	VPCMPUD(U8(1), sixteen, low, carry)
	VPADDD(one, high, carry, high)
	ADDQ(U32(1024), src)
	ADDQ(U32(1024), dst)
	DECQ(groups)
	JNZ(LabelRef("group"))
	wipeRegisters()
	RET()
}

// quarters are the four quarter rounds of a round, side by side. at says which
// word is the i-th of quarter q, from the one on the diagonal on.
func quarters(x, t []VecPhysical, at func(q, i int) int) {
	for i, bits := range []uint8{7, 9, 13, 18} {
		for q := range 4 {
			VPADDD(x[at(q, (i+3)%4)], x[at(q, i)], t[q])
		}
		for q := range 4 {
			VPROLD(U8(bits), t[q], t[q])
		}
		for q := range 4 {
			into := x[at(q, (i+1)%4)]
			VPXORD(t[q], into, into)
		}
	}
}
