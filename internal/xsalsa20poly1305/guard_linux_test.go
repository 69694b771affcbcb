package xsalsa20poly1305

import (
	"bytes"
	"os"
	"runtime"
	"runtime/debug"
	"slices"
	"testing"
	"unsafe"

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

// TestWipedAfterFault seals and opens mappings whose end cannot be read. After the
// panic, what the call has worked with must be back in its pool, which wipes it.
func TestWipedAfterFault(t *testing.T) {
	if raceEnabled {
		t.Skip("with the race detector, pools forget at random")
	}
	defer debug.SetGCPercent(debug.SetGCPercent(-1)) // pools forget when garbage is collected
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))  // and have memory for each processor
	eachKernel(t, func(t *testing.T) {
		defer debug.SetPanicOnFault(debug.SetPanicOnFault(true)) // of this goroutine
		key, nonce := randomKey(rng(38))
		for _, pages := range []int{1, 2, 5, 50} {
			readable := guarded(t, pages*os.Getpagesize(), true)
			message := unsafe.Slice(unsafe.SliceData(readable), len(readable)+TagSize)
			out := make([]byte, 0, len(message)+TagSize)
			for name, fn := range map[string]func(){
				"Seal": func() { SealSlice(out, message, nonce, key) },
				"Open": func() { OpenSlice(out, message, nonce, key) },
			} {
				c := calls.Get()
				calls.Put(c)
				func() {
					defer func() {
						if recover() == nil {
							t.Errorf("%s of %d pages and a bit read what cannot be read", name, pages)
						}
					}()
					fn()
				}()
				again := calls.Get()
				if again != c {
					t.Errorf("%s of %d pages and a bit did not return what it works with", name, pages)
				}
				calls.Put(again)
			}
		}
	})
}

// TestPartsAreWiped looks at the sums of goroutines after one has failed.
func TestPartsAreWiped(t *testing.T) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	key, nonce := randomKey(rng(39))
	readable := guarded(t, 8*window, true)
	message := unsafe.Slice(unsafe.SliceData(readable), len(readable)+1)
	for name, fn := range map[string]func(c *call){
		"Seal": func(c *call) { c.sealParallel(make([]byte, len(message)), message, 3) },
		"Open": func(c *call) { c.verifyParallel(new([TagSize]byte), message, 3) },
	} {
		c := newCall(len(message), nonce, key)
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s read what cannot be read", name)
				}
			}()
			fn(c)
		}()
		parts := c.parts
		if !slices.ContainsFunc(parts, func(p Part) bool { return p.h != elem{} }) {
			t.Fatalf("%s: no goroutine has a sum", name)
		}
		if c.end(); slices.ContainsFunc(parts, func(p Part) bool { return p != Part{} }) {
			t.Errorf("%s left the sum of a goroutine", name)
		}
	}
}
