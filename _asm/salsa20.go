package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// group is the length in bytes of sixteen blocks of keystream.
const group = 16 * 64

// A salsa20 computes sixteen blocks of keystream at once: register j holds word
// j of all of them, so that a round is the same as on one block, and only the
// result has to be turned from words of blocks into blocks of words.
type salsa20 struct {
	x         []VecPhysical // the words
	t         []VecPhysical // four to work with
	low, high VecPhysical   // the block counter of each lane
	state     Register      // points to Salsa20's input; its words 8 and 9 are not read
}

// newSalsa20 takes the argument state of the function that is being written, and
// start its argument counter.
func newSalsa20() salsa20 {
	return salsa20{
		x:   []VecPhysical{Z0, Z1, Z2, Z3, Z4, Z5, Z6, Z7, Z8, Z9, Z10, Z11, Z12, Z13, Z14, Z15},
		t:   []VecPhysical{Z16, Z17, Z18, Z19},
		low: Z30, high: Z31, state: Load(Param("state"), GP64()),
	}
}

func (s salsa20) word(j int) Mem { return Mem{Base: s.state, Disp: 4 * j} }

// start sets the counters of the sixteen lanes.
func (s salsa20) start() {
	Comment("The block counter of each lane, as a low and a high word.")
	counter := GP64()
	Load(Param("counter"), counter)
	VPBROADCASTD(counter.As32(), s.t[0])
	SHRQ(U8(32), counter)
	VPADDD(count16, s.t[0], s.low)
	VPBROADCASTD(counter.As32(), s.high)
	VPCMPUD(U8(1), s.t[0], s.low, K1) // low < first
	VPADDD_BCST(one32, s.high, K1, s.high)
}

// advance moves the counters to the next group.
func (s salsa20) advance() {
	VPADDD_BCST(sixteen32, s.low, s.low)
	VPCMPUD_BCST(U8(1), sixteen32, s.low, K1)
	VPADDD_BCST(one32, s.high, K1, s.high)
}

// load sets the words to Salsa20's input.
func (s salsa20) load() {
	for j, x := range s.x {
		switch j {
		case 8:
			VMOVDQA32(s.low, x)
		case 9:
			VMOVDQA32(s.high, x)
		default:
			VPBROADCASTD(s.word(j), x)
		}
	}
}

// doubleRound is a round over columns and one over rows.
func (s salsa20) doubleRound() (steps []func()) {
	steps = append(steps, s.quarters(func(q, i int) int { return (5*q + 4*i) % 16 })...)
	return append(steps, s.quarters(func(q, i int) int { return 4*q + (q+i)%4 })...)
}

// quarters are the four quarter rounds of a round, side by side. at says which
// word is the i-th of quarter q, from the one on the diagonal on.
func (s salsa20) quarters(at func(q, i int) int) (steps []func()) {
	step := func(fn func()) { steps = append(steps, fn) }
	for i, bits := range []uint8{7, 9, 13, 18} {
		for q, t := range s.t {
			step(func() { VPADDD(s.x[at(q, (i+3)%4)], s.x[at(q, i)], t) })
		}
		for _, t := range s.t {
			step(func() { VPROLD(U8(bits), t, t) })
		}
		for q, t := range s.t {
			into := s.x[at(q, (i+1)%4)]
			step(func() { VPXORD(t, into, into) })
		}
	}
	return steps
}

// finish adds the input and turns words of blocks into blocks of words: x[i] is
// block i after it.
func (s salsa20) finish() {
	for j, x := range s.x {
		switch j {
		case 8:
			VPADDD(s.low, x, x)
		case 9:
			VPADDD(s.high, x, x)
		default:
			VPADDD_BCST(s.word(j), x, x)
		}
	}
	Comment("Four words of a block stand together after this, sixteen after the next.")
	x, t := s.x, s.t
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
}

// combine is dst = src ^ keystream, for a group.
func (s salsa20) combine(dst, src Register) {
	for i, x := range s.x {
		VPXORD(Mem{Base: src, Disp: 64 * i}, x, x)
		VMOVDQU32(x, Mem{Base: dst, Disp: 64 * i})
	}
}

// loop does group after group. from is where it finds a group to combine with
// the keystream; between are steps to mingle with each of the double rounds.
func (s salsa20) loop(dst, src, from, groups Register, between [10][]func()) {
	s.start()
	Label("group")
	s.load()
	for k, steps := range between {
		interleave(s.doubleRound(), steps)
		if k < 8 {
			prefetch(src, 2*k)
			prefetch(src, 2*k+1)
		}
	}
	s.finish()
	s.combine(dst, from)
	s.advance()
	ADDQ(U32(group), src)
	ADDQ(U32(group), dst)
	DECQ(groups)
	JNZ(LabelRef("group"))
}

// interleave spreads the steps of b evenly among those of a.
func interleave(a, b []func()) {
	done := 0
	for i, step := range a {
		step()
		for ; done*len(a) < (i+1)*len(b); done++ {
			b[done]()
		}
	}
}

// ahead is how many bytes before their use lines are fetched.
const ahead = 4 << 10

// prefetch fetches line i of a group to come: of src to read it, of the
// destination to write it.
func prefetch(src Register, i int) {
	PREFETCHT0(Mem{Base: src, Disp: ahead + 64*i})
	prefetchw(ahead + 64*i)
}

// xorKeystream16 is Salsa20 alone.
func xorKeystream16() {
	TEXT("xorKeystream16AVX512", NOSPLIT, "func(dst, src *byte, groups uint64, state *[16]uint32, counter uint64)")
	Doc("xorKeystream16AVX512 combines groups of 1024 bytes of src with the keystream from block counter on into dst. state is Salsa20's input without its counter.")
	Pragma("noescape")
	dst := Load(Param("dst"), destination)
	src := Load(Param("src"), GP64())
	groups := Load(Param("groups"), GP64())
	s := newSalsa20()
	s.loop(dst, src, src, groups, [10][]func(){})
	wipeRegisters()
	RET()
}
