package xsalsa20poly1305

// A kernel is one way to do the bulk of the work: whole blocks of keystream,
// whole terms of Poly1305. This file is the one place that knows which kernels
// there are. They are called by name, not through variables, so that the
// arguments of callers need not move to the heap.
type kernel int

const (
	portable kernel = iota
	avx512          // Salsa20 sixteen blocks at once, Poly1305 (IFMA) eight terms
)

func (k kernel) String() string { return [...]string{portable: "portable", avx512: "avx512"}[k] }

// active is the kernel in use, chosen when the program starts. Tests force each
// of the available ones in turn.
var active = available()[0]

// Engine names the kernel in use.
func Engine() string { return active.String() }

// groupSize is what a vector kernel works on at once, in bytes.
const groupSize = 16 * BlockSize

// fuse is how many bytes are brought through both algorithms while they are in
// the first-level cache.
const fuse = 32 << 10

// sealBlocks is Seal for whole blocks of keystream.
func (b *Box) sealBlocks(p *Part, dst, src []byte, off int64) {
	for len(src) > 0 {
		n := min(fuse, len(src))
		b.xorBlocks(dst[:n], src[:n], off)
		b.absorb(p, dst[:n], off)
		dst, src, off = dst[n:], src[n:], off+int64(n)
	}
}

// openBlocks is Open for whole blocks of keystream.
func (b *Box) openBlocks(p *Part, dst, src []byte, off int64) {
	for len(src) > 0 {
		n := min(fuse, len(src))
		copy(dst[:n], src[:n])
		b.absorb(p, dst[:n], off)
		b.xorBlocks(dst[:n], dst[:n], off)
		dst, src, off = dst[n:], src[n:], off+int64(n)
	}
}

// xorBlocks is XOR for whole blocks of keystream.
func (b *Box) xorBlocks(dst, src []byte, off int64) {
	n := uint64(off+KeystreamOffset) / BlockSize
	if bulk := len(src) &^ (groupSize - 1); active == avx512 && bulk > 0 {
		b.xorGroups(dst[:bulk], src[:bulk], n)
		dst, src, n = dst[bulk:], src[bulk:], n+uint64(bulk/BlockSize)
	}
	b.xorKeystream(dst, src, n)
}

// absorbTerms adds whole terms to p.
func (b *Box) absorbTerms(p *Part, c []byte) {
	if active == avx512 && len(c) >= lanesFrom {
		n := len(c) &^ (laneSize - 1)
		p.h = hornerLanes(p.h, p.powers.of(b.r), c[:n])
		c = c[n:]
	}
	p.h = horner(p.h, b.r, c)
}
