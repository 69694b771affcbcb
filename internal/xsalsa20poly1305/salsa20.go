package xsalsa20poly1305

import (
	"encoding/binary"

	//lint:ignore SA1019 it is deprecated for being low-level, which is what seeking in a keystream needs
	"golang.org/x/crypto/salsa20/salsa"
)

// HSalsa20 derives a key from key and input. With an input of zeros it is what
// makes NaCl's shared key from a product of curve points.
func HSalsa20(key *[KeySize]byte, input *[16]byte) (derived [32]byte) {
	salsa.HSalsa20(&derived, input, key, &salsa.Sigma)
	return derived
}

// state is Salsa20's input for block n, as the words of its matrix.
func (b *Box) state(n uint64) (s [16]uint32) {
	const sigma = "expand 32-byte k"
	for i := range 4 {
		s[5*i] = binary.LittleEndian.Uint32([]byte(sigma[4*i:]))
		s[1+i] = binary.LittleEndian.Uint32(b.subkey[4*i:])
		s[11+i] = binary.LittleEndian.Uint32(b.subkey[16+4*i:])
	}
	s[6] = binary.LittleEndian.Uint32(b.nonce[:4])
	s[7] = binary.LittleEndian.Uint32(b.nonce[4:])
	s[8], s[9] = uint32(n), uint32(n>>32)
	return s
}

// keystream sets block, which is zero, to block n of the keystream.
func (b *Box) keystream(block *[BlockSize]byte, n uint64) { b.xorKeystream(block[:], block[:], n) }

// xorKeystream combines src with the keystream from block n on. All 64 bits of
// n count: block 2^32 comes 256 GiB into the message.
func (b *Box) xorKeystream(dst, src []byte, n uint64) {
	var counter [16]byte
	copy(counter[:8], b.nonce[:])
	binary.LittleEndian.PutUint64(counter[8:], n)
	salsa.XORKeyStream(dst, src, &counter, &b.subkey)
}
