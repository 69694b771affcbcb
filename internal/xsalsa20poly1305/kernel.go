package xsalsa20poly1305

import (
	"crypto/subtle"
	"math"

	"github.com/largebox/largebox/internal/scratch"
)

// A kernel is one way to do the bulk of the work: whole blocks of keystream and
// whole terms of Poly1305. Kernels are called by name, not through variables,
// because arguments of a call through a variable move to the heap.
type kernel int

const (
	portable kernel = iota
	avx2            // Salsa20 in two sets of eight blocks, Poly1305 by weights of words
	avx512          // Salsa20 sixteen blocks at once, Poly1305 (IFMA) eight terms, interleaved
)

func (k kernel) String() string {
	return [...]string{portable: "portable", avx2: "avx2", avx512: "avx512"}[k]
}

// active is the kernel of boxes to come. Tests set it to each available kernel in
// turn.
var active = choose(forced)

// forced names the kernel to use instead of the best one. Only the linker sets
// it, for tests of whole programs:
//
//	GOFLAGS=-ldflags=-X=github.com/largebox/largebox/internal/xsalsa20poly1305.forced=avx2 go test ./...
var forced string

// choose returns the kernel of that name, or the best one for no name. It panics
// if this processor has no such kernel.
func choose(name string) kernel {
	if name == "" {
		return available()[0]
	}
	k, err := find(name)
	if err != nil {
		panic("xsalsa20poly1305: the linker forced " + err.Error())
	}
	return k
}

// Engine returns the name of the kernel in use.
func Engine() string { return active.String() }

// groupSize is the unit of the vector kernels, in bytes: sixteen blocks of
// keystream, and 64 terms.
const groupSize = 16 * BlockSize

// powersFrom returns the length in bytes from which computing powers of r costs less
// than it saves.
func (k kernel) powersFrom() int {
	switch k {
	case avx512:
		return 2 * groupSize
	case avx2:
		return 4 * groupSize
	}
	return math.MaxInt
}

// groups returns how many of n bytes a vector kernel can authenticate.
func (b *Box) groups(n int) int {
	if b.kernel == portable || b.powers == (powers{}) {
		return 0
	}
	return n &^ (groupSize - 1)
}

// stretch limits the bytes that one call of assembly works on, because Go cannot
// preempt a goroutine in assembly.
const stretch = 256 << 10

// fuse is how many bytes go through one algorithm before they go through the other,
// in kernels that do not interleave the two: they stay in the first-level cache.
const fuse = 16 << 10

// sealBlocks is Seal for an off at which a block of keystream starts.
func (b *Box) sealBlocks(p *Part, dst, src []byte, off int64) {
	if n := b.groups(len(src)); n > 0 && b.kernel == avx512 {
		b.sealGroups(p, dst[:n], src[:n], off)
		dst, src, off = dst[n:], src[n:], off+int64(n)
	}
	for len(src) > 0 {
		n := min(fuse, len(src))
		b.xorBlocks(dst[:n], src[:n], block(off))
		b.absorb(p, dst[:n], off)
		dst, src, off = dst[n:], src[n:], off+int64(n)
	}
}

// openBlocks is Open for an off at which a block of keystream starts.
func (b *Box) openBlocks(p *Part, dst, src []byte, off int64) {
	if n := b.groups(len(src)); n > 0 && b.kernel == avx512 {
		b.openGroups(p, dst[:n], src[:n], off)
		dst, src, off = dst[n:], src[n:], off+int64(n)
	}
	for len(src) > 0 {
		n := min(fuse, len(src))
		copy(dst[:n], src[:n])
		b.absorb(p, dst[:n], off)
		b.xorBlocks(dst[:n], dst[:n], block(off))
		dst, src, off = dst[n:], src[n:], off+int64(n)
	}
}

// block returns the number of the block of keystream for message byte off.
func block(off int64) uint64 { return uint64(off+KeystreamOffset) / BlockSize }

// xorBlocks combines src with the keystream from block n on.
func (b *Box) xorBlocks(dst, src []byte, n uint64) {
	if b.kernel != portable {
		if bulk := len(src) &^ (groupSize - 1); bulk > 0 {
			b.xorGroups(dst[:bulk], src[:bulk], n)
			dst, src, n = dst[bulk:], src[bulk:], n+uint64(bulk/BlockSize)
		}
	}
	switch {
	case len(src) == 0:
	case b.kernel == avx512, b.kernel == avx2 && len(src) > xorRestFrom:
		b.xorRest(dst, src, n)
	default:
		b.xorKeystream(dst, src, n)
	}
}

// xorRestFrom is the length in bytes above which the AVX2 kernel makes a whole group
// of keystream in less time than x/crypto makes the bytes that are needed.
const xorRestFrom = 6 * BlockSize

// xorRest is xorKeystream for less than a group, with a kernel that makes whole
// groups.
func (b *Box) xorRest(dst, src []byte, n uint64) {
	ks := keystreams.Get()
	defer keystreams.Put(ks)
	if b.kernel == avx512 && len(src) <= startSize {
		b.keystream8((*start)(ks[:]), n)
	} else {
		b.xorGroups(ks[:], ks[:], n)
	}
	subtle.XORBytes(dst, src, ks[:])
}

// keystreams lends memory for keystream.
var keystreams scratch.Pool[[groupSize]byte]

// absorbTerms adds c to p. c consists of whole terms and starts at byte off.
func (b *Box) absorbTerms(p *Part, c []byte, off int64) {
	if n := b.groups(len(c)); n > 0 {
		b.absorbGroups(p, c[:n], off)
		c, off = c[n:], off+int64(n)
	}
	b.seek(p, off/termSize)
	p.h = horner(p.h, b.r, c)
	p.end += int64(len(c) / termSize)
}
