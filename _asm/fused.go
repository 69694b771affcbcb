package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// This file interleaves Salsa20 and Poly1305: the additions, rotations and
// exclusive-ors of Salsa20 use the ports while Poly1305 waits for its products. A
// group of Poly1305 has ten parts, one for each double round.

// seal generates a function that encrypts a group while it authenticates the one
// before, whose ciphertext is still in the first-level cache.
func seal() {
	TEXT("sealGroupsAVX512", NOSPLIT, "func(dst, src *byte, groups uint64, state *[16]uint32, counter uint64, h *[24]uint64, powers *[27]uint64)")
	Doc("sealGroupsAVX512 is xorKeystream16AVX512, and adds to h the groups from the one before dst to the last but one.")
	Pragma("noescape")
	dst := Load(Param("dst"), destination)
	src := Load(Param("src"), GP64())
	fused(dst, src, func(i int, to VecPhysical) { VMOVDQU64(Mem{Base: dst, Disp: 64*i - group}, to) }, src)
}

// open generates a function that authenticates a group while it computes the
// keystream for it. It reads the group once, and copies it for the decryption.
func open() {
	TEXT("openGroupsAVX512", NOSPLIT, "func(dst, src *byte, groups uint64, state *[16]uint32, counter uint64, h *[24]uint64, powers *[27]uint64, scratch *[1088]byte)")
	Doc("openGroupsAVX512 adds groups of src to h and combines them with the keystream into dst. It reads src once, and leaves a copy of the last group in scratch.")
	Pragma("noescape")
	dst := Load(Param("dst"), destination)
	src := Load(Param("src"), GP64())
	scratch := Load(Param("scratch"), GP64())
	ADDQ(Imm(63), scratch)
	ANDQ(I8(-64), scratch)
	fused(dst, src, func(i int, to VecPhysical) {
		VMOVDQU64(Mem{Base: src, Disp: 64 * i}, to)
		VMOVDQA64(to, Mem{Base: scratch, Disp: 64 * i})
	}, scratch)
}

// fused generates what both have in common. term loads a register of terms, and from
// points to the group that Salsa20 combines with the keystream.
func fused(dst, src Register, term func(i int, to VecPhysical), from Register) {
	groups := Load(Param("groups"), GP64())
	s := newSalsa20()
	h := Load(Param("h"), GP64())
	p := newPoly1305(Load(Param("powers"), GP64()))
	p.load(h)
	s.loop(dst, src, from, groups, p.group(term))
	p.store(h)
	wipeRegisters()
	RET()
}
