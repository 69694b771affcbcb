//go:build amd64 && !purego

package xsalsa20poly1305

import (
	"bytes"
	"testing"
)

// TestGuardPagesAVX2: not a byte outside of its buffers is read or written.
func TestGuardPagesAVX2(t *testing.T) {
	needAVX2(t)
	r := rng(45)
	var b Box
	b.Init(randomKey(r))
	var w weights
	w.init(b.r)
	for _, groups := range []int{1, 2, 3, 4, 5, 8} {
		n := groups * groupSize
		want := make([]byte, n)
		for _, atEnd := range []bool{true, false} {
			src, dst := guarded(t, n, atEnd), guarded(t, n, atEnd)
			r.Read(src)
			b.xorKeystream(want, src, 3)
			if b.xorGroupsAVX2(dst, src, 3); !bytes.Equal(dst, want) {
				t.Fatalf("%d groups differ", groups)
			}
			if got, want := w.absorb(elem{}, dst), horner(elem{}, b.r, dst); reduce(got) != reduce(want) {
				t.Fatalf("absorbing %d groups differs", groups)
			}
			if b.xorGroupsAVX2(src, src, 3); !bytes.Equal(src, want) {
				t.Fatalf("%d groups in place differ", groups)
			}
		}
	}
}
