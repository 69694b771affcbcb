//go:build !purego

package xsalsa20poly1305

import (
	"slices"

	"golang.org/x/sys/cpu"
)

//go:generate sh -c "cd ../../_asm && go run . -out ../internal/xsalsa20poly1305/kernels_amd64.s -stubs ../internal/xsalsa20poly1305/kernels_amd64.go -pkg xsalsa20poly1305"

// available are the kernels that this processor has, best first. x/sys/cpu asks
// the operating system too, whether it saves the registers.
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

// powers are what vector kernels multiply by.
type powers struct {
	lanes   lanePowers
	weights weights
}

// set makes p the powers of r for kernel k.
func (p *powers) set(k kernel, r clamped) {
	switch k {
	case avx512:
		p.lanes.set(r)
	case avx2:
		p.weights.set(r)
	}
}

// xorGroups is xorKeystream for groups.
func (b *Box) xorGroups(dst, src []byte, n uint64) {
	for len(src) > 0 {
		m := min(stretch, len(src))
		if b.kernel == avx512 {
			b.xorGroupsAVX512(dst[:m], src[:m], n)
		} else {
			b.xorGroupsAVX2(dst[:m], src[:m], n)
		}
		dst, src, n = dst[m:], src[m:], n+uint64(m/BlockSize)
	}
}

// absorbGroups is absorbTerms for groups.
func (b *Box) absorbGroups(p *Part, c []byte, off int64) {
	if b.kernel == avx512 {
		b.absorbGroupsAVX512(p, c, off)
		return
	}
	b.seek(p, off/termSize)
	p.end += int64(len(c) / termSize)
	for len(c) > 0 {
		m := min(stretch, len(c))
		p.h = b.powers.weights.absorb(p.h, c[:m])
		c = c[m:]
	}
}
