package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

// rows computes a few blocks with little latency. A register holds one diagonal of
// the matrices of four blocks, so that the steps of a quarter round do a whole round.
// Between rounds the diagonals rotate.
//
//	a = x0 x5 x10 x15, b = x4 x9 x14 x3, c = x8 x13 x2 x7, d = x12 x1 x6 x11
type rows struct{ a, b, c, d, t VecPhysical }

// round returns the steps b ^= (a+d)<<<7, c ^= (b+a)<<<9, d ^= (c+b)<<<13,
// a ^= (d+c)<<<18.
func (r rows) round() (steps []func()) {
	x := []VecPhysical{r.a, r.b, r.c, r.d}
	for i, bits := range []uint8{7, 9, 13, 18} {
		steps = append(steps,
			func() { VPADDD(x[(i+3)%4], x[i], r.t) },
			func() { VPROLD(U8(bits), r.t, r.t) },
			func() { VPXORD(r.t, x[(i+1)%4], x[(i+1)%4]) })
	}
	return steps
}

// doubleRound returns the steps of a round over columns and of one over rows.
func (r rows) doubleRound() []func() {
	turn := func(left, right VecPhysical) []func() {
		return []func(){
			func() { VPSHUFD(U8(0x93), right, right) },
			func() { VPSHUFD(U8(0x4e), r.c, r.c) },
			func() { VPSHUFD(U8(0x39), left, left) },
		}
	}
	steps := append(r.round(), turn(r.d, r.b)...)
	steps = append(steps, rows{r.a, r.d, r.c, r.b, r.t}.round()...)
	return append(steps, turn(r.b, r.d)...)
}

// spread sets the four lanes of each diagonal to that diagonal in x, which has all
// four side by side.
func (r rows) spread(x VecPhysical) {
	for i, diagonal := range r.all() {
		VSHUFI32X4(U8(0x55*i), x, x, diagonal)
	}
}

func (r rows) all() []VecPhysical { return []VecPhysical{r.a, r.b, r.c, r.d} }

// count adds numbers to the block counters of the lanes. The low word of a counter is
// the first of c, and its high word the second of b.
func (r rows) count(numbers Mem) {
	VMOVDQA32(r.c, r.t)
	VPADDD(numbers, r.c, r.c)
	VPCMPUD(U8(1), r.t, r.c, K1)
	KSHIFTLW(U8(1), K1, K1)
	VPADDD_BCST(one32, r.b, K1, r.b)
}

// rounds emits the twenty rounds of one or more sets of rows, interleaved.
func rounds(label string, sets ...rows) {
	n := GP64()
	MOVQ(U32(10), n)
	Label(label)
	steps := sets[0].doubleRound()
	for i := range steps {
		for _, r := range sets {
			r.doubleRound()[i]()
		}
	}
	DECQ(n)
	JNZ(LabelRef(label))
}

// blocks emits the computation of keystream from block n on, four blocks for each set
// of rows. x has the diagonals of block n side by side; blocks overwrites it.
func blocks(dst Register, x VecPhysical, sets int) {
	all := []rows{{Z0, Z1, Z2, Z3, Z4}, {Z5, Z6, Z7, Z8, Z9}}[:sets]
	inputs := []rows{{Z10, Z11, Z12, Z13, Z14}, {Z15, Z16, Z17, Z18, Z19}}[:sets]
	for i, input := range inputs {
		input.spread(x)
		input.count(Mem{Symbol: countRows.Symbol, Base: countRows.Base, Disp: 64 * i})
		for j, diagonal := range all[i].all() {
			VMOVDQA32(input.all()[j], diagonal)
		}
	}
	rounds("salsa", all...)
	Comment("From diagonals to rows, and to blocks. K2, K3 and K4 select words 1, 2 and 3 of a row.")
	word := GP32()
	for i, k := range []Register{K2, K3, K4} {
		MOVL(U32(0x2222<<i), word)
		KMOVW(word, k)
	}
	row, t := []VecPhysical{Z20, Z21, Z22, Z23}, []VecPhysical{Z24, Z25, Z26, Z27}
	for i, r := range all {
		x := r.all()
		for j, input := range inputs[i].all() {
			VPADDD(input, x[j], x[j])
		}
		for j, to := range row {
			VMOVDQA32(x[j], to)
			VMOVDQA32(x[(j+3)%4], K2, to)
			VMOVDQA32(x[(j+2)%4], K3, to)
			VMOVDQA32(x[(j+1)%4], K4, to)
		}
		VSHUFI32X4(U8(0x88), row[1], row[0], t[0])
		VSHUFI32X4(U8(0xdd), row[1], row[0], t[1])
		VSHUFI32X4(U8(0x88), row[3], row[2], t[2])
		VSHUFI32X4(U8(0xdd), row[3], row[2], t[3])
		for k, imm := range []uint8{0x88, 0x88, 0xdd, 0xdd} {
			VSHUFI32X4(U8(imm), t[2+k%2], t[k%2], row[k])
			VMOVDQU32(row[k], Mem{Base: dst, Disp: 256*i + 64*k})
		}
	}
}

// keystream8 generates Salsa20 for the end of a message.
func keystream8() {
	TEXT("keystream8AVX512", NOSPLIT, "func(dst *[512]byte, state *[16]uint32, counter uint64)")
	Doc("keystream8AVX512 sets dst to eight blocks of keystream from block counter on. state is Salsa20's input without its counter.")
	Pragma("noescape")
	dst := Load(Param("dst"), GP64())
	state := Load(Param("state"), GP64())
	counter := Load(Param("counter"), GP64())
	x, input, fifth := Z28, Z29, GP32()
	VMOVDQU64(Mem{Base: state}, input)
	Comment("Words 8 and 9, the fifth pair, are the counter.")
	MOVL(U32(1<<4), fifth)
	KMOVW(fifth, K1)
	VPBROADCASTQ(counter, K1, input)
	VMOVDQU32(diagonals, x)
	VPERMD(input, x, x)
	blocks(dst, x, 2)
	wipeRegisters()
	RET()
}

// begin generates HSalsa20, and then Salsa20 with the subkey, which stays in
// registers.
func begin(sets int) {
	bytes := 256 * sets
	name := fmt.Sprintf("begin%dAVX512", 4*sets)
	TEXT(name, NOSPLIT, fmt.Sprintf("func(dst *[%d]byte, subkey, key *[32]byte, nonce *[24]byte)", bytes))
	Doc(fmt.Sprintf("%s sets subkey to HSalsa20 of key and nonce[:16], and dst to XSalsa20's first %d blocks.", name, 4*sets))
	Pragma("noescape")
	dst := Load(Param("dst"), GP64())
	subkey := Load(Param("subkey"), GP64())
	key := Load(Param("key"), GP64())
	nonce := Load(Param("nonce"), GP64())

	Comment("The diagonals side by side, from sigma, key and nonce.")
	x, keyed := Z28, Z5
	VMOVDQU(Mem{Base: key}, Y5)
	VINSERTI32X4(U8(2), Mem{Base: nonce}, keyed, keyed)
	VINSERTI32X4(U8(3), sigma, keyed, keyed)
	VMOVDQU32(fromKey, x)
	VPERMD(keyed, x, x)
	r := rows{Z0, Z1, Z2, Z3, Z4}
	r.spread(x)
	rounds("hsalsa", r)

	Comment("The subkey is x0, x5, x10, x15, x6, x7, x8, x9.")
	VINSERTI32X4(U8(1), X1, Z0, Z0)
	VINSERTI32X4(U8(2), X2, Z0, Z0)
	VINSERTI32X4(U8(3), X3, Z0, Z0)
	VMOVDQU32(toSubkey, x)
	VPERMD(Z0, x, keyed)
	VMOVDQU(Y5, Mem{Base: subkey})
	Comment("The diagonals of block 0, from the subkey and the rest of the nonce.")
	VMOVQ(Mem{Base: nonce, Disp: 16}, X6)
	VINSERTI32X4(U8(2), X6, keyed, keyed)
	VINSERTI32X4(U8(3), sigma, keyed, keyed)
	VMOVDQU32(fromKey, x)
	VPERMD(keyed, x, x)
	blocks(dst, x, sets)
	wipeRegisters()
	RET()
}
