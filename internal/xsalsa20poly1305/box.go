package xsalsa20poly1305

import (
	"crypto/subtle"
	"encoding/binary"
	"math"

	"github.com/largebox/largebox/internal/scratch"
)

// Sizes in bytes.
const (
	KeySize   = 32
	NonceSize = 24
	TagSize   = 16

	// BlockSize is the size of a block of keystream.
	BlockSize = 64
	// KeystreamOffset is the offset in the keystream of message byte 0.
	KeystreamOffset = 32

	termSize = 16 // a term of the Poly1305 polynomial
)

// A Box is the key schedule of one box. It is read-only after Init, except for
// Wipe, and safe for concurrent use. Keep it on the heap (see "Memory" above),
// and do not copy it.
type Box struct {
	kernel kernel        // the kernel that inputs and powers are for
	subkey [32]byte      // HSalsa20(key, nonce[:16])
	nonce  [8]byte       // nonce[16:]
	inputs [2][16]uint32 // of Salsa20, for vector kernels; see setInputs
	r      clamped       // the point at which Poly1305 evaluates
	s      [2]uint64     // what Poly1305 adds at the end
	powers powers        // of r, for vector kernels; zero where they would not pay
}

// Init derives the key schedule from key and nonce. It does not keep them.
func (b *Box) Init(key *[KeySize]byte, nonce *[NonceSize]byte) {
	first := starts.Get()
	defer starts.Put(first)
	b.begin(first, 0, key, nonce)
	b.setInputs()
	b.setPowers()
}

// setPowers computes the powers of r that the kernel needs.
func (b *Box) setPowers() { b.powers.set(b.kernel, b.r) }

// A start is the keystream that a message starts with: 32 bytes for Poly1305,
// then those for the message's first startSize-KeystreamOffset bytes.
type start [startSize]byte

const startSize = 8 * BlockSize

var starts scratch.Pool[start]

// begin derives the key schedule for a message of n bytes, without powers, and as
// much of first, which is zero, as that message needs.
func (b *Box) begin(first *start, n int, key *[KeySize]byte, nonce *[NonceSize]byte) {
	b.kernel = active
	copy(b.nonce[:], nonce[16:])
	size := min(KeystreamOffset+n, startSize)
	if b.kernel == avx512 {
		b.beginAVX512(first, size, key, nonce)
	} else {
		HSalsa20(&b.subkey, key, (*[16]byte)(nonce[:16]))
	}
	if KeystreamOffset+n > xorRestFrom { // with less, no kernel asks for them
		b.setInputs()
	}
	if b.kernel != avx512 {
		b.xorBlocks(first[:size], first[:size], 0)
	}
	b.r = clamp(binary.LittleEndian.Uint64(first[0:]), binary.LittleEndian.Uint64(first[8:]))
	b.s = [2]uint64{binary.LittleEndian.Uint64(first[16:]), binary.LittleEndian.Uint64(first[24:])}
}

// xor combines src with first's keystream and returns how many bytes that
// covered.
func (first *start) xor(dst, src []byte) (n int) {
	return subtle.XORBytes(dst, src, first[KeystreamOffset:])
}

// Wipe overwrites the key schedule.
//
//go:noinline
func (b *Box) Wipe() {
	b.powers.wipe()
	*b = Box{}
}

// Wipe overwrites p with zeros. It is not inlined, so that no compiler can see
// that p is not used again and leave the writes out.
//
//go:noinline
func Wipe(p []byte) { clear(p) }

// Seal encrypts src, the message from byte off on, into dst and adds the
// ciphertext to p. It reads every byte of src once. It reads the ciphertext that it
// authenticates from dst, so nobody else may write dst. dst is at least as long as
// src, and is src or does not overlap it.
func (b *Box) Seal(p *Part, dst, src []byte, off int64) {
	dst = dst[:len(src)]
	checkOffset(off, len(src))
	if n := toBlock(off, len(src)); n > 0 {
		b.xorWithin(dst[:n], src[:n], off)
		b.absorb(p, dst[:n], off)
		dst, src, off = dst[n:], src[n:], off+int64(n)
	}
	b.sealBlocks(p, dst, src, off)
}

// Open adds src, the ciphertext from byte off on, to p and decrypts it into
// dst. It reads every byte of src once, so it decrypts the bytes that it
// authenticated, even if src is a mapping that others write. Show dst to nobody
// before the tag has verified. dst is at least as long as src, and is src or does not
// overlap it.
func (b *Box) Open(p *Part, dst, src []byte, off int64) {
	dst = dst[:len(src)]
	checkOffset(off, len(src))
	if n := toBlock(off, len(src)); n > 0 {
		copy(dst[:n], src[:n])
		b.absorb(p, dst[:n], off)
		b.xorWithin(dst[:n], dst[:n], off)
		dst, src, off = dst[n:], src[n:], off+int64(n)
	}
	b.openBlocks(p, dst, src, off)
}

// Auth adds src, the ciphertext from byte off on, to p.
func (b *Box) Auth(p *Part, src []byte, off int64) {
	checkOffset(off, len(src))
	b.absorb(p, src, off)
}

// XOR combines src, the message or the ciphertext from byte off on, with the
// keystream into dst. dst is at least as long as src, and is src or does not overlap
// it.
func (b *Box) XOR(dst, src []byte, off int64) {
	dst = dst[:len(src)]
	checkOffset(off, len(src))
	n := toBlock(off, len(src))
	b.xorWithin(dst[:n], src[:n], off)
	b.xorBlocks(dst[n:], src[n:], block(off+int64(n)))
}

// Tag returns the tag of an n-byte ciphertext. The parts together must have absorbed
// every byte of it once.
func (b *Box) Tag(n int64, parts ...Part) [TagSize]byte {
	return b.tag(n, parts)
}

// Verify reports, in constant time, whether tag is the tag of the n-byte
// ciphertext that the parts have absorbed together.
func (b *Box) Verify(tag *[TagSize]byte, n int64, parts ...Part) bool {
	return b.verify(tag, n, parts)
}

func (b *Box) verify(tag *[TagSize]byte, n int64, parts []Part) bool {
	want := b.tag(n, parts)
	ok := subtle.ConstantTimeCompare(want[:], tag[:]) == 1
	Wipe(want[:]) // with it, a forger's next try would succeed
	return ok
}

// checkOffset panics if a message has no bytes from off to off+n. Before byte 0,
// the keystream is the Poly1305 key.
func checkOffset(off int64, n int) {
	if off < 0 || off > math.MaxInt64-BlockSize-int64(n) {
		panic("xsalsa20poly1305: no such offset in a message")
	}
}

// toBlock returns how many of the n message bytes from off on come before the next
// start of a block of keystream.
func toBlock(off int64, n int) int {
	return min(int(-(off+KeystreamOffset)&(BlockSize-1)), n)
}

// xorWithin is XOR for bytes within one block of keystream.
func (b *Box) xorWithin(dst, src []byte, off int64) {
	if len(src) == 0 {
		return
	}
	ks := keystreams.Get()
	defer keystreams.Put(ks)
	b.xorKeystream(ks[:BlockSize], ks[:BlockSize], block(off))
	subtle.XORBytes(dst, src, ks[(off+KeystreamOffset)%BlockSize:BlockSize])
}
