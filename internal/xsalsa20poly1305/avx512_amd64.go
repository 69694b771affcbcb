//go:build !purego

package xsalsa20poly1305

// keystream8 sets ks to the keystream from block n on.
func (b *Box) keystream8(ks *start, n uint64) {
	var m matrix
	m.set(b, n)
	keystream8AVX512((*[512]byte)(ks), (*[16]uint32)(&m))
	m.wipe()
}

// beginAVX512 sets first to XSalsa20's first blocks, as far as n bytes need them, and
// the subkey.
func (b *Box) beginAVX512(first *start, n int, key *[KeySize]byte, nonce *[NonceSize]byte) {
	if n <= startSize/2 {
		begin4AVX512((*[startSize / 2]byte)(first[:]), &b.subkey, key, nonce)
	} else {
		begin8AVX512((*[startSize]byte)(first), &b.subkey, key, nonce)
	}
}

// xorGroupsAVX512 is xorKeystream for groups.
func (b *Box) xorGroupsAVX512(dst, src []byte, n uint64) {
	var m matrix
	m.set(b, n)
	xorKeystream16AVX512(&dst[0], &src[0], uint64(len(src))/groupSize, (*[16]uint32)(&m))
	m.wipe()
}

// absorbGroupsAVX512 is absorbTerms for groups.
func (b *Box) absorbGroupsAVX512(p *Part, c []byte, off int64) {
	b.mayAbsorb(p, off)
	end := off + int64(len(c))
	powers := &b.powers.lanes
	var h laneSums
	for len(c) > 0 {
		n := min(stretch, len(c))
		absorb64IFMA((*[24]uint64)(&h), &powers.table, &c[0], uint64(n)/groupSize)
		c = c[n:]
	}
	b.join(p, &h, end)
}

// sealGroups is sealBlocks for groups. The kernel authenticates a group behind
// the one that it encrypts, so the first and the last are done by themselves.
func (b *Box) sealGroups(p *Part, dst, src []byte, off int64) {
	b.mayAbsorb(p, off)
	powers := &b.powers.lanes
	var h laneSums
	var m matrix
	m.set(b, block(off))
	xorKeystream16AVX512(&dst[0], &src[0], 1, (*[16]uint32)(&m))
	for i := groupSize; i < len(src); i += stretch {
		n := min(stretch, len(src)-i)
		m.set(b, block(off+int64(i)))
		sealGroupsAVX512(&dst[i], &src[i], uint64(n)/groupSize, (*[16]uint32)(&m), (*[24]uint64)(&h), &powers.table)
	}
	absorb64IFMA((*[24]uint64)(&h), &powers.table, &dst[len(dst)-groupSize], 1)
	m.wipe()
	b.join(p, &h, off+int64(len(src)))
}

// openGroups is openBlocks for groups.
func (b *Box) openGroups(p *Part, dst, src []byte, off int64) {
	b.mayAbsorb(p, off)
	powers := &b.powers.lanes
	var h laneSums
	var m matrix
	for i := 0; i < len(src); i += stretch {
		n := min(stretch, len(src)-i)
		m.set(b, block(off+int64(i)))
		openGroupsAVX512(&dst[i], &src[i], uint64(n)/groupSize, (*[16]uint32)(&m), (*[24]uint64)(&h), &powers.table)
	}
	m.wipe()
	b.join(p, &h, off+int64(len(src)))
}

// join adds the lanes' sums of terms up to byte end to p, and wipes them.
func (b *Box) join(p *Part, h *laneSums, end int64) {
	b.seek(p, end/termSize)
	p.h = add(p.h, b.powers.lanes.sum(h))
	h.wipe()
}
