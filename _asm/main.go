// Command _asm writes the assembly of internal/xsalsa20poly1305. Run it by
//
//	go generate ./internal/xsalsa20poly1305
package main

import (
	. "github.com/mmcloughlin/avo/build"
	. "github.com/mmcloughlin/avo/operand"
	. "github.com/mmcloughlin/avo/reg"
)

func main() {
	ConstraintExpr("!purego")
	xorKeystream16()
	horner8()
	xorKeystream2x8()
	absorbWeighted()
	Generate()
}

// broadcast sets all lanes of z to a constant.
func broadcast(value uint64, z VecPhysical) {
	r := GP64()
	MOVQ(U64(value), r)
	VPBROADCASTQ(r, z)
}

// wipeRegisters leaves nothing of key, keystream or message behind.
func wipeRegisters() {
	VZEROALL() // of 0 to 15
	for _, z := range []VecPhysical{Z16, Z17, Z18, Z19, Z20, Z21, Z22, Z23, Z24, Z25, Z26, Z27, Z28, Z29, Z30, Z31} {
		VPXORD(z, z, z)
	}
}
