package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// group is the length in bytes of sixteen blocks of keystream.
const group = 16 * 64

// A salsa20 computes sixteen blocks of keystream at once. Register j holds word j of
// all of them, so that a round has the same steps as on one block. Only the result
// has to be transposed, from words of blocks to blocks of words.
type salsa20 struct {
	x         []VecPhysical // the words
	t         []VecPhysical // four temporaries
	low, high VecPhysical   // the block counter of each lane
	state     Register      // points to Salsa20's input, of which words 8 and 9 are not read
}

// newSalsa20 reads the argument state of the function that is being generated. start
// reads its argument counter.
func newSalsa20() salsa20 {
	return salsa20{
		x:   []VecPhysical{Z0, Z1, Z2, Z3, Z4, Z5, Z6, Z7, Z8, Z9, Z10, Z11, Z12, Z13, Z14, Z15},
		t:   []VecPhysical{Z16, Z17, Z18, Z19},
		low: Z30, high: Z31, state: Load(Param("state"), GP64()),
	}
}

func (s salsa20) word(j int) Mem { return Mem{Base: s.state, Disp: 4 * j} }

// start emits the setting of the sixteen lanes' counters.
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

// advance emits the step of the counters to the next group.
func (s salsa20) advance() {
	VPADDD_BCST(sixteen32, s.low, s.low)
	VPCMPUD_BCST(U8(1), sixteen32, s.low, K1)
	VPADDD_BCST(one32, s.high, K1, s.high)
}

// load emits the setting of the words to Salsa20's input.
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

// doubleRound returns the steps of a round over columns and of one over rows.
func (s salsa20) doubleRound() (steps []func()) {
	steps = append(steps, s.quarters(func(q, i int) int { return (5*q + 4*i) % 16 })...)
	return append(steps, s.quarters(func(q, i int) int { return 4*q + (q+i)%4 })...)
}

// quarters returns the steps of the four quarter rounds of a round, interleaved. at
// returns the i-th word of quarter q, counted from the word on the diagonal.
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

// finish emits the addition of the input, and the transposition: then x[i] is block i.
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
	Comment("This brings four words of a block together, and the next step all sixteen.")
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

// combine emits dst = src ^ keystream for a group.
func (s salsa20) combine(dst, src Register) {
	for i, x := range s.x {
		VPXORD(Mem{Base: src, Disp: 64 * i}, x, x)
		VMOVDQU32(x, Mem{Base: dst, Disp: 64 * i})
	}
}

// loop emits the loop over groups. from points to the group that it combines with the
// keystream. It interleaves between[i] with double round i.
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

// interleave emits the steps of a, with those of b spread evenly among them.
func interleave(a, b []func()) {
	done := 0
	for i, step := range a {
		step()
		for ; done*len(a) < (i+1)*len(b); done++ {
			b[done]()
		}
	}
}

// ahead is how many bytes ahead of the current group lines are prefetched.
const ahead = 4 << 10

// prefetch emits the prefetching of line i of a later group: of src for reading, of
// the destination for writing.
func prefetch(src Register, i int) {
	PREFETCHT0(Mem{Base: src, Disp: ahead + 64*i})
	prefetchw(ahead + 64*i)
}

// xorKeystream16 generates Salsa20 alone.
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
