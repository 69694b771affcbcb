package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// horner8 is Horner's rule for Poly1305 in eight lanes, each of which takes every
// eighth term and multiplies by r^8. Numbers are in limbs of 44, 44 and 42 bits,
// whose products IFMA gives in halves of 52 bits:
//
//	h*r = d0 + 2^44*d1 + 2^88*d2, where 2^132 = 20 and 2^130 = 5 (mod p)
//
// so that s1 = 20*r1 and s2 = 20*r2 stand for what is beyond 2^132.
func horner8() {
	TEXT("horner8IFMA", NOSPLIT, "func(h *[24]uint64, r *[5]uint64, terms *byte, groups uint64)")
	Doc("horner8IFMA adds groups of eight terms to h, the limbs of eight lanes; r has r0, r1, r2, s1, s2 of r^8. Lane i takes term 0, 4, 1, 5, 2, 6, 3, 7 of a group.")
	Pragma("noescape")
	h := Load(Param("h"), GP64())
	rp := Load(Param("r"), GP64())
	terms := Load(Param("terms"), GP64())
	groups := Load(Param("groups"), GP64())

	acc := []VecPhysical{Z0, Z1, Z2}
	r0, r1, r2, s1, s2 := Z3, Z4, Z5, Z6, Z7
	low := []VecPhysical{Z8, Z9, Z10}
	high := []VecPhysical{Z11, Z12, Z13}
	mask44, mask42, bit128 := Z14, Z15, Z16
	t0, t1, t2, t3 := Z17, Z18, Z19, Z20

	for i, z := range acc {
		VMOVDQU64(Mem{Base: h, Disp: 64 * i}, z)
	}
	for i, z := range []VecPhysical{r0, r1, r2, s1, s2} {
		VPBROADCASTQ(Mem{Base: rp, Disp: 8 * i}, z)
	}
	broadcast(1<<44-1, mask44)
	broadcast(1<<42-1, mask42)
	broadcast(1<<40, bit128)
	JMP(LabelRef("add"))

	Label("multiply")
	for i := range 3 {
		VPXORQ(low[i], low[i], low[i])
		VPXORQ(high[i], high[i], high[i])
	}
	for i, factors := range [3][3]VecPhysical{{r0, r1, r2}, {s2, r0, r1}, {s1, s2, r0}} {
		for j, f := range factors {
			VPMADD52LUQ(f, acc[i], low[j])
			VPMADD52HUQ(f, acc[i], high[j])
		}
	}
	Comment("High halves weigh 2^52: 2^8 of the next limb, and 5*2^10 from the last to the first.")
	VPSLLQ(U8(10), high[2], t0)
	VPSLLQ(U8(12), high[2], t1)
	VPSLLQ(U8(8), high[0], t2)
	VPSLLQ(U8(8), high[1], t3)
	VPADDQ(t0, low[0], low[0])
	VPADDQ(t1, low[0], low[0])
	VPADDQ(t2, low[1], low[1])
	VPADDQ(t3, low[2], low[2])
	Comment("Carry.")
	VPSRLQ(U8(44), low[0], t0)
	VPANDQ(mask44, low[0], acc[0])
	VPADDQ(t0, low[1], low[1])
	VPSRLQ(U8(44), low[1], t1)
	VPANDQ(mask44, low[1], acc[1])
	VPADDQ(t1, low[2], low[2])
	VPSRLQ(U8(42), low[2], t2)
	VPANDQ(mask42, low[2], acc[2])
	VPSLLQ(U8(2), t2, t3)
	VPADDQ(t2, acc[0], acc[0])
	VPADDQ(t3, acc[0], acc[0])

	Label("add")
	VMOVDQU64(Mem{Base: terms}, t0)
	VMOVDQU64(Mem{Base: terms, Disp: 64}, t1)
	VPUNPCKLQDQ(t1, t0, t2)
	VPUNPCKHQDQ(t1, t0, t3)
	VPANDQ(mask44, t2, t0)
	VPADDQ(t0, acc[0], acc[0])
	VPSRLQ(U8(44), t2, t2)
	VPSLLQ(U8(20), t3, t1)
	VPORQ(t1, t2, t2)
	VPANDQ(mask44, t2, t2)
	VPADDQ(t2, acc[1], acc[1])
	VPSRLQ(U8(24), t3, t3)
	VPORQ(bit128, t3, t3)
	VPADDQ(t3, acc[2], acc[2])
	ADDQ(U32(128), terms)
	DECQ(groups)
	JNZ(LabelRef("multiply"))

	for i, z := range acc {
		VMOVDQU64(z, Mem{Base: h, Disp: 64 * i})
	}
	wipeRegisters()
	RET()
}
