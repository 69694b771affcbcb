//go:build !purego

package xsalsa20poly1305

import (
	"bytes"
	"encoding/binary"
	"math/big"
	"testing"

	"golang.org/x/sys/cpu"
)

// TestAbsorbLimits sets the limbs of sums, powers and terms to the ends of their range.
// No message and no key is known that would do that.
func TestAbsorbLimits(t *testing.T) {
	if !cpu.X86.HasAVX512F || !cpu.X86.HasAVX512IFMA {
		t.Skip("no AVX-512 with IFMA on this processor")
	}
	const (
		ones52 = 1<<52 - 1
		ones26 = 1<<26 - 1
		above  = 1 << 7 // what the last limb of a sum may exceed 26 bits by
	)
	number := func(l0, l1, l2 uint64) *big.Int {
		v := new(big.Int).SetUint64(l2)
		v.Lsh(v, 52).Add(v, new(big.Int).SetUint64(l1))
		return v.Lsh(v, 52).Add(v, new(big.Int).SetUint64(l0))
	}
	r := rng(34)
	const groups = 3
	for round := range 200 {
		// Every limb is zero, all ones, or random.
		limb := func(most uint64) uint64 {
			switch r.Uint64() % uint64(2+round%3) {
			case 0:
				return most
			case 1:
				return most - r.Uint64()%2
			case 2:
				return 0
			}
			return r.Uint64() % (most + 1)
		}
		var powers [27]uint64
		for i := range powers {
			powers[i] = limb(map[bool]uint64{true: ones26, false: ones52}[i%3 == 2])
		}
		var h laneSums
		for i := range lanes {
			h[i], h[lanes+i], h[2*lanes+i] = limb(ones52), limb(ones52), limb(ones26+above)
		}
		c := bytes.Repeat([]byte{0xff}, groups*groupSize)
		if round%2 == 1 {
			c = random(r, len(c))
		}
		var want [lanes]*big.Int
		for i, term := range laneTerm {
			v := number(h[i], h[lanes+i], h[2*lanes+i])
			for g := range groups {
				v.Mul(v, number(powers[0], powers[1], powers[2]))
				v.Add(v, number(powers[24], powers[25], powers[26]))
				for k := range 8 {
					at := c[g*groupSize+k*lanes*termSize+term*termSize:]
					m := elem{binary.LittleEndian.Uint64(at), binary.LittleEndian.Uint64(at[8:]), 0}.big()
					if k < 7 {
						m.Mul(m, number(powers[3*k+3], powers[3*k+4], powers[3*k+5]))
					}
					v.Add(v, m)
				}
			}
			want[i] = v.Mod(v, prime)
		}
		interleaved := h // with Salsa20
		openGroupsAVX512(&make([]byte, len(c))[0], &c[0], groups, new([16]uint32), 0, (*[24]uint64)(&interleaved), &powers, new([groupSize + BlockSize]byte))
		absorb64IFMA((*[24]uint64)(&h), &powers, &c[0], groups)
		if interleaved != h {
			t.Fatalf("round %d: Poly1305 interleaved with Salsa20 differs", round)
		}
		for i := range lanes {
			if h[2*lanes+i] > ones26+above {
				t.Fatalf("the last limb of lane %d is %#x", i, h[2*lanes+i])
			}
			if got := reduce(fromLimbs(h[i], h[lanes+i], h[2*lanes+i])).big(); got.Cmp(want[i]) != 0 {
				t.Fatalf("round %d: lane %d has %x, want %x", round, i, got, want[i])
			}
		}
	}
}
