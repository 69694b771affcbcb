package xsalsa20poly1305

import (
	"encoding/binary"

	"github.com/largebox/largebox/internal/scratch"
	//lint:ignore SA1019 it is deprecated for being low-level, which is what seeking in a keystream needs
	"golang.org/x/crypto/salsa20/salsa"
)

// HSalsa20 derives a key from key and input, into derived, because a result would
// leave a copy on the stack. With an input of zeros, it makes NaCl's shared key from
// the product of two keys.
func HSalsa20(derived, key *[KeySize]byte, input *[16]byte) {
	salsa.HSalsa20(derived, input, key, &salsa.Sigma)
	scratch.WipeStack256()
}

// A matrix is the input of Salsa20's rounds.
type matrix [16]uint32

// set makes m the matrix of key and nonce, with a block counter of zero in words
// 8 and 9.
func (m *matrix) set(key *[KeySize]byte, nonce *[8]byte) {
	const sigma = "expand 32-byte k"
	for i := range 4 {
		m[5*i] = binary.LittleEndian.Uint32([]byte(sigma[4*i:]))
		m[1+i] = binary.LittleEndian.Uint32(key[4*i:])
		m[11+i] = binary.LittleEndian.Uint32(key[16+4*i:])
	}
	m[6] = binary.LittleEndian.Uint32(nonce[:4])
	m[7] = binary.LittleEndian.Uint32(nonce[4:])
	m[8], m[9] = 0, 0
}

// xorKeystream combines src with the keystream from block n on. All 64 bits of n
// count: block 2^32 comes 256 GiB into the message.
func (b *Box) xorKeystream(dst, src []byte, n uint64) {
	var input [16]byte
	copy(input[:8], b.nonce[:])
	binary.LittleEndian.PutUint64(input[8:], n)
	salsa.XORKeyStream(dst, src, &input, &b.subkey)
	scratch.WipeStack576() // the assembly has a frame of 456
}
