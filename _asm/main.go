// Command _asm generates the assembly of internal/xsalsa20poly1305. Run it with
//
//	go generate ./internal/xsalsa20poly1305
package main

import (
	"fmt"

	. "github.com/mmcloughlin/avo/build"
	"github.com/mmcloughlin/avo/ir"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

func main() {
	ConstraintExpr("!purego")
	constants()
	xorKeystream16()
	absorb64()
	seal()
	open()
	keystream8()
	begin(1)
	begin(2)
	xorKeystream2x8()
	absorbWeighted()
	Generate()
}

// Constants in memory. Those of one value are for one lane, and the instruction
// broadcasts them; the others have a value for each lane.
var count16, countRows, diagonals, fromKey, toSubkey, sigma, one32, sixteen32, one64, five64, five26, mask26 Mem

func constants() {
	words := func(name string, values ...uint32) Mem {
		m := GLOBL(name, RODATA|NOPTR)
		for i, v := range values {
			DATA(4*i, U32(v))
		}
		return m
	}
	count16 = words("count16", 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15)
	countRows = words("countRows", 0, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 4, 0, 0, 0, 5, 0, 0, 0, 6, 0, 0, 0, 7, 0, 0, 0)
	// diagonals permutes a matrix to its diagonals. fromKey does the same with the
	// parts of a matrix in another order: words 0 to 7 are the key, 8 to 11 nonce and
	// counter, 12 to 15 sigma.
	diagonals = words("diagonals", 0, 5, 10, 15, 4, 9, 14, 3, 8, 13, 2, 7, 12, 1, 6, 11)
	fromKey = words("fromKey", 12, 13, 14, 15, 3, 11, 7, 2, 10, 6, 1, 9, 5, 0, 8, 4)
	// toSubkey permutes diagonals to x0, x5, x10, x15, x6, x7, x8, x9.
	toSubkey = words("toSubkey", 0, 1, 2, 3, 14, 11, 8, 5, 0, 0, 0, 0, 0, 0, 0, 0)
	sigma = words("sigma", 0x61707865, 0x3320646e, 0x79622d32, 0x6b206574) // "expand 32-byte k"
	constant := func(name string, value Constant) Mem {
		m := GLOBL(name, RODATA|NOPTR)
		DATA(0, value)
		return m
	}
	one32 = constant("one32", U32(1))
	sixteen32 = constant("sixteen32", U32(16))
	one64 = constant("one64", U64(1))
	five64 = constant("five64", U64(5))
	five26 = constant("five26", U64(5<<26))
	mask26 = constant("mask26", U64(1<<26-1))
}

// destination is the register of dst, which prefetchw encodes.
var destination = R8

// prefetchw emits PREFETCHW disp(R8), which fetches a line of the destination for
// writing. The Go assembler does not have it.
func prefetchw(disp int) {
	long := func(v uint32) {
		Instruction(&ir.Instruction{Opcode: "LONG", Operands: []Op{U32(v)}, Inputs: []Op{destination}})
	}
	Comment(fmt.Sprintf("PREFETCHW %d(R8)", disp))
	long(0x880d0f41)
	long(uint32(disp))
}

// wipeRegisters clears the vector registers, which hold key, keystream and message.
func wipeRegisters() {
	VZEROALL() // 0 to 15
	for _, z := range []VecPhysical{Z16, Z17, Z18, Z19, Z20, Z21, Z22, Z23, Z24, Z25, Z26, Z27, Z28, Z29, Z30, Z31} {
		VPXORD(z, z, z)
	}
}
