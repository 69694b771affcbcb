package xsalsa20poly1305

// A kernel is one way to do the bulk of the work: whole blocks of keystream,
// whole terms of Poly1305. This file is the one place that knows which kernels
// there are. They are called by name, not through variables, so that the
// arguments of callers need not move to the heap.
type kernel int

const (
	portable kernel = iota
)

func (k kernel) String() string { return [...]string{portable: "portable"}[k] }

// active is the kernel in use, chosen when the program starts.
var active = portable

// Engine names the kernel in use.
func Engine() string { return active.String() }

// fuse is how many bytes the portable kernel brings through both algorithms
// while they are in the first-level cache.
const fuse = 16 << 10

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
	b.xorKeystream(dst, src, uint64(off+KeystreamOffset)/BlockSize)
}

// absorbTerms adds whole terms to h.
func (b *Box) absorbTerms(h *elem, c []byte) {
	*h = horner(*h, b.r, c)
}
