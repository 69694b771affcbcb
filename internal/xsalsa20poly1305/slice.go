package xsalsa20poly1305

import (
	"runtime"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"unsafe"

	"github.com/largebox/largebox/internal/scratch"
)

const (
	// window is how many bytes of a message a goroutine takes at a time.
	window = 64 << 10
	// ParallelSize is the length in bytes from which goroutines share a message. With
	// less, starting them costs more than they save.
	ParallelSize = 2 * window
)

// A call holds the secrets of one call: the key schedule, the start of the keystream,
// and the sums of its goroutines.
type call struct {
	box   Box
	first start
	parts []Part
	one   [1]Part // parts, if there is one goroutine
}

var calls scratch.Pool[call]

// newCall returns the call for a message of n bytes. The caller ends it.
func newCall(n int, nonce *[NonceSize]byte, key *[KeySize]byte) *call {
	c := calls.Get()
	c.box.begin(&c.first, n, key, nonce)
	c.parts = c.one[:]
	return c
}

// end wipes c.
func (c *call) end() {
	c.box.powers.wipe()
	clear(c.parts)
	calls.Put(c)
}

// SealSlice appends the box of message (tag, then ciphertext) to out, with the
// contract of x/crypto's secretbox.Seal. It is safe for concurrent use.
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
		*tag = c.sealParallel(dst, message, workers)
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
	*tag = b.tag(int64(len(message)), c.parts)
	return ret
}

// OpenSlice appends the message in box to out, with the contract of x/crypto's
// secretbox.Open. It authenticates the whole box before it decrypts any of it: if it
// returns false, it has written nothing. It is safe for concurrent use.
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
		ok = c.verifyParallel(tag, ciphertext, workers)
	} else {
		if len(ciphertext) >= b.kernel.powersFrom() {
			b.setPowers()
		}
		b.absorb(&c.parts[0], ciphertext, 0)
		ok = b.verify(tag, int64(len(ciphertext)), c.parts)
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

// goroutines returns how many goroutines share a message of n bytes.
func goroutines(n int) int {
	if n < ParallelSize {
		return 1
	}
	return min(runtime.GOMAXPROCS(0), n/window)
}

func (c *call) sealParallel(dst, src []byte, workers int) [TagSize]byte {
	c.box.setPowers()
	c.parts = make([]Part, workers)
	share(len(src), workers, func(worker, from, to int) {
		c.box.Seal(&c.parts[worker], dst[from:to], src[from:to], int64(from))
	})
	return c.box.tag(int64(len(src)), c.parts)
}

func (c *call) verifyParallel(tag *[TagSize]byte, src []byte, workers int) bool {
	c.box.setPowers()
	c.parts = make([]Part, workers)
	share(len(src), workers, func(worker, from, to int) {
		c.box.Auth(&c.parts[worker], src[from:to], int64(from))
	})
	return c.box.verify(tag, int64(len(src)), c.parts)
}

func (b *Box) xorParallel(dst, src []byte, workers int) {
	share(len(src), workers, func(_, from, to int) {
		b.XOR(dst[from:to], src[from:to], int64(from))
	})
}

// share calls fn for every window of an n-byte message, on the calling goroutine,
// which is worker 0, and on workers-1 others. It returns when all have ended. It
// raises a panic of any of them again on the calling goroutine. All treat memory
// faults as the caller does (debug.SetPanicOnFault), so that a caller who works on
// mapped files can recover from faults in other goroutines, too.
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

// windowAt returns the bounds of window i of an n-byte message, and whether there is
// such a window. Windows are cut where blocks of keystream start. It computes in 64
// bits, because a window may end beyond what an int of 32 bits holds.
func windowAt(i int64, n int) (from, to int, ok bool) {
	end := (i+1)*window - KeystreamOffset
	start := max(end-window, 0)
	if start >= int64(n) {
		return 0, 0, false
	}
	return int(start), int(min(end, int64(n))), true
}

// extend returns in with n more bytes, and those bytes. It allocates only if the
// capacity of in is too small.
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
