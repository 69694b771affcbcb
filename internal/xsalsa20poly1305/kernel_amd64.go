//go:build !purego

package xsalsa20poly1305

import (
	"slices"

	"github.com/largebox/largebox/internal/scratch"
	"golang.org/x/sys/cpu"
)

//go:generate sh -c "cd ../../_asm && go run . -out ../internal/xsalsa20poly1305/kernels_amd64.s -stubs ../internal/xsalsa20poly1305/kernels_amd64.go -pkg xsalsa20poly1305"

// available returns the kernels that this processor has, best first. x/sys/cpu also
// checks that the operating system saves the registers.
func available() []kernel {
	kernels := []kernel{portable}
	if cpu.X86.HasAVX2 {
		kernels = append(kernels, avx2)
	}
	if cpu.X86.HasAVX512F && cpu.X86.HasAVX512IFMA {
		kernels = append(kernels, avx512)
	}
	slices.Reverse(kernels)
	return kernels
}

// powers are the multipliers of the vector kernels. At most one pointer is set.
type powers struct {
	lanes   *lanePowers
	weights *weights
}

var (
	lanePowersPool scratch.Pool[lanePowers]
	weightsPool    scratch.Pool[weights]
)

// set computes the powers of r for kernel k into p, which is zero.
func (p *powers) set(k kernel, r clamped) {
	switch k {
	case avx512:
		p.lanes = lanePowersPool.Get()
		p.lanes.set(r)
	case avx2:
		p.weights = weightsPool.Get()
		p.weights.set(r)
	}
}

// wipe zeroes p and what it points to.
func (p *powers) wipe() {
	if p.lanes != nil {
		lanePowersPool.Put(p.lanes)
	}
	if p.weights != nil {
		weightsPool.Put(p.weights)
	}
	*p = powers{}
}

// setInputs computes the input of Salsa20's rounds without its block counter and,
// for AVX2, the part of the first round that is the same for all blocks.
func (b *Box) setInputs() {
	if b.kernel == portable {
		return
	}
	input := (*matrix)(&b.inputs[0])
	input.set(&b.subkey, &b.nonce)
	if b.kernel == avx2 {
		(*matrix)(&b.inputs[1]).firstRound(input)
	}
}

// xorGroups is xorKeystream for whole groups.
func (b *Box) xorGroups(dst, src []byte, n uint64) {
	if b.kernel == avx512 {
		b.xorGroupsAVX512(dst, src, n)
	} else {
		b.xorGroupsAVX2(dst, src, n)
	}
}

// absorbGroups is absorbTerms for whole groups.
func (b *Box) absorbGroups(p *Part, c []byte, off int64) {
	if b.kernel == avx512 {
		b.absorbGroupsAVX512(p, c, off)
		return
	}
	b.seek(p, off/termSize)
	p.end += int64(len(c) / termSize)
	p.h = b.powers.weights.absorb(p.h, c)
}
