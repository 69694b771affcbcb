package xsalsa20poly1305

import (
	"bytes"
	"os"
	"testing"

	"golang.org/x/crypto/nacl/secretbox"
	"golang.org/x/sys/unix"
)

// guarded returns n bytes that end, or start, at a page that nobody can read or write.
func guarded(t *testing.T, n int, atEnd bool) []byte {
	t.Helper()
	page := os.Getpagesize()
	inside := (n + page - 1) / page * page
	m, err := unix.Mmap(-1, 0, inside+2*page, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_PRIVATE|unix.MAP_ANON)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { unix.Munmap(m) })
	for _, guard := range [][]byte{m[:page], m[page+inside:]} {
		if err := unix.Mprotect(guard, unix.PROT_NONE); err != nil {
			t.Fatal(err)
		}
	}
	if atEnd {
		return m[page+inside-n : page+inside : page+inside]
	}
	return m[page : page+n : page+n]
}

// TestGuardPages fails with a fault if the engine reads or writes a byte outside of its
// buffers.
func TestGuardPages(t *testing.T) {
	eachKernel(t, func(t *testing.T) {
		r := rng(32)
		key, nonce := randomKey(r)
		lengths := []int{1, 15, 16, 17, 31, 32, 33, 63, 64, 65, 127, 128, 129, 1023, 1024, 1025, 1056, 2048, 2080, 4096, 5000, 3*groupSize + 32, ParallelSize + 1000}
		for _, n := range lengths {
			for _, atEnd := range []bool{true, false} {
				src, dst, box := guarded(t, n, atEnd), guarded(t, n, atEnd), guarded(t, n+TagSize, atEnd)
				r.Read(src)
				want := secretbox.Seal(nil, src, nonce, key)
				if got := SealSlice(box[:0], src, nonce, key); !bytes.Equal(got, want) {
					t.Fatalf("sealing %d bytes differs", n)
				}
				if got, ok := OpenSlice(dst[:0], box, nonce, key); !ok || !bytes.Equal(got, src) {
					t.Fatalf("opening %d bytes differs", n)
				}
				var b Box
				var p Part
				b.Init(key, nonce)
				b.Open(&p, dst, box[TagSize:], 0)
				if !bytes.Equal(dst, src) {
					t.Fatalf("opening %d bytes in one pass differs", n)
				}
				for _, off := range []int64{0, 32, startSize - KeystreamOffset, 1000} {
					var sealed, opened, checked Part
					b.Seal(&sealed, dst, src, off)
					b.Auth(&checked, dst, off)
					b.Open(&opened, box[TagSize:], dst, off)
					if reduce(sealed.h) != reduce(opened.h) || reduce(sealed.h) != reduce(checked.h) || !bytes.Equal(box[TagSize:], src) {
						t.Fatalf("%d bytes at %d differ", n, off)
					}
					b.XOR(dst, src, off)
				}
			}
		}
	})
}
