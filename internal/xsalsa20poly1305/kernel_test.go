package xsalsa20poly1305

import (
	"bytes"
	"os"
	"runtime"
	"slices"
	"strings"
	"testing"

	"golang.org/x/crypto/nacl/secretbox"
)

// eachKernel runs fn with every kernel that this processor has.
func eachKernel(t *testing.T, fn func(t *testing.T)) {
	for _, k := range available() {
		t.Run(k.String(), func(t *testing.T) {
			defer use(k)()
			fn(t)
		})
	}
}

// TestKernelIsTheBest compares the available kernels with what Linux says of the
// processor. The best one, or the one that the linker forced, must be in use.
func TestKernelIsTheBest(t *testing.T) {
	all := available()
	t.Logf("kernels on this %s: %v", runtime.GOARCH, all)
	want := all[0].String()
	if forced != "" {
		want = forced
	}
	if Engine() != want || all[len(all)-1] != portable {
		t.Errorf("%v is in use, of %v; want %s", active, all, want)
	}
	text, err := os.ReadFile("/proc/cpuinfo")
	if err != nil || runtime.GOARCH != "amd64" || !withAssembly {
		return
	}
	has := map[string]bool{}
	for line := range strings.Lines(string(text)) {
		if key, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(key) == "flags" {
			for _, flag := range strings.Fields(value) {
				has[flag] = true
			}
			break
		}
	}
	listed := []kernel{portable}
	if has["avx2"] {
		listed = slices.Insert(listed, 0, avx2)
	}
	if has["avx512f"] && has["avx512ifma"] {
		listed = slices.Insert(listed, 0, avx512)
	}
	if !slices.Equal(all, listed) {
		t.Errorf("kernels %v, by /proc/cpuinfo %v", all, listed)
	}
}

// TestKernelOfABox changes the kernel after a box is made. The box must keep its own.
func TestKernelOfABox(t *testing.T) {
	r := rng(35)
	key, nonce := randomKey(r)
	message := random(r, 9*groupSize+77)
	want := secretbox.Seal(nil, message, nonce, key)
	for _, made := range available() {
		for _, later := range available() {
			restore := use(made)
			var b Box
			b.Init(key, nonce)
			use(later)
			var p Part
			got := make([]byte, len(message))
			b.Seal(&p, got, message, 0)
			restore()
			if tag := b.Tag(int64(len(message)), p); !bytes.Equal(append(tag[:], got...), want) {
				t.Errorf("made for %v, used with %v: differs from x/crypto", made, later)
			}
		}
	}
}

// TestAlignments seals and opens at every alignment of source and destination
// in a cache line.
func TestAlignments(t *testing.T) {
	eachKernel(t, func(t *testing.T) {
		r := rng(30)
		key, nonce := randomKey(r)
		const n = 3*groupSize + 77
		message, buf := random(r, n+64), make([]byte, n+64)
		var b Box
		b.Init(key, nonce)
		for from := range 64 {
			for to := range 64 {
				src, dst := message[from:from+n], buf[to:to+n]
				want := secretbox.Seal(nil, src, nonce, key)
				var sealed, opened Part
				b.Seal(&sealed, dst, src, 0)
				if tag := b.Tag(n, sealed); !bytes.Equal(tag[:], want[:TagSize]) || !bytes.Equal(dst, want[TagSize:]) {
					t.Fatalf("sealing from %d to %d differs from x/crypto", from, to)
				}
				b.Open(&opened, dst, dst, 0)
				if !bytes.Equal(dst, src) || b.Tag(n, opened) != b.Tag(n, sealed) {
					t.Fatalf("opening at %d differs", to)
				}
			}
		}
	})
}

// TestCounterEnds checks the keystream around the two places where the block counter
// wraps: its low word, and all of it. It starts at every block before, with many
// lengths.
func TestCounterEnds(t *testing.T) {
	eachKernel(t, func(t *testing.T) {
		r := rng(33)
		key, nonce := randomKey(r)
		var b Box
		b.Init(key, nonce)
		for _, wrap := range []uint64{1 << 32, 0} {
			const most = 3*groupSize + startSize
			var want [2 * most]byte // from block wrap-most/BlockSize on
			first := wrap - most/BlockSize
			for i := range uint64(len(want) / BlockSize) {
				block := salsa20(&b.subkey, b.nonce, first+i)
				copy(want[i*BlockSize:], block[:])
			}
			for before := range most / BlockSize {
				for _, n := range []int{1, 64, 65, 511, 512, 513, 1023, 1024, 1025, 1536, 2048, 3000, most} {
					got, at := make([]byte, n), most-before*BlockSize
					b.xorBlocks(got, got, wrap-uint64(before))
					if !bytes.Equal(got, want[at:at+n]) {
						t.Fatalf("%d bytes from %d blocks before %#x on differ", n, before, wrap)
					}
				}
			}
		}
	})
}

// TestCarries seals and opens with keys and messages of all ones and of zeros, and sums
// at the ends of their range, so that every possible carry happens.
func TestCarries(t *testing.T) {
	eachKernel(t, func(t *testing.T) {
		r := rng(31)
		const (
			ones = ^uint64(0)
			most = 20 * groupSize
			off  = 5*BlockSize - KeystreamOffset
		)
		messages := [][]byte{
			bytes.Repeat([]byte{0xff}, most),
			make([]byte, most),
			bytes.Repeat(append(bytes.Repeat([]byte{0xff}, 16), make([]byte, 16)...), most/32),
			bytes.Repeat(append(make([]byte, 16), bytes.Repeat([]byte{0xff}, 16)...), most/32),
			random(r, most),
		}
		key, nonce := randomKey(r)
		var b Box
		b.Init(key, nonce)
		got := make([]byte, most)
		for _, b.r = range []clamped{clamp(ones, ones), clamp(0, 0), clamp(1, 0), clamp(0, ones), clamp(ones, 0), clamp(r.Uint64(), r.Uint64())} {
			b.powers.wipe()
			b.setPowers()
			for _, start := range extremes(r) {
				start = fold(start)
				for _, m := range messages {
					for groups := 1; groups <= 20; groups += 1 + groups/3 {
						c := m[:groups*groupSize]
						from := Part{h: start, end: off / termSize}
						want := reduce(horner(start, b.r, c))
						authenticated, opened := from, from
						b.Auth(&authenticated, c, off)
						b.Open(&opened, got[:len(c)], c, off)
						if reduce(authenticated.h) != want || reduce(opened.h) != want {
							t.Fatalf("%d groups with r = %x from %x differ", groups, b.r, start)
						}
						// Opening made a message of c, which must seal to c.
						sealed := from
						b.Seal(&sealed, got[:len(c)], got[:len(c)], off)
						if !bytes.Equal(got[:len(c)], c) || reduce(sealed.h) != want {
							t.Fatalf("sealing %d groups with r = %x from %x differs", groups, b.r, start)
						}
					}
				}
			}
		}
	})
}
