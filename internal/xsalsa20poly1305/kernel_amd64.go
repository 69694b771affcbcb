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

// xorGroups is xorKeystream for groups of sixteen blocks.
func (b *Box) xorGroups(dst, src []byte, n uint64) {
	state := b.state(n)
	xorKeystream16AVX512(&dst[0], &src[0], uint64(len(src))/groupSize, &state)
	state = [16]uint32{}
}

// hornerGroups is Horner's rule in lanes; c has at least one group of terms.
func hornerGroups(h *[3 * lanes]uint64, r *[5]uint64, c []byte) {
	horner8IFMA(h, r, &c[0], uint64(len(c))/laneSize)
}
