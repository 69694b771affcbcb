//go:build !purego

package xsalsa20poly1305

import "golang.org/x/sys/cpu"

//go:generate sh -c "cd ../../_asm && go run . -out ../internal/xsalsa20poly1305/kernels_amd64.s -stubs ../internal/xsalsa20poly1305/kernels_amd64.go -pkg xsalsa20poly1305"

// available are the kernels that this processor has, best first. x/sys/cpu asks
// the operating system too, whether it saves the registers.
func available() []kernel {
	if cpu.X86.HasAVX512F && cpu.X86.HasAVX512IFMA {
		return []kernel{avx512, portable}
	}
	return []kernel{portable}
}

// powers are what the vector kernels multiply by.
type powers struct{ lanes lanePowers }

// set makes p the powers of r, for the kernel in use.
func (p *powers) set(r clamped) {
	if active == avx512 {
		p.lanes.set(r)
	}
}

// keystream8 sets ks to the keystream from block n on.
func (b *Box) keystream8(ks *start, n uint64) {
	state := b.state(n)
	keystream8AVX512((*[512]byte)(ks), &state)
	state = [16]uint32{}
}

// begin sets first to XSalsa20's first blocks, as far as n bytes need them, and
// the subkey.
func (b *Box) beginGroups(first *start, n int, key *[KeySize]byte, nonce *[NonceSize]byte) {
	if n <= startSize/2 {
		begin4AVX512((*[startSize / 2]byte)(first[:]), &b.subkey, key, nonce)
	} else {
		begin8AVX512((*[startSize]byte)(first), &b.subkey, key, nonce)
	}
}

// xorGroups is xorKeystream for groups.
func (b *Box) xorGroups(dst, src []byte, n uint64) {
	state := b.state(n)
	xorKeystream16AVX512(&dst[0], &src[0], uint64(len(src))/groupSize, &state)
	state = [16]uint32{}
}

// absorbGroups is absorbTerms for groups.
func (b *Box) absorbGroups(p *Part, c []byte, off int64) {
	powers := &b.powers.lanes
	var h laneSums
	absorb64IFMA((*[24]uint64)(&h), &powers.table, &c[0], uint64(len(c))/groupSize)
	b.seek(p, (off+int64(len(c)))/termSize)
	p.h = add(p.h, powers.sum(&h))
}

// sealGroups is sealBlocks for groups. The kernel authenticates a group behind
// the one that it encrypts, so the first and the last are done by themselves.
func (b *Box) sealGroups(p *Part, dst, src []byte, off int64) {
	powers := &b.powers.lanes
	state := b.state(block(off))
	xorKeystream16AVX512(&dst[0], &src[0], 1, &state)
	var h laneSums
	if more := uint64(len(src))/groupSize - 1; more > 0 {
		state = b.state(block(off) + groupSize/BlockSize)
		sealGroupsAVX512(&dst[groupSize], &src[groupSize], more, &state, (*[24]uint64)(&h), &powers.table)
	}
	absorb64IFMA((*[24]uint64)(&h), &powers.table, &dst[len(dst)-groupSize], 1)
	b.seek(p, (off+int64(len(src)))/termSize)
	p.h = add(p.h, powers.sum(&h))
	state = [16]uint32{}
}

// openGroups is openBlocks for groups.
func (b *Box) openGroups(p *Part, dst, src []byte, off int64) {
	powers := &b.powers.lanes
	state := b.state(block(off))
	var h laneSums
	openGroupsAVX512(&dst[0], &src[0], uint64(len(src))/groupSize, &state, (*[24]uint64)(&h), &powers.table)
	b.seek(p, (off+int64(len(src)))/termSize)
	p.h = add(p.h, powers.sum(&h))
	state = [16]uint32{}
}
