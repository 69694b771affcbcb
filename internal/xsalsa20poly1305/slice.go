package xsalsa20poly1305

import (
	"runtime"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"unsafe"

	"github.com/largebox/largebox/internal/scratch"
)

// window is what a goroutine takes of a message at a time, in bytes of
// keystream. ParallelSize is the length in bytes from which a message is
// shared by goroutines: below it, starting them costs more than they save.
const (
	window       = 64 << 10
	ParallelSize = 2 * window
)

// A call is the key schedule and the sum of one call, and the start of its
// keystream.
type call struct {
	box   Box
	first start
	parts [1]Part
}

var calls scratch.Pool[call]

// newCall returns the call for a message of n bytes, to be ended.
func newCall(n int, nonce *[NonceSize]byte, key *[KeySize]byte) *call {
	c := calls.Get()
	c.box.begin(&c.first, n, key, nonce)
	return c
}

// end wipes c.
func (c *call) end() {
	c.box.powers.wipe()
	calls.Put(c)
}

// SealSlice appends the box of message (tag, then ciphertext) to out, with the
// contract of x/crypto's secretbox.Seal.
func SealSlice(out, message []byte, nonce *[NonceSize]byte, key *[KeySize]byte) []byte {
	ret, tail := extend(out, TagSize+len(message))
	if overlap(tail, message) {
		panic("largebox: invalid buffer overlap")
	}
	c := newCall(len(message), nonce, key)
	defer c.end() // also if a mapped message faults
	b, p := &c.box, &c.parts[0]
	dst, tag := tail[TagSize:], (*[TagSize]byte)(tail)
	if workers := goroutines(len(message)); workers > 1 {
		*tag = b.sealParallel(dst, message, workers)
		return ret
	}
	n := c.first.xor(dst, message)
	b.absorb(p, dst[:n], 0)
	if rest := len(message) - n; rest > 0 {
		if rest >= b.kernel.powersFrom() {
			b.setPowers()
		}
		b.sealBlocks(p, dst[n:], message[n:], int64(n))
	}
	*tag = b.tag(int64(len(message)), c.parts[:])
	return ret
}

// OpenSlice appends the message in box to out, with the contract of x/crypto's
// secretbox.Open. It authenticates the whole box before it decrypts any of it:
// where it returns false, it has written nothing.
func OpenSlice(out, box []byte, nonce *[NonceSize]byte, key *[KeySize]byte) ([]byte, bool) {
	if len(box) < TagSize {
		return nil, false
	}
	tag, ciphertext := (*[TagSize]byte)(box), box[TagSize:]
	c := newCall(len(ciphertext), nonce, key)
	defer c.end() // also if a mapped box faults
	b := &c.box
	workers := goroutines(len(ciphertext))

	var ok bool
	if workers > 1 {
		ok = b.verifyParallel(tag, ciphertext, workers)
	} else {
		if len(ciphertext) >= b.kernel.powersFrom() {
			b.setPowers()
		}
		b.absorb(&c.parts[0], ciphertext, 0)
		ok = b.verify(tag, int64(len(ciphertext)), c.parts[:])
	}
	if !ok {
		return nil, false
	}

	ret, tail := extend(out, len(ciphertext))
	if overlap(tail, box) {
		panic("largebox: invalid buffer overlap")
	}
	if workers > 1 {
		b.xorParallel(tail, ciphertext, workers)
	} else {
		n := c.first.xor(tail, ciphertext)
		b.XOR(tail[n:], ciphertext[n:], int64(n))
	}
	return ret, true
}

// goroutines is how many share a message of n bytes.
func goroutines(n int) int {
	if n < ParallelSize {
		return 1
	}
	return min(runtime.GOMAXPROCS(0), n/window)
}

func (b *Box) sealParallel(dst, src []byte, workers int) [TagSize]byte {
	b.setPowers()
	parts := make([]Part, workers)
	defer clear(parts)
	share(len(src), workers, func(worker, from, to int) {
		b.Seal(&parts[worker], dst[from:to], src[from:to], int64(from))
	})
	return b.tag(int64(len(src)), parts)
}

func (b *Box) verifyParallel(tag *[TagSize]byte, src []byte, workers int) bool {
	b.setPowers()
	parts := make([]Part, workers)
	defer clear(parts)
	share(len(src), workers, func(worker, from, to int) {
		b.Auth(&parts[worker], src[from:to], int64(from))
	})
	return b.verify(tag, int64(len(src)), parts)
}

func (b *Box) xorParallel(dst, src []byte, workers int) {
	share(len(src), workers, func(_, from, to int) {
		b.XOR(dst[from:to], src[from:to], int64(from))
	})
}

// share calls fn for every window of an n-byte message, from the calling
// goroutine, which is worker 0, and workers-1 others, and returns when all have
// ended. A panic in any of them is raised again on the calling goroutine, and
// all of them treat memory faults as the caller does (debug.SetPanicOnFault),
// so that a caller who works on mapped files can recover here as well.
func share(n, workers int, fn func(worker, from, to int)) {
	faults := debug.SetPanicOnFault(false)
	debug.SetPanicOnFault(faults)

	var next atomic.Int64
	var failure atomic.Pointer[any]
	work := func(worker int) {
		defer debug.SetPanicOnFault(debug.SetPanicOnFault(faults))
		defer func() {
			if r := recover(); r != nil {
				failure.CompareAndSwap(nil, &r)
			}
		}()
		for failure.Load() == nil {
			from, to, ok := windowAt(next.Add(1)-1, n)
			if !ok {
				return
			}
			fn(worker, from, to)
		}
	}
	var wg sync.WaitGroup
	for worker := 1; worker < workers; worker++ {
		wg.Go(func() { work(worker) })
	}
	work(0)
	wg.Wait()
	if r := failure.Load(); r != nil {
		panic(*r)
	}
}

// windowAt returns the bytes from and to between which window i of an n-byte
// message lies, and whether there is such a window. Windows are cut where blocks
// of keystream start. The end of the last window may exceed an int of 32 bits.
func windowAt(i int64, n int) (from, to int, ok bool) {
	end := (i+1)*window - KeystreamOffset
	start := max(end-window, 0)
	if start >= int64(n) {
		return 0, 0, false
	}
	return int(start), int(min(end, int64(n))), true
}

// extend returns in with n more bytes, and those bytes. It allocates only where
// the capacity of in is too small.
func extend(in []byte, n int) (head, tail []byte) {
	if total := len(in) + n; cap(in) >= total {
		head = in[:total]
	} else {
		head = make([]byte, total)
		copy(head, in)
	}
	return head, head[len(in):]
}

// overlap reports whether a and b share memory.
func overlap(a, b []byte) bool {
	if len(a) == 0 || len(b) == 0 {
		return false
	}
	a0, b0 := uintptr(unsafe.Pointer(&a[0])), uintptr(unsafe.Pointer(&b[0]))
	return a0 < b0+uintptr(len(b)) && b0 < a0+uintptr(len(a))
}
