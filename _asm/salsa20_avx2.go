package main

import (
	"slices"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// xorKeystream2x8 computes sixteen blocks of keystream at once, as two sets of
// eight: vector j of a set is word j of its blocks. With one set, which would
// nearly fit into the registers, the three vector ports wait for results a fifth
// of the time. Two sets live in memory, and the registers are a cache of them;
// loads and stores have ports of their own.
func xorKeystream2x8() {
	TEXT("xorKeystream2x8AVX2", 0, "func(dst, src *byte, groups uint64, state *[16]uint32)")
	Doc("xorKeystream2x8AVX2 combines groups of 1024 bytes of src with the keystream into dst. state is Salsa20's input for the first block.")
	Pragma("noescape")
	dst, src, groups, state, frame, rounds := RDI, RSI, RCX, RDX, RBX, EAX
	Load(Param("dst"), dst)
	Load(Param("src"), src)
	Load(Param("groups"), groups)
	Load(Param("state"), state)

	const vectors = 2*16 + 16 + 2
	LEAQ(AllocLocal(32*vectors+24).Offset(24), frame) // SP is a multiple of 8
	ANDQ(I8(-32), frame)
	vector := func(i int) Mem { return Mem{Base: frame, Disp: 32 * i} }
	in := func(w int) Mem { // the input of word w%16 of set w/16
		if w == 16+8 || w == 16+9 {
			return vector(48 + w%8)
		}
		return vector(32 + w%16)
	}

	Comment("The input: 64-bit block counters in words 8 and 9, the others in all lanes.")
	for w := range 16 {
		if w != 8 && w != 9 {
			VPBROADCASTD(Mem{Base: state, Disp: 4 * w}, Y0)
			VMOVDQA(Y0, in(w))
		}
	}
	lanes := words("lanes8", func(i int) uint32 { return uint32(i) })
	eights := words("eights", func(int) uint32 { return 8 })
	sixteens := words("sixteens", func(int) uint32 { return 16 })
	VPBROADCASTD(Mem{Base: state, Disp: 4 * 8}, Y0)
	VPBROADCASTD(Mem{Base: state, Disp: 4 * 9}, Y1)
	advance(Y0, Y1, lanes)
	VMOVDQA(Y0, in(8))
	VMOVDQA(Y1, in(9))
	advance(Y0, Y1, eights)
	VMOVDQA(Y0, in(24))
	VMOVDQA(Y1, in(25))

	Label("group")
	for w := range 16 {
		VMOVDQA(in(w), Y0)
		VMOVDQA(Y0, vector(w))
		if w == 8 || w == 9 {
			VMOVDQA(in(16+w), Y0)
		}
		VMOVDQA(Y0, vector(16+w))
	}
	MOVL(U32(10), rounds)
	Label("doubleround")
	doubleRound(vector)
	DECL(rounds)
	JNZ(LabelRef("doubleround"))

	Comment("Words become quarters of blocks: one of block 0, 1, 2 or 3, and the same of block 4, 5, 6 or 7 above.")
	for quarter := range 4 {
		for set := range 2 {
			a, b, c, d := Y0, Y1, Y2, Y3
			for i, y := range []VecPhysical{a, b, c, d} {
				w := 16*set + 4*quarter + i
				VMOVDQA(vector(w), y)
				VPADDD(in(w), y, y)
			}
			VPUNPCKLDQ(b, a, Y4)
			VPUNPCKHDQ(b, a, Y5)
			VPUNPCKLDQ(d, c, Y6)
			VPUNPCKHDQ(d, c, Y7)
			VPUNPCKLQDQ(Y6, Y4, a)
			VPUNPCKHQDQ(Y6, Y4, b)
			VPUNPCKLQDQ(Y7, Y5, c)
			VPUNPCKHQDQ(Y7, Y5, d)
			for block, y := range []VecPhysical{a, b, c, d} {
				low := 512*set + 64*block + 16*quarter
				high := low + 64*4
				VMOVDQU(Mem{Base: src, Disp: low}, Y8.AsX())
				VINSERTI128(U8(1), Mem{Base: src, Disp: high}, Y8, Y8)
				VPXOR(Y8, y, y)
				VMOVDQU(y.AsX(), Mem{Base: dst, Disp: low})
				VEXTRACTI128(U8(1), y, Mem{Base: dst, Disp: high})
			}
		}
	}

	for set := range 2 {
		VMOVDQA(in(16*set+8), Y0)
		VMOVDQA(in(16*set+9), Y1)
		advance(Y0, Y1, sixteens)
		VMOVDQA(Y0, in(16*set+8))
		VMOVDQA(Y1, in(16*set+9))
	}
	ADDQ(U32(1024), src)
	ADDQ(U32(1024), dst)
	DECQ(groups)
	JNZ(LabelRef("group"))

	Comment("Leave nothing of key, keystream or message behind.")
	VZEROALL()
	for i := range vectors {
		VMOVDQA(Y0, vector(i))
	}
	VZEROUPPER()
	RET()
}

// words is a vector of constants.
func words(name string, value func(i int) uint32) Mem {
	m := GLOBL(name, RODATA|NOPTR)
	for i := range 8 {
		DATA(4*i, U32(value(i)))
	}
	return m
}

// advance adds step to the 64-bit counters whose words are in low and high. A
// low word has carried just if it is less than its step now; AVX2 compares
// signed numbers, but a step is small, so that this is to be in 0 to step-1.
func advance(low, high VecPhysical, step Mem) {
	t, u := Y14, Y15
	VMOVDQU(step, t)
	VPADDD(t, low, low)
	VPCMPGTD(low, t, t)    // less than step, as signed,
	VPSRAD(U8(31), low, u) // but
	VPANDN(t, u, t)        // not negative
	VPSUBD(t, high, high)  // minus minus one
}

// A step of a quarter round: into ^= (a + b) <<< bits.
type step struct {
	a, b, into int
	bits       uint8
}

// doubleRound emits two rounds of both sets, whose steps alternate.
func doubleRound(vector func(int) Mem) {
	columns := func(q, i int) int { return (5*q + 4*i) % 16 }
	rows := func(q, i int) int { return 4*q + (q+i)%4 }
	var steps []step
	for _, at := range []func(q, i int) int{columns, rows} {
		for i, bits := range []uint8{7, 9, 13, 18} {
			for q := range 4 {
				for set := range 2 {
					word := func(i int) int { return 16*set + at(q, i%4) }
					steps = append(steps, step{word(i), word(i + 3), word(i + 1), bits})
				}
			}
		}
	}

	c := cache{vector: vector, register: map[int]VecPhysical{}, changed: map[int]bool{},
		free: []VecPhysical{Y0, Y1, Y2, Y3, Y4, Y5, Y6, Y7, Y8, Y9, Y10, Y11, Y12, Y13, Y14, Y15}}
	for n, s := range steps {
		c.ahead = steps[n:]
		for _, w := range []int{s.a, s.b} {
			if _, ok := c.register[w]; !ok && c.nextUse(w) <= 12 {
				c.register[w] = c.take()
				VMOVDQA(vector(w), c.register[w])
			}
		}
		t, u := c.take(), c.take()
		a, b := c.operand(s.a), c.operand(s.b)
		if _, ok := b.(Mem); ok {
			a, b = b, a // one at most may be in memory, as first operand
		}
		if _, ok := b.(Mem); ok {
			VMOVDQA(b, t)
			b = t
		}
		VPADDD(a, b, t)
		VPSLLD(U8(s.bits), t, u)
		VPSRLD(U8(32-s.bits), t, t)
		if x, ok := c.register[s.into]; ok {
			VPXOR(u, x, x)
			VPXOR(t, x, x)
			c.free = append(c.free, u)
		} else {
			VPXOR(vector(s.into), u, u)
			VPXOR(t, u, u)
			c.register[s.into] = u
		}
		c.free = append(c.free, t)
		c.changed[s.into] = true
	}
	for w := range 32 {
		c.store(w)
	}
}

// A cache is which vectors the registers have.
type cache struct {
	vector   func(int) Mem
	register map[int]VecPhysical
	changed  map[int]bool // since vector was written
	free     []VecPhysical
	ahead    []step // what is to be done, the current step first
}

// nextUse says in how many steps w is used again, after the current one.
func (c *cache) nextUse(w int) int {
	i := slices.IndexFunc(c.ahead[1:], func(s step) bool { return w == s.a || w == s.b || w == s.into })
	if i < 0 {
		return 1000
	}
	return i + 1
}

// take returns a free register. If there is none, it gives up the word that is
// not used for the longest time, rather one that need not be written.
func (c *cache) take() VecPhysical {
	if len(c.free) == 0 {
		now := c.ahead[0]
		worst, worth := -1, 0
		for w := range 32 {
			if _, ok := c.register[w]; !ok || w == now.a || w == now.b || w == now.into {
				continue
			}
			next := 2 * c.nextUse(w)
			if !c.changed[w] {
				next++
			}
			if next > worth {
				worst, worth = w, next
			}
		}
		c.store(worst)
		c.free = append(c.free, c.register[worst])
		delete(c.register, worst)
	}
	r := c.free[0]
	c.free = c.free[1:]
	return r
}

// store writes w, if it has to be.
func (c *cache) store(w int) {
	if c.changed[w] {
		VMOVDQA(c.register[w], c.vector(w))
		c.changed[w] = false
	}
}

// operand is where w is.
func (c *cache) operand(w int) Op {
	if r, ok := c.register[w]; ok {
		return r
	}
	return c.vector(w)
}
