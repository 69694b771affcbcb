package xsalsa20poly1305

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"math/big"
	"math/bits"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"golang.org/x/crypto/nacl/secretbox"
)

// rng returns a reproducible stream of random numbers. Every test has its own seed.
func rng(seed byte) *rand.ChaCha8 { return rand.NewChaCha8([32]byte{seed}) }

func random(r *rand.ChaCha8, n int) []byte {
	p := make([]byte, n)
	r.Read(p)
	return p
}

func randomKey(r *rand.ChaCha8) (key *[KeySize]byte, nonce *[NonceSize]byte) {
	key, nonce = new([KeySize]byte), new([NonceSize]byte)
	r.Read(key[:])
	r.Read(nonce[:])
	return key, nonce
}

// interesting returns the lengths around every boundary in the code.
func interesting() (lengths []int) {
	for _, size := range []int{termSize, KeystreamOffset, BlockSize, xorRestFrom, startSize, groupSize, avx512.powersFrom(), avx2.powersFrom(), fuse, stretch, window, ParallelSize, 3 * window} {
		for _, multiple := range []int{1, 2} {
			for d := -1; d <= 1; d++ {
				lengths = append(lengths, multiple*size+d, max(multiple*size-KeystreamOffset+d, 0))
			}
		}
	}
	slices.Sort(lengths)
	return slices.Compact(lengths)
}

func TestSliceAgreesWithXCrypto(t *testing.T) { eachKernel(t, checkSliceAgreesWithXCrypto) }

func checkSliceAgreesWithXCrypto(t *testing.T) {
	r := rng(1)
	key, nonce := randomKey(r)
	message := random(r, 3*stretch)
	lengths := interesting()
	for n := range 8193 {
		lengths = append(lengths, n)
	}
	for _, n := range lengths {
		want := secretbox.Seal(nil, message[:n], nonce, key)
		if got := SealSlice(nil, message[:n], nonce, key); !bytes.Equal(got, want) {
			t.Fatalf("Seal of %d bytes differs from x/crypto", n)
		}
		got, ok := OpenSlice(nil, want, nonce, key)
		if !ok || !bytes.Equal(got, message[:n]) {
			t.Fatalf("Open of %d bytes: ok = %v", n, ok)
		}
		want[r.Uint64()%uint64(len(want))] ^= 1 << (r.Uint64() % 8)
		if _, ok := OpenSlice(nil, want, nonce, key); ok {
			t.Fatalf("Open of %d altered bytes succeeded", n)
		}
	}
}

// cuts returns the ends of parts of [0,n), at random bytes or, aligned, where
// blocks of keystream start.
func cuts(r *rand.ChaCha8, n, parts int, aligned bool) []int {
	ends := []int{n}
	for range parts - 1 {
		at := int(r.Uint64() % uint64(n+1))
		if aligned {
			at = max(at/BlockSize*BlockSize-KeystreamOffset, 0)
		}
		ends = append(ends, at)
	}
	slices.Sort(ends)
	return ends
}

// TestSplits seals and opens one message in 1 to 9 segments. It cuts at random bytes
// and gives each segment to one of two parts at random.
func TestSplits(t *testing.T) { eachKernel(t, checkSplits) }

func checkSplits(t *testing.T) {
	r := rng(2)
	key, nonce := randomKey(r)
	message := random(r, 1<<20)
	lengths := interesting()
	for n := range 1025 {
		lengths = append(lengths, n)
	}
	for n := 1026; n <= 8192; n += 7 {
		lengths = append(lengths, n)
	}
	var b Box
	b.Init(key, nonce)
	for _, n := range lengths {
		want := secretbox.Seal(nil, message[:n], nonce, key)
		for segments := 1; segments <= 9; segments++ {
			ends := cuts(r, n, segments, segments%2 == 0)
			var sealed, opened, checked [2]Part
			box, plain := make([]byte, n), make([]byte, n)
			from := 0
			for _, to := range ends {
				i := int(r.Uint64() % 2)
				b.Seal(&sealed[i], box[from:to], message[from:to], int64(from))
				b.Open(&opened[i], plain[from:to], box[from:to], int64(from))
				b.Auth(&checked[i], box[from:to], int64(from))
				from = to
			}
			tag := b.Tag(int64(n), sealed[:]...)
			if !bytes.Equal(tag[:], want[:TagSize]) || !bytes.Equal(box, want[TagSize:]) {
				t.Fatalf("sealing %d bytes cut at %v differs from x/crypto", n, ends)
			}
			if !b.Verify(&tag, int64(n), opened[:]...) || !bytes.Equal(plain, message[:n]) {
				t.Fatalf("opening %d bytes cut at %v differs", n, ends)
			}
			if !b.Verify(&tag, int64(n), checked[:]...) {
				t.Fatalf("authenticating %d bytes cut at %v fails", n, ends)
			}
			tag[n%TagSize] ^= 0x80
			if b.Verify(&tag, int64(n), opened[:]...) {
				t.Fatalf("a wrong tag of %d bytes verifies", n)
			}
		}
	}
}

// TestEveryCut cuts a short message at every byte, and at every pair of bytes.
func TestEveryCut(t *testing.T) { eachKernel(t, checkEveryCut) }

func checkEveryCut(t *testing.T) {
	r := rng(3)
	key, nonce := randomKey(r)
	const n = 150
	message := random(r, n)
	want := secretbox.Seal(nil, message, nonce, key)
	var b Box
	b.Init(key, nonce)
	for i := range n + 1 {
		for j := i; j <= n; j++ {
			var outer, inner Part // outer leaves a gap that inner fills
			box := make([]byte, n)
			b.Seal(&outer, box[:i], message[:i], 0)
			b.Seal(&inner, box[i:j], message[i:j], int64(i))
			b.Seal(&outer, box[j:], message[j:], int64(j))
			tag := b.Tag(n, outer, inner)
			if !bytes.Equal(tag[:], want[:TagSize]) || !bytes.Equal(box, want[TagSize:]) {
				t.Fatalf("cuts at %d and %d differ from x/crypto", i, j)
			}
		}
	}
}

func TestInPlace(t *testing.T) { eachKernel(t, checkInPlace) }

func checkInPlace(t *testing.T) {
	r := rng(4)
	key, nonce := randomKey(r)
	for _, n := range interesting() {
		message := random(r, n)
		want := secretbox.Seal(nil, message, nonce, key)
		var b Box
		b.Init(key, nonce)
		var sealed, opened Part
		p := bytes.Clone(message)
		b.Seal(&sealed, p, p, 0)
		if !bytes.Equal(p, want[TagSize:]) {
			t.Fatalf("sealing %d bytes in place differs", n)
		}
		b.Open(&opened, p, p, 0)
		if tag := [TagSize]byte(want); !bytes.Equal(p, message) || !b.Verify(&tag, int64(n), opened) {
			t.Fatalf("opening %d bytes in place differs", n)
		}
	}
}

// TestCounterWrap starts shortly before the low word of the block counter wraps, 256
// GiB into a message. The Salsa20 core, block by block, and big.Int arithmetic are its
// oracles.
func TestCounterWrap(t *testing.T) { eachKernel(t, checkCounterWrap) }

func checkCounterWrap(t *testing.T) {
	r := rng(5)
	key, nonce := randomKey(r)
	var b Box
	b.Init(key, nonce)
	const wrap = int64(1)<<32*BlockSize - KeystreamOffset
	for _, before := range []int64{1, 8, 63, 64, 65, 1000, 4096} {
		off, n := wrap-before, int(before)+5000
		message := random(r, n)
		want := bytes.Clone(message)
		for i := range want {
			at := uint64(off) + KeystreamOffset + uint64(i)
			block := salsa20(&b.subkey, [8]byte(nonce[16:]), at/64)
			want[i] ^= block[at%64]
		}
		got, back := make([]byte, n), make([]byte, n)
		var sealed, opened Part
		b.Seal(&sealed, got, message, off)
		if !bytes.Equal(got, want) {
			t.Fatalf("keystream differs from the Salsa20 core %d bytes before the wrap", before)
		}
		b.Open(&opened, back, got, off)
		if !bytes.Equal(back, message) || reduce(sealed.h) != reduce(opened.h) {
			t.Fatalf("opening differs %d bytes before the wrap", before)
		}
		if got, want := b.Tag(off+int64(n), sealed), bigTag(&b, got, off); got != want {
			t.Fatalf("tag %x, want %x", got, want)
		}
	}
}

// salsa20 returns a block of keystream, computed word by word from the specification.
func salsa20(key *[32]byte, nonce [8]byte, counter uint64) (block [64]byte) {
	const sigma = "expand 32-byte k"
	in := bytes.Join([][]byte{[]byte(sigma[:4]), key[:16], []byte(sigma[4:8]), nonce[:],
		binary.LittleEndian.AppendUint64(nil, counter), []byte(sigma[8:12]), key[16:], []byte(sigma[12:])}, nil)
	var x, start [16]uint32
	for i := range start {
		start[i] = binary.LittleEndian.Uint32(in[4*i:])
	}
	x = start
	quarter := func(a, b, c, d int) {
		x[b] ^= bits.RotateLeft32(x[a]+x[d], 7)
		x[c] ^= bits.RotateLeft32(x[b]+x[a], 9)
		x[d] ^= bits.RotateLeft32(x[c]+x[b], 13)
		x[a] ^= bits.RotateLeft32(x[d]+x[c], 18)
	}
	for range 10 {
		for i := range 4 { // columns, from the diagonal down
			quarter(5*i%16, (5*i+4)%16, (5*i+8)%16, (5*i+12)%16)
		}
		for i := range 4 { // rows, from the diagonal on
			quarter(4*i+i, 4*i+(i+1)%4, 4*i+(i+2)%4, 4*i+(i+3)%4)
		}
	}
	for i := range x {
		binary.LittleEndian.PutUint32(block[4*i:], x[i]+start[i])
	}
	return block
}

var prime = new(big.Int).Sub(new(big.Int).Lsh(big.NewInt(1), 130), big.NewInt(5))

func (h elem) big() *big.Int {
	v := new(big.Int)
	for _, w := range []uint64{h.w2, h.w1, h.w0} {
		v.Lsh(v, 64).Or(v, new(big.Int).SetUint64(w))
	}
	return v
}

// bigTag returns the tag of a message that ends with c, which starts at byte off. It
// takes the terms before c as zero, and computes byte by byte from the definition.
func bigTag(b *Box, c []byte, off int64) (tag [TagSize]byte) {
	end := off + int64(len(c))
	terms := (end + 15) / 16
	h, r := new(big.Int), b.r.elem().big()
	addTo := func(value *big.Int, term int64) {
		e := new(big.Int).Exp(r, big.NewInt(terms-term), prime)
		h.Mod(h.Add(h, e.Mul(e, value)), prime)
	}
	for i, x := range c {
		at := off + int64(i)
		addTo(new(big.Int).Lsh(big.NewInt(int64(x)), uint(at%16*8)), at/16)
		if at%16 == 15 || at == end-1 {
			addTo(new(big.Int).Lsh(big.NewInt(1), uint(at%16*8+8)), at/16)
		}
	}
	h.Add(h, elem{b.s[0], b.s[1], 0}.big())
	le := h.FillBytes(make([]byte, 17))
	slices.Reverse(le)
	copy(tag[:], le)
	return tag
}

// extremes returns elements at the ends of the range of an elem, and random ones.
func extremes(r *rand.ChaCha8) []elem {
	const ones = ^uint64(0)
	es := []elem{{}, {1, 0, 0}, {ones, ones, 3}, {ones - 4, ones, 3}, {ones - 5, ones, 3}, {ones, ones, 15}, {0, 0, 15},
		{ones - 3, ones, 3}, {0, 0, 4}, {4, 0, 4}, {5, 0, 4}, {ones, 0, 0}, {0, ones, 0}}
	for range 50 {
		es = append(es, elem{r.Uint64(), r.Uint64(), r.Uint64() % 16})
	}
	return es
}

func TestField(t *testing.T) {
	r := rng(6)
	mod := func(v *big.Int) *big.Int { return v.Mod(v, prime) }
	es := extremes(r)
	for _, x := range es {
		if got, want := reduce(x).big(), mod(x.big()); got.Cmp(want) != 0 {
			t.Fatalf("reduce(%x) = %x, want %x", x, got, want)
		}
		for _, y := range es {
			for name, got := range map[string]elem{"mul": mul(x, y), "add": add(x, y)} {
				want := new(big.Int)
				if name == "mul" {
					want.Mul(x.big(), y.big())
				} else {
					want.Add(x.big(), y.big())
				}
				if got.w2 > 4 || reduce(got).big().Cmp(mod(want)) != 0 {
					t.Fatalf("%s(%x, %x) = %x, want %x", name, x, y, got, want)
				}
			}
		}
		for _, n := range []uint64{0, 1, 2, 3, 4, 31, 32, 1 << 15, 1<<15 + 1, 1<<57 - 1} {
			want := new(big.Int).Exp(x.big(), new(big.Int).SetUint64(n), prime)
			if got := reduce(pow(x, n)).big(); got.Cmp(want) != 0 {
				t.Fatalf("pow(%x, %d) = %x, want %x", x, n, got, want)
			}
		}
	}
}

// TestHornerCarries runs Horner's rule over terms and keys of all ones and of values
// around the modulus, where every carry that can happen does.
func TestHornerCarries(t *testing.T) {
	r := rng(7)
	const ones = ^uint64(0)
	keys := []clamped{clamp(ones, ones), clamp(0, 0), clamp(1, 0), clamp(0, ones), clamp(r.Uint64(), r.Uint64())}
	messages := [][]byte{
		bytes.Repeat([]byte{0xff}, 4096),
		bytes.Repeat([]byte{0}, 4096),
		bytes.Repeat(append(bytes.Repeat([]byte{0xff}, 16), bytes.Repeat([]byte{0}, 16)...), 128),
		bytes.Repeat(append([]byte{0xfb}, bytes.Repeat([]byte{0xff}, 15)...), 256),
		random(r, 4096),
	}
	for _, key := range keys {
		for _, start := range extremes(r)[:8] {
			for _, m := range messages {
				got := horner(fold(start), key, m)
				want := start.big()
				for c := m; len(c) > 0; c = c[16:] {
					term := elem{binary.LittleEndian.Uint64(c), binary.LittleEndian.Uint64(c[8:]), 1}
					want.Add(want, term.big())
					want.Mod(want.Mul(want, key.elem().big()), prime)
				}
				if got.w2 > 4 || reduce(got).big().Cmp(want) != 0 {
					t.Fatalf("horner with r = %x from %x differs", key, start)
				}
			}
		}
	}
}

func TestDescendingPartPanics(t *testing.T) {
	eachKernel(t, func(t *testing.T) {
		key, nonce := randomKey(rng(36))
		var b Box
		b.Init(key, nonce)
		const n = 4 * groupSize
		for _, before := range []int64{16, 32, groupSize, n} { // bytes once more
			for name, again := range map[string]func(p *Part, c []byte, off int64){
				"Auth": b.Auth,
				"Seal": func(p *Part, c []byte, off int64) { b.Seal(p, c, c, off) },
				"Open": func(p *Part, c []byte, off int64) { b.Open(p, c, c, off) },
			} {
				var p Part
				b.Auth(&p, make([]byte, n), 64)
				func() {
					defer func() {
						if recover() == nil {
							t.Errorf("%s took %d bytes a second time", name, before)
						}
					}()
					again(&p, make([]byte, n), 64+n-before)
				}()
			}
		}
	})
}

// TestNoSuchOffset wants a panic for offsets that no message has. At the negative ones
// the keystream is the Poly1305 key.
func TestNoSuchOffset(t *testing.T) {
	key, nonce := randomKey(rng(37))
	var b Box
	b.Init(key, nonce)
	for _, off := range []int64{-1, -16, -32, -64, math.MinInt64, math.MaxInt64, math.MaxInt64 - 64} {
		for name, fn := range map[string]func(){
			"Seal": func() { b.Seal(new(Part), make([]byte, 64), make([]byte, 64), off) },
			"Open": func() { b.Open(new(Part), make([]byte, 64), make([]byte, 64), off) },
			"Auth": func() { b.Auth(new(Part), make([]byte, 64), off) },
			"XOR":  func() { b.XOR(make([]byte, 64), make([]byte, 64), off) },
		} {
			func() {
				defer func() {
					if recover() == nil {
						t.Errorf("%s at %d", name, off)
					}
				}()
				fn()
			}()
		}
	}
}

func TestWipe(t *testing.T) {
	eachKernel(t, func(t *testing.T) {
		key, nonce := randomKey(rng(8))
		var b Box
		b.Init(key, nonce)
		powers := b.powers
		if b.r == (clamped{}) || b.kernel != portable && (b.inputs == [2][16]uint32{} || !anySet(powers)) {
			t.Fatal("Init left the key schedule zero")
		}
		if b.Wipe(); b != (Box{}) || anySet(powers) {
			t.Error("Wipe left something of the key schedule")
		}
	})
}

// anySet reports whether p points to anything that is not zero.
func anySet(p powers) bool {
	v := reflect.ValueOf(p)
	for i := range v.NumField() {
		if f := v.Field(i); !f.IsNil() && !f.Elem().IsZero() {
			return true
		}
	}
	return false
}

// FuzzAgreesWithXCrypto compares every kernel with x/crypto on sealing and opening a
// message, cut twice, and with the portable kernel on the same bytes far into a
// message.
func FuzzAgreesWithXCrypto(f *testing.F) {
	ones := bytes.Repeat([]byte{0xff}, 200)
	f.Add([]byte{}, []byte("key"), []byte("nonce"), uint8(0), uint16(0), uint16(0), uint64(0))
	f.Add(ones, ones[:32], ones[:24], uint8(0), uint16(40), uint16(127), uint64(1)<<38-2000)
	f.Add(ones, ones[:32], ones[:24], uint8(60), uint16(5000), uint16(6000), uint64(1)<<38-6000)
	f.Fuzz(func(t *testing.T, message, k, n []byte, again uint8, cut1, cut2 uint16, far uint64) {
		var key [KeySize]byte
		var nonce [NonceSize]byte
		copy(key[:], k)
		copy(nonce[:], n)
		message = bytes.Repeat(message, 1+int(again)) // vector kernels want kilobytes
		box := secretbox.Seal(nil, message, &nonce, &key)
		ciphertext, tag := box[TagSize:], [TagSize]byte(box)
		i := int(cut1) % (len(message) + 1)
		j := i + int(cut2)%(len(message)-i+1)
		off := int64(far % (1 << 62))
		var want []byte
		var end Part
		for k, kernel := range slices.Backward(available()) { // portable first
			restore := use(kernel)
			defer restore()
			var b Box
			b.Init(&key, &nonce)
			var sealed, opened [3]Part
			got, back := make([]byte, len(message)), make([]byte, len(message))
			for k, cut := range [][2]int{{0, i}, {i, j}, {j, len(message)}} {
				from, to := cut[0], cut[1]
				b.Seal(&sealed[k], got[from:to], message[from:to], int64(from))
				b.Open(&opened[k], back[from:to], ciphertext[from:to], int64(from))
			}
			if !bytes.Equal(got, ciphertext) || b.Tag(int64(len(message)), sealed[:]...) != tag {
				t.Errorf("%v seals differently from x/crypto", kernel)
			}
			if !bytes.Equal(back, message) || !b.Verify(&tag, int64(len(message)), opened[:]...) {
				t.Errorf("%v opens differently from x/crypto", kernel)
			}
			if !bytes.Equal(SealSlice(nil, message, &nonce, &key), box) {
				t.Errorf("%v seals a slice differently from x/crypto", kernel)
			}
			if plain, ok := OpenSlice(nil, box, &nonce, &key); !ok || !bytes.Equal(plain, message) {
				t.Errorf("%v opens a slice differently from x/crypto", kernel)
			}
			var p, q Part
			b.Seal(&p, got, message, off)
			b.Open(&q, back, got, off)
			if reduce(p.h) != reduce(q.h) || !bytes.Equal(back, message) {
				t.Errorf("%v does not open what it seals at %d", kernel, off)
			}
			if k == len(available())-1 {
				want, end = got, p
			} else if !bytes.Equal(got, want) || reduce(p.h) != reduce(end.h) {
				t.Errorf("%v seals differently from portable at %d", kernel, off)
			}
		}
	})
}

func BenchmarkHorner(b *testing.B) {
	c := random(rng(9), fuse)
	key := clamp(1234567, 7654321)
	b.SetBytes(int64(len(c)))
	for b.Loop() {
		horner(elem{}, key, c)
	}
}

func ExamplePart() {
	key, nonce := new([KeySize]byte), new([NonceSize]byte)
	var b Box
	b.Init(key, nonce)
	message, ciphertext := []byte("two goroutines, one box"), make([]byte, 23)
	var first, second Part
	b.Seal(&second, ciphertext[10:], message[10:], 10)
	b.Seal(&first, ciphertext[:10], message[:10], 0)
	tag := b.Tag(23, first, second)
	fmt.Println(bytes.Equal(append(tag[:], ciphertext...), secretbox.Seal(nil, message, nonce, key)))
	// Output: true
}
