package xsalsa20poly1305

import (
	"crypto/subtle"
	"math"

	"github.com/largebox/largebox/internal/scratch"
)

// A kernel is one way to do the bulk of the work: whole blocks of keystream,
// whole terms of Poly1305. available, for each kind of processor, chooses. Kernels
// are called by name, not through variables, so that the arguments of callers need
// not move to the heap.
type kernel int

const (
	portable kernel = iota
	avx2            // Salsa20 in two sets of eight blocks, Poly1305 by weights of words
	avx512          // Salsa20 sixteen blocks at once, Poly1305 (IFMA) eight terms, mingled
)

func (k kernel) String() string {
	return [...]string{portable: "portable", avx2: "avx2", avx512: "avx512"}[k]
}

// active is the kernel of boxes to come, chosen when the program starts. Tests
// force each of the available ones in turn.
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

// Engine names the kernel in use.
func Engine() string { return active.String() }

// groupSize is what a vector kernel works on at once, in bytes: sixteen blocks
// of keystream, 64 terms.
const groupSize = 16 * BlockSize

// powersFrom is from how many bytes on it pays to know powers of r.
func (k kernel) powersFrom() int {
	switch k {
	case avx512:
		return 2 * groupSize
	case avx2:
		return 4 * groupSize
	}
	return math.MaxInt
}

// groups is how many of n bytes a vector kernel is to authenticate.
func (b *Box) groups(n int) int {
	if b.kernel == portable || b.powers == (powers{}) {
		return 0
	}
	return n &^ (groupSize - 1)
}

// stretch is how many bytes a call of assembly may be about: while it runs, its
// goroutine cannot be preempted.
const stretch = 256 << 10

// fuse is how many bytes are brought through both algorithms while they are in
// the first-level cache, by kernels that do one after the other.
const fuse = 16 << 10

// sealBlocks is Seal from where a block of keystream starts.
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

// openBlocks is Open from where a block of keystream starts.
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

// block is the number of the block of keystream that message byte off meets.
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

// xorRestFrom is from where the AVX2 kernel makes a group of keystream in less
// time than x/crypto makes what is needed.
const xorRestFrom = 6 * BlockSize

// xorRest is xorKeystream for less than a group, by a kernel that wants groups.
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

// keystreams has memory for keystream that is made before it is used.
var keystreams scratch.Pool[[groupSize]byte]

// absorbTerms adds whole terms, which start at byte off, to p.
func (b *Box) absorbTerms(p *Part, c []byte, off int64) {
	if n := b.groups(len(c)); n > 0 {
		b.absorbGroups(p, c[:n], off)
		c, off = c[n:], off+int64(n)
	}
	b.seek(p, off/termSize)
	p.h = horner(p.h, b.r, c)
	p.end += int64(len(c) / termSize)
}
