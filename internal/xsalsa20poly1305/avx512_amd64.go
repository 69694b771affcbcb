//go:build !purego

package xsalsa20poly1305

import "github.com/largebox/largebox/internal/scratch"

// keystream8 sets ks to the keystream from block n on.
func (b *Box) keystream8(ks *start, n uint64) {
	keystream8AVX512((*[startSize]byte)(ks), &b.inputs[0], n)
}

// beginAVX512 computes the subkey, and at least n bytes of the keystream into first.
func (b *Box) beginAVX512(first *start, n int, key *[KeySize]byte, nonce *[NonceSize]byte) {
	if n <= startSize/2 {
		begin4AVX512((*[startSize / 2]byte)(first[:]), &b.subkey, key, nonce)
	} else {
		begin8AVX512((*[startSize]byte)(first), &b.subkey, key, nonce)
	}
}

// xorGroupsAVX512 is xorKeystream for whole groups.
func (b *Box) xorGroupsAVX512(dst, src []byte, n uint64) {
	for len(src) > 0 {
		m := min(stretch, len(src))
		xorKeystream16AVX512(&dst[0], &src[0], uint64(m)/groupSize, &b.inputs[0], n)
		dst, src, n = dst[m:], src[m:], n+uint64(m/BlockSize)
	}
}

// absorbGroupsAVX512 is absorbTerms for whole groups.
func (b *Box) absorbGroupsAVX512(p *Part, c []byte, off int64) {
	b.mayAbsorb(p, off)
	end := off + int64(len(c))
	powers := &b.powers.lanes.table
	h := laneSumsPool.Get()
	defer laneSumsPool.Put(h)
	for len(c) > 0 {
		n := min(stretch, len(c))
		absorb64IFMA((*[24]uint64)(h), powers, &c[0], uint64(n)/groupSize)
		c = c[n:]
	}
	b.join(p, h, end)
}

// sealGroups is sealBlocks for whole groups. While the kernel encrypts a group, it
// authenticates the one before. So the first group is encrypted alone, and the last
// one authenticated alone.
func (b *Box) sealGroups(p *Part, dst, src []byte, off int64) {
	b.mayAbsorb(p, off)
	input, powers := &b.inputs[0], &b.powers.lanes.table
	h := laneSumsPool.Get()
	defer laneSumsPool.Put(h)
	xorKeystream16AVX512(&dst[0], &src[0], 1, input, block(off))
	for i := groupSize; i < len(src); i += stretch {
		n := min(stretch, len(src)-i)
		sealGroupsAVX512(&dst[i], &src[i], uint64(n)/groupSize, input, block(off+int64(i)), (*[24]uint64)(h), powers)
	}
	absorb64IFMA((*[24]uint64)(h), powers, &dst[len(dst)-groupSize], 1)
	b.join(p, h, off+int64(len(src)))
}

// openGroups is openBlocks for whole groups.
func (b *Box) openGroups(p *Part, dst, src []byte, off int64) {
	b.mayAbsorb(p, off)
	h, group := laneSumsPool.Get(), groupCopies.Get()
	defer laneSumsPool.Put(h)
	defer groupCopies.Put(group)
	for i := 0; i < len(src); i += stretch {
		n := min(stretch, len(src)-i)
		openGroupsAVX512(&dst[i], &src[i], uint64(n)/groupSize, &b.inputs[0], block(off+int64(i)), (*[24]uint64)(h), &b.powers.lanes.table, group)
	}
	b.join(p, h, off+int64(len(src)))
}

var (
	laneSumsPool scratch.Pool[laneSums]
	// groupCopies lends memory for openGroupsAVX512's copy of a group.
	groupCopies scratch.Pool[[groupSize + BlockSize]byte]
)

// join adds the lanes' sums, of terms up to byte end, to p.
func (b *Box) join(p *Part, h *laneSums, end int64) {
	b.seek(p, end/termSize)
	p.h = add(p.h, b.powers.lanes.sum(h))
}
