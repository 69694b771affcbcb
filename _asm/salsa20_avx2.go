package main

import (
	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/ir"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// xorKeystream8 computes eight blocks of keystream at once: register j holds
// word j of all of them. That is two words more than registers, as two are
// needed to work with. So words 2 and 8 share a register, and 7 and 13: the one
// of a pair that is not in the register is in its slot of the frame.
//
// A round is done in halves of two quarter rounds, in this order, so that a pair
// changes places but twice in two rounds:
//
//	columns 0 4 8 12 and 5 9 13 1       has 8 and 13, which go to their slots
//	columns 10 14 2 6 and 15 3 7 11     gets 2 and 7
//	rows    0 1 2 3 and 5 6 7 4         has 2 and 7, which go to their slots
//	rows    10 11 8 9 and 15 12 13 14   gets 8 and 13
//
// All four are first needed where they are combined with a sum, which reads them
// from their slots at no cost.
func xorKeystream8() {
	TEXT("xorKeystream8AVX2", NOSPLIT, "func(dst, src *byte, groups uint64, state *[16]uint32)")
	Doc("xorKeystream8AVX2 combines groups of 512 bytes of src with the keystream into dst. state is Salsa20's input for the first block.")
	Pragma("noescape")
	dst, src, groups, state, frame, rounds := RDI, RSI, RCX, RDX, RBX, RAX
	Load(Param("dst"), dst)
	Load(Param("src"), src)
	Load(Param("groups"), groups)
	Load(Param("state"), state)

	const slots = 16 + 4 // the input, word by word, and what has no register
	LEAQ(AllocLocal(32*slots+24).Offset(24), frame) // SP is a multiple of 8
	ANDQ(I8(-32), frame)
	in := func(j int) Mem { return Mem{Base: frame, Disp: 32 * j} }
	slot := func(j int) Mem { return in(map[int]int{2: 16, 7: 17, 8: 18, 13: 19}[j]) }

	t, u := Y14, Y15
	x := [16]VecPhysical{
		0: Y0, 1: Y1, 3: Y2, 4: Y3, 5: Y4, 6: Y5, 9: Y6, 10: Y7, 11: Y8, 12: Y9, 14: Y10, 15: Y11,
		2: Y12, 8: Y12, 7: Y13, 13: Y13,
	}

	for j := range x {
		if j != 8 && j != 9 {
			VPBROADCASTD(Mem{Base: state, Disp: 4 * j}, t)
			VMOVDQA(t, in(j))
		}
	}
	Comment("The block counter of each lane, as a low and a high word. Its low words are less than the lane just if it carried.")
	lanes := GLOBL("lanes8", RODATA|NOPTR)
	for i := range 8 {
		DATA(4*i, U32(i))
	}
	signs := GLOBL("signs", RODATA|NOPTR)
	for i := range 8 {
		DATA(4*i, U32(1<<31))
	}
	VPBROADCASTD(Mem{Base: state, Disp: 4 * 8}, x[8])
	VPBROADCASTD(Mem{Base: state, Disp: 4 * 9}, x[9])
	VMOVDQU(lanes, t)
	counter8(x[8], x[9], t, u, signs)
	VMOVDQA(x[8], in(8))
	VMOVDQA(x[9], in(9))

	Label("group")
	for _, j := range []int{0, 1, 3, 4, 5, 6, 8, 9, 10, 11, 12, 13, 14, 15} {
		VMOVDQA(in(j), x[j])
	}
	VMOVDQA(in(2), t)
	VMOVDQA(t, slot(2))
	VMOVDQA(in(7), t)
	VMOVDQA(t, slot(7))
	MOVL(U32(10), rounds.As32())

	Label("doubleround")
	half := func(quarters [2][4]int, from map[int]Mem) {
		for i, bits := range []uint8{7, 9, 13, 18} {
			for _, q := range quarters {
				into := q[(i+1)%4]
				VPADDD(x[q[(i+3)%4]], x[q[i]], t)
				VPSLLD(U8(bits), t, u)
				VPSRLD(U8(32-bits), t, t)
				if m, ok := from[into]; ok {
					VPXOR(m, u, x[into])
				} else {
					VPXOR(u, x[into], x[into])
				}
				VPXOR(t, x[into], x[into])
			}
		}
	}
	half([2][4]int{{0, 4, 8, 12}, {5, 9, 13, 1}}, nil)
	VMOVDQA(x[8], slot(8))
	VMOVDQA(x[13], slot(13))
	half([2][4]int{{10, 14, 2, 6}, {15, 3, 7, 11}}, map[int]Mem{2: slot(2), 7: slot(7)})
	half([2][4]int{{0, 1, 2, 3}, {5, 6, 7, 4}}, nil)
	VMOVDQA(x[2], slot(2))
	VMOVDQA(x[7], slot(7))
	half([2][4]int{{10, 11, 8, 9}, {15, 12, 13, 14}}, map[int]Mem{8: slot(8), 13: slot(13)})
	DECL(rounds.As32())
	JNZ(LabelRef("doubleround"))

	Comment("Quarters of blocks: after this, register i of a quarter has it of block i, and of block 4+i.")
	// quarter returns them, with what registers are spare now.
	quarter := func(w [4]VecPhysical, spare VecPhysical) (out [4]VecPhysical, left VecPhysical) {
		a, b, c, d := w[0], w[1], w[2], w[3]
		VPUNPCKLDQ(b, a, spare)
		VPUNPCKHDQ(b, a, a)
		VPUNPCKLDQ(d, c, b)
		VPUNPCKHDQ(d, c, c)
		VPUNPCKLQDQ(b, spare, d)
		VPUNPCKHQDQ(b, spare, b)
		VPUNPCKLQDQ(c, a, spare)
		VPUNPCKHQDQ(c, a, a)
		return [4]VecPhysical{d, b, spare, a}, c
	}
	// write combines half h of the blocks with src.
	write := func(h int, p, q [4]VecPhysical, spare VecPhysical) {
		for i := range 4 {
			VPERM2I128(U8(0x20), q[i], p[i], spare)
			VPERM2I128(U8(0x31), q[i], p[i], p[i])
			for k, y := range []VecPhysical{spare, p[i]} {
				at := 64*(i+4*k) + 32*h
				VPXOR(Mem{Base: src, Disp: at}, y, y)
				VMOVDQU(y, Mem{Base: dst, Disp: at})
			}
		}
	}
	for j := 8; j < 16; j++ {
		VPADDD(in(j), x[j], x[j])
	}
	q2, left := quarter([4]VecPhysical(x[8:12]), t)
	q3, left := quarter([4]VecPhysical(x[12:16]), left)
	write(1, q2, q3, left)
	VMOVDQA(slot(2), x[2])
	VMOVDQA(slot(7), x[7])
	for j := range 8 {
		VPADDD(in(j), x[j], x[j])
	}
	q0, left := quarter([4]VecPhysical(x[0:4]), t)
	q1, left := quarter([4]VecPhysical(x[4:8]), left)
	write(0, q0, q1, left)

	VMOVDQA(in(8), x[8])
	VMOVDQA(in(9), x[9])
	eights := GLOBL("eights", RODATA|NOPTR)
	for i := range 8 {
		DATA(4*i, U32(8))
	}
	VMOVDQU(eights, t)
	counter8(x[8], x[9], t, u, signs)
	VMOVDQA(x[8], in(8))
	VMOVDQA(x[9], in(9))
	ADDQ(U32(512), src)
	ADDQ(U32(512), dst)
	DECQ(groups)
	JNZ(LabelRef("group"))

	Comment("Leave nothing of key, keystream or message behind.")
	VPXOR(t, t, t)
	for j := range slots {
		VMOVDQA(t, in(j))
	}
	VZEROALL()
	RET()
}

// counter8 adds step to the 64-bit counters whose words are in low and high.
// AVX2 compares signed numbers only: low+step < step (unsigned) is the same with
// both signs turned.
func counter8(low, high, step, t VecPhysical, signs Mem) {
	VPADDD(step, low, low)
	VPXOR(signs, low, t)
	VPXOR(signs, step, step)
	VPCMPGTD(t, step, t)
	VPSUBD(t, high, high)
}

// prefetchw asks for the cache line at disp(RDI) to be written. Neither avo nor
// Go's assembler has the instruction.
func prefetchw(disp int) {
	for _, b := range []byte{0x0f, 0x0d, 0x8f, byte(disp), byte(disp >> 8), byte(disp >> 16), byte(disp >> 24)} {
		Instruction(&ir.Instruction{Opcode: "BYTE", Operands: []Op{U8(b)}})
	}
}
