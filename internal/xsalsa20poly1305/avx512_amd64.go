//go:build !purego

package xsalsa20poly1305

// keystream8 sets ks to the keystream from block n on.
func (b *Box) keystream8(ks *start, n uint64) {
	var m matrix
	m.set(b, n)
	keystream8AVX512((*[512]byte)(ks), (*[16]uint32)(&m))
	m.wipe()
}

// beginGroups sets first to XSalsa20's first blocks, as far as n bytes need them, and
// the subkey.
func (b *Box) beginGroups(first *start, n int, key *[KeySize]byte, nonce *[NonceSize]byte) {
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
	powers := &b.powers.lanes
	var h laneSums
	absorb64IFMA((*[24]uint64)(&h), &powers.table, &c[0], uint64(len(c))/groupSize)
	b.seek(p, (off+int64(len(c)))/termSize)
	p.h = add(p.h, powers.sum(&h))
	h.wipe()
}

// sealGroups is sealBlocks for groups. The kernel authenticates a group behind
// the one that it encrypts, so the first and the last are done by themselves.
func (b *Box) sealGroups(p *Part, dst, src []byte, off int64) {
	powers := &b.powers.lanes
	var m matrix
	m.set(b, block(off))
	xorKeystream16AVX512(&dst[0], &src[0], 1, (*[16]uint32)(&m))
	var h laneSums
	if more := uint64(len(src))/groupSize - 1; more > 0 {
		m.set(b, block(off)+groupSize/BlockSize)
		sealGroupsAVX512(&dst[groupSize], &src[groupSize], more, (*[16]uint32)(&m), (*[24]uint64)(&h), &powers.table)
	}
	absorb64IFMA((*[24]uint64)(&h), &powers.table, &dst[len(dst)-groupSize], 1)
	b.seek(p, (off+int64(len(src)))/termSize)
	p.h = add(p.h, powers.sum(&h))
	h.wipe()
	m.wipe()
}

// openGroups is openBlocks for groups.
func (b *Box) openGroups(p *Part, dst, src []byte, off int64) {
	powers := &b.powers.lanes
	var m matrix
	m.set(b, block(off))
	var h laneSums
	openGroupsAVX512(&dst[0], &src[0], uint64(len(src))/groupSize, (*[16]uint32)(&m), (*[24]uint64)(&h), &powers.table)
	b.seek(p, (off+int64(len(src)))/termSize)
	p.h = add(p.h, powers.sum(&h))
	h.wipe()
	m.wipe()
}
