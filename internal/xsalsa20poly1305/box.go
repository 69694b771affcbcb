package xsalsa20poly1305

import (
	"crypto/subtle"
	"encoding/binary"
)

// Sizes in bytes.
const (
	KeySize   = 32
	NonceSize = 24
	TagSize   = 16

	// BlockSize is the size of a block of keystream.
	BlockSize = 64
	// KeystreamOffset is where in the keystream message byte 0 stands.
	KeystreamOffset = 32

	termSize = 16 // a term of the Poly1305 polynomial
)

// A Box is the key schedule of one box. It is read-only after Init, except for
// Wipe, and safe for concurrent use.
type Box struct {
	subkey [32]byte // HSalsa20(key, nonce[:16])
	nonce  [8]byte  // nonce[16:]
	r      clamped
	s      [2]uint64
}

// Init derives the key schedule from key and nonce, which are not kept.
func (b *Box) Init(key *[KeySize]byte, nonce *[NonceSize]byte) {
	var input [16]byte
	copy(input[:], nonce[:16])
	b.subkey = HSalsa20(key, &input)
	copy(b.nonce[:], nonce[16:])

	var first [BlockSize]byte
	b.keystream(&first, 0)
	b.r = clamp(binary.LittleEndian.Uint64(first[0:]), binary.LittleEndian.Uint64(first[8:]))
	b.s = [2]uint64{binary.LittleEndian.Uint64(first[16:]), binary.LittleEndian.Uint64(first[24:])}
	Wipe(first[:])
}

// Wipe overwrites the key schedule.
//
//go:noinline
func (b *Box) Wipe() { *b = Box{} }

// Wipe overwrites p with zeros. It is not inlined, so that no compiler can see
// that p is not used again and leave the writes out.
//
//go:noinline
func Wipe(p []byte) { clear(p) }

// Seal encrypts src, the message from byte off on, into dst and adds the
// ciphertext to p. Every byte of src is read once, and the ciphertext that is
// authenticated is the one that dst was given, provided that nobody else
// writes dst. dst is as long as src, and is src or does not overlap it.
func (b *Box) Seal(p *Part, dst, src []byte, off int64) {
	dst = dst[:len(src)]
	head, bulk := split(off, len(src))
	if head > 0 {
		b.xorEdge(dst[:head], src[:head], off)
		b.absorb(p, dst[:head], off)
	}
	if bulk > 0 {
		b.sealBlocks(p, dst[head:head+bulk], src[head:head+bulk], off+int64(head))
	}
	if tail := head + bulk; tail < len(src) {
		b.xorEdge(dst[tail:], src[tail:], off+int64(tail))
		b.absorb(p, dst[tail:], off+int64(tail))
	}
}

// Open adds src, the ciphertext from byte off on, to p and decrypts it into
// dst. Every byte of src is read once: what is authenticated is what is
// decrypted, even where src is a mapping that others write. What dst holds is
// not to be shown to anybody before the tag has verified. dst is as long as
// src, and is src or does not overlap it.
func (b *Box) Open(p *Part, dst, src []byte, off int64) {
	dst = dst[:len(src)]
	head, bulk := split(off, len(src))
	if head > 0 {
		copy(dst[:head], src[:head])
		b.absorb(p, dst[:head], off)
		b.xorEdge(dst[:head], dst[:head], off)
	}
	if bulk > 0 {
		b.openBlocks(p, dst[head:head+bulk], src[head:head+bulk], off+int64(head))
	}
	if tail := head + bulk; tail < len(src) {
		copy(dst[tail:], src[tail:])
		b.absorb(p, dst[tail:], off+int64(tail))
		b.xorEdge(dst[tail:], dst[tail:], off+int64(tail))
	}
}

// Auth adds src, the ciphertext from byte off on, to p.
func (b *Box) Auth(p *Part, src []byte, off int64) {
	b.absorb(p, src, off)
}

// XOR combines src, the message or the ciphertext from byte off on, with the
// keystream into dst. dst is as long as src, and is src or does not overlap it.
func (b *Box) XOR(dst, src []byte, off int64) {
	dst = dst[:len(src)]
	head, bulk := split(off, len(src))
	b.xorEdge(dst[:head], src[:head], off)
	b.xorBlocks(dst[head:head+bulk], src[head:head+bulk], off+int64(head))
	b.xorEdge(dst[head+bulk:], src[head+bulk:], off+int64(head+bulk))
}

// Tag returns the tag of an n-byte ciphertext of which the parts together have
// absorbed every byte once.
func (b *Box) Tag(n int64, parts ...Part) [TagSize]byte {
	return b.tag(n, parts)
}

// Verify reports, in constant time, whether tag is the tag of the n-byte
// ciphertext that the parts have absorbed.
func (b *Box) Verify(tag *[TagSize]byte, n int64, parts ...Part) bool {
	want := b.tag(n, parts)
	return subtle.ConstantTimeCompare(want[:], tag[:]) == 1
}

// split cuts the n message bytes from off on where blocks of keystream start:
// head bytes up to the first start, bulk bytes of whole blocks, and the rest.
func split(off int64, n int) (head, bulk int) {
	if in := int((off + KeystreamOffset) % BlockSize); in != 0 {
		head = min(BlockSize-in, n)
	}
	return head, (n - head) &^ (BlockSize - 1)
}

// xorEdge is XOR for bytes that lie within one block of keystream.
func (b *Box) xorEdge(dst, src []byte, off int64) {
	if len(src) == 0 {
		return
	}
	var block [BlockSize]byte
	at := off + KeystreamOffset
	b.keystream(&block, uint64(at/BlockSize))
	subtle.XORBytes(dst, src, block[at%BlockSize:])
	Wipe(block[:])
}
