package main

import (
	"slices"

	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/ir"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// xorKeystream2x8 generates Salsa20 for sixteen blocks at once, as two sets of eight:
// vector j of a set is word j of its blocks. One set would nearly fit into the
// registers, but then the three vector ports wait for results a fifth of the time. Two
// sets are kept in memory, and the registers are a cache of it; loads and stores have
// ports of their own.
//
// The blocks differ in words 8 and 9 only, their counters. So two of the four quarters
// of the first round, and four more steps, are the same for all blocks: Go code does
// them once. The transposition, from words of blocks to blocks of words, uses other
// ports than most other steps, so it is interleaved with the last round.
func xorKeystream2x8() {
	const prefetch = 2048 // bytes ahead
	TEXT("xorKeystream2x8AVX2", NOSPLIT, "func(dst, src *byte, groups uint64, state *[2][16]uint32, counter uint64, scratch *[1984]byte)")
	Doc("xorKeystream2x8AVX2 combines groups of 1024 bytes of src with the keystream from block counter on into dst. state is Salsa20's input without its counter, and the part of the first round that is the same for all blocks. It leaves secrets in scratch.")
	Pragma("noescape")
	dst, src, groups, state, frame, rounds := RDI, RSI, RCX, RDX, RBX, EAX
	Load(Param("dst"), dst)
	Load(Param("src"), src)
	Load(Param("groups"), groups)
	Load(Param("state"), state)

	same := []int{2, 3, 4, 6, 7, 10, 11, 14, 15} // words after the first round
	const vectors = 32 + 18 + 11
	Load(Param("scratch"), frame)
	ADDQ(Imm(31), frame)
	ANDQ(I8(-32), frame)
	vector := func(i int) Mem { return Mem{Base: frame, Disp: 32 * i} }
	in := func(w int) Mem { // the input of word w%16 of set w/16
		if w == 16+8 || w == 16+9 {
			return vector(48 + w%8)
		}
		return vector(32 + w%16)
	}
	change := func(w int) Mem { return vector(50 + w%8) } // what the first round changes word 8 or 9 by
	start := func(w int) Mem {
		if i := slices.Index(same, w%16); i >= 0 {
			return vector(52 + i)
		}
		return in(w)
	}

	Comment("Words 8 and 9 are a 64-bit counter, which differs from lane to lane.")
	for w := range 16 {
		if w != 8 && w != 9 {
			VPBROADCASTD(Mem{Base: state, Disp: 4 * w}, Y0)
			VMOVDQA(Y0, in(w))
		}
		if slices.Contains(same, w) {
			VPBROADCASTD(Mem{Base: state, Disp: 64 + 4*w}, Y0)
			VMOVDQA(Y0, start(w))
		}
	}
	counter := R8
	Load(Param("counter"), counter)
	lanes := constant("lanes8", func(i int) uint32 { return uint32(i) })
	eights := constant("eights", func(int) uint32 { return 8 })
	sixteens := constant("sixteens", func(int) uint32 { return 16 })
	for i, y := range []VecPhysical{Y0, Y1} {
		VPBROADCASTD(Mem{Base: state, Disp: 64 + 4*(8+i)}, y)
		VMOVDQA(y, change(8+i))
		VMOVQ(counter, y.AsX())
		VPBROADCASTD(y.AsX(), y)
		SHRQ(U8(32), counter)
	}
	for set, step := range []Mem{lanes, eights} {
		advance(Y0, Y1, step)
		VMOVDQA(Y0, in(16*set+8))
		VMOVDQA(Y1, in(16*set+9))
	}

	columns := func(q, i int) int { return (5*q + 4*i) % 16 }
	rows := func(q, i int) int { return 4*q + (q+i)%4 }

	Label("group")
	c := newCache(vector)
	for w := range 32 {
		c.at[w] = start(w)
	}
	for _, w := range []int{8, 9, 24, 25} {
		y := c.load(w)
		VPXOR(change(w), y, y)
		c.changed[w] = true
	}
	c.do(slices.DeleteFunc(round(columns, 0, 1), func(s step) bool {
		return !slices.Contains([]int{0, 1, 5, 12, 13}, s.into%16)
	}), nil)
	c.flush()
	MOVL(U32(9), rounds)
	ahead := R8
	LEAQ(Mem{Base: src, Disp: prefetch}, ahead)
	SUBQ(src, dst)

	Label("rounds")
	for line := range 2 {
		PREFETCHT0(Mem{Base: ahead, Disp: 64 * line})
		prefetchwLine(line)
	}
	ADDQ(U32(2*64), ahead)
	c = newCache(vector)
	c.do(append(round(rows, 0, 1, 2, 3), round(columns, 0, 1, 2, 3)...), nil)
	c.flush()
	DECL(rounds)
	JNZ(LabelRef("rounds"))
	ADDQ(src, dst)

	c = newCache(vector)
	write := func(q int) (pieces []func()) {
		for set := range 2 {
			pieces = append(pieces, writeQuarter(c, set, q, dst, src, in)...)
		}
		return pieces
	}
	c.do(round(rows, 0, 1), nil)
	c.do(round(rows, 2, 3), append(write(0), write(1)...))
	c.do(nil, append(write(2), write(3)...))

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

	VZEROALL()
	RET()
}

// writeQuarter returns the steps that combine words 4q to 4q+3 of the blocks of a set
// with src. They add the input and transpose the words to quarters of blocks: the low
// half of a register has a quarter of block 0, 1, 2 or 3, and the high half the same
// quarter of block 4, 5, 6 or 7.
func writeQuarter(c *cache, set, q int, dst, src Register, in func(int) Mem) []func() {
	var y [4]VecPhysical
	var spare VecPhysical
	pieces := []func(){
		func() {
			for i := range y {
				w := 16*set + 4*q + i
				y[i] = c.load(w)
				delete(c.register, w)
				VPADDD(in(w), y[i], y[i])
			}
			spare = c.take()
		},
		func() {
			VPUNPCKLDQ(y[1], y[0], spare)
			VPUNPCKHDQ(y[1], y[0], y[0])
			VPUNPCKLDQ(y[3], y[2], y[1])
			VPUNPCKHDQ(y[3], y[2], y[2])
		},
		func() {
			VPUNPCKLQDQ(y[1], spare, y[3])
			VPUNPCKHQDQ(y[1], spare, y[1])
			VPUNPCKLQDQ(y[2], y[0], spare)
			VPUNPCKHQDQ(y[2], y[0], y[0])
			y, spare = [4]VecPhysical{y[3], y[1], spare, y[0]}, y[2]
		},
	}
	for block := range y {
		low := 512*set + 64*block + 16*q
		high := low + 64*4
		pieces = append(pieces, func() {
			VMOVDQU(Mem{Base: src, Disp: low}, spare.AsX())
			VINSERTI128(U8(1), Mem{Base: src, Disp: high}, spare, spare)
			VPXOR(spare, y[block], y[block])
			VMOVDQU(y[block].AsX(), Mem{Base: dst, Disp: low})
			VEXTRACTI128(U8(1), y[block], Mem{Base: dst, Disp: high})
			c.free = append(c.free, y[block])
			if block == 3 {
				c.free = append(c.free, spare)
			}
		})
	}
	return pieces
}

// prefetchwLine emits PREFETCHW 64*line(R8)(DI*1), which neither avo nor Go's assembler
// has. It does nothing on processors without it.
func prefetchwLine(line int) {
	for _, b := range []byte{0x41, 0x0f, 0x0d, 0x4c, 0x38, byte(64 * line)} {
		Instruction(&ir.Instruction{Opcode: "BYTE", Operands: []Op{U8(b)}})
	}
}

// constant stores a vector of eight constants.
func constant(name string, value func(i int) uint32) Mem {
	m := GLOBL(name, RODATA|NOPTR)
	for i := range 8 {
		DATA(4*i, U32(value(i)))
	}
	return m
}

// advance emits the addition of step to the 64-bit counters in low and high. There is
// a carry if and only if the new low word is less than the step. AVX2 compares signed
// numbers; since a step is small, a word is less if it is less as a signed number and
// not negative.
func advance(low, high VecPhysical, step Mem) {
	less, negative := Y14, Y15
	VMOVDQU(step, less)
	VPADDD(less, low, low)
	VPCMPGTD(low, less, less)
	VPSRAD(U8(31), low, negative)
	VPANDN(less, negative, less)
	VPSUBD(less, high, high) // less is -1 where there is a carry
}

// A step of a quarter round: into ^= (a + b) <<< bits.
type step struct {
	a, b, into int
	bits       uint8
}

// round returns the steps of some quarter rounds of both sets, interleaved. at returns
// the i-th word of quarter q, counted from the word on the diagonal.
func round(at func(q, i int) int, quarters ...int) (steps []step) {
	for i, bits := range []uint8{7, 9, 13, 18} {
		for _, q := range quarters {
			for set := range 2 {
				word := func(i int) int { return 16*set + at(q, i%4) }
				steps = append(steps, step{word(i), word(i + 3), word(i + 1), bits})
			}
		}
	}
	return steps
}

// A cache records which words are in registers while code is generated.
type cache struct {
	at       map[int]Mem // where the words are in memory
	vector   func(int) Mem
	register map[int]VecPhysical
	changed  map[int]bool // words whose registers are not stored yet
	free     []VecPhysical
	ahead    []step // the steps to come, the current one first
}

func newCache(vector func(int) Mem) *cache {
	c := &cache{vector: vector, at: map[int]Mem{}, register: map[int]VecPhysical{}, changed: map[int]bool{},
		free: []VecPhysical{Y0, Y1, Y2, Y3, Y4, Y5, Y6, Y7, Y8, Y9, Y10, Y11, Y12, Y13, Y14, Y15}}
	for w := range 32 {
		c.at[w] = vector(w)
	}
	return c
}

// do emits the steps, with the pieces spread evenly among them.
func (c *cache) do(steps []step, pieces []func()) {
	done := 0
	for n := range steps {
		c.ahead = steps[n:]
		c.step()
		for ; done*len(steps) < n*len(pieces); done++ {
			pieces[done]()
		}
	}
	c.ahead = nil
	for ; done < len(pieces); done++ {
		pieces[done]()
	}
}

func (c *cache) step() {
	s := c.ahead[0]
	for _, w := range []int{s.a, s.b} {
		if c.nextUse(w) <= 12 {
			c.load(w)
		}
	}
	t, u := c.take(), c.take()
	a, b := c.operand(s.a), c.operand(s.b)
	if _, ok := b.(Mem); ok {
		a, b = b, a // the first operand may be in memory
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
		VPXOR(c.at[s.into], u, u)
		VPXOR(t, u, u)
		c.register[s.into] = u
	}
	c.free = append(c.free, t)
	c.changed[s.into] = true
}

// nextUse returns after how many steps from the current one w is used again.
func (c *cache) nextUse(w int) int {
	const never = 1000
	if len(c.ahead) == 0 {
		return never
	}
	i := slices.IndexFunc(c.ahead[1:], func(s step) bool { return w == s.a || w == s.b || w == s.into })
	if i < 0 {
		return never
	}
	return i + 1
}

// take returns a free register. If there is none, it evicts the word that is not used
// for the longest time, and prefers one that need not be stored.
func (c *cache) take() VecPhysical {
	if len(c.free) == 0 {
		worst, worth := -1, 0
		for w := range 32 {
			if _, ok := c.register[w]; !ok || len(c.ahead) > 0 && slices.Contains([]int{c.ahead[0].a, c.ahead[0].b, c.ahead[0].into}, w) {
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
	y := c.free[0]
	c.free = c.free[1:]
	return y
}

// load returns the register of w, and emits a load if w is not in one.
func (c *cache) load(w int) VecPhysical {
	if _, ok := c.register[w]; !ok {
		y := c.take()
		VMOVDQA(c.at[w], y)
		c.register[w] = y
	}
	return c.register[w]
}

// store emits a store of w if w has changed.
func (c *cache) store(w int) {
	if c.changed[w] {
		c.at[w] = c.vector(w)
		VMOVDQA(c.register[w], c.at[w])
		c.changed[w] = false
	}
}

// flush emits stores, so that every word is in memory where the next cache reads it.
func (c *cache) flush() {
	for w := range 32 {
		if c.at[w] != c.vector(w) {
			c.load(w)
			c.changed[w] = true
		}
		c.store(w)
	}
}

// operand returns the register or the memory that holds w.
func (c *cache) operand(w int) Op {
	if y, ok := c.register[w]; ok {
		return y
	}
	return c.at[w]
}
