package xsalsa20poly1305

import (
	"encoding/binary"

	//lint:ignore SA1019 it is deprecated for being low-level, which is what seeking in a keystream needs
	"golang.org/x/crypto/salsa20/salsa"
)

// HSalsa20 derives a key from key and input, in place: a result would leave a
// copy on the stack. With an input of zeros it is what makes NaCl's shared key
// from a product of curve points.
func HSalsa20(derived, key *[KeySize]byte, input *[16]byte) {
	salsa.HSalsa20(derived, input, key, &salsa.Sigma)
}

// matrix is the input of Salsa20's rounds. input is nonce and block counter.
func matrix(key *[KeySize]byte, input *[16]byte) (s [16]uint32) {
	const sigma = "expand 32-byte k"
	for i := range 4 {
		s[5*i] = binary.LittleEndian.Uint32([]byte(sigma[4*i:]))
		s[1+i] = binary.LittleEndian.Uint32(key[4*i:])
		s[6+i] = binary.LittleEndian.Uint32(input[4*i:])
		s[11+i] = binary.LittleEndian.Uint32(key[16+4*i:])
	}
	return s
}

// input is what stands in the matrix of block n besides the key.
func (b *Box) input(n uint64) (input [16]byte) {
	copy(input[:8], b.nonce[:])
	binary.LittleEndian.PutUint64(input[8:], n)
	return input
}

// state is the matrix of block n. All 64 bits of n count: block 2^32 comes
// 256 GiB into the message.
func (b *Box) state(n uint64) [16]uint32 {
	input := b.input(n)
	return matrix(&b.subkey, &input)
}

// xorKeystream combines src with the keystream from block n on.
func (b *Box) xorKeystream(dst, src []byte, n uint64) {
	input := b.input(n)
	salsa.XORKeyStream(dst, src, &input, &b.subkey)
}
