package xsalsa20poly1305

import (
	"runtime"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"unsafe"
)

// window is what a goroutine takes of a message at a time, in bytes of
// keystream. ParallelSize is the length in bytes from which a message is
// shared by goroutines: below it, starting them costs more than they save.
const (
	window       = 64 << 10
	ParallelSize = 2 * window
)

// SealSlice appends the box of message (tag, then ciphertext) to out, with the
// contract of x/crypto's secretbox.Seal.
func SealSlice(out, message []byte, nonce *[NonceSize]byte, key *[KeySize]byte) []byte {
	ret, tail := extend(out, TagSize+len(message))
	if overlap(tail, message) {
		panic("largebox: invalid buffer overlap")
	}
	var b Box
	var first start
	var parts [1]Part
	defer func() { // also if a mapped message faults
		Wipe(first[:])
		parts[0].Wipe()
		b.Wipe()
	}()
	b.begin(&first, len(message), key, nonce)
	dst, tag := tail[TagSize:], (*[TagSize]byte)(tail)
	if workers := goroutines(len(message)); workers > 1 {
		*tag = sealParallel(&b, dst, message, workers)
		return ret
	}
	p := &parts[0]
	n := first.xor(dst, message)
	b.absorb(p, dst[:n], 0)
	if rest := len(message) - n; rest >= b.kernel.powersFrom() {
		b.sealLong(p, dst[n:], message[n:], int64(n))
	} else if rest > 0 {
		b.sealBlocks(p, dst[n:], message[n:], int64(n))
	}
	*tag = b.tag(int64(len(message)), parts[:])
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
	var b Box
	var first start
	var parts [1]Part
	defer func() { // also if a mapped box faults
		Wipe(first[:])
		parts[0].Wipe()
		b.Wipe()
	}()
	b.begin(&first, len(ciphertext), key, nonce)
	workers := goroutines(len(ciphertext))

	var ok bool
	if workers > 1 {
		ok = verifyParallel(&b, tag, ciphertext, workers)
	} else {
		if len(ciphertext) >= b.kernel.powersFrom() {
			b.authLong(&parts[0], ciphertext)
		} else {
			b.absorb(&parts[0], ciphertext, 0)
		}
		ok = b.verify(tag, int64(len(ciphertext)), parts[:])
	}
	if !ok {
		return nil, false
	}

	ret, tail := extend(out, len(ciphertext))
	if overlap(tail, box) {
		panic("largebox: invalid buffer overlap")
	}
	if workers > 1 {
		xorParallel(&b, tail, ciphertext, workers)
	} else {
		n := first.xor(tail, ciphertext)
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

// The long forms have room for powers of r, which short messages do without.

//go:noinline
func (b *Box) sealLong(p *Part, dst, src []byte, off int64) {
	var powers powers
	long := *b
	defer long.Wipe()
	long.powers = &powers // know would move it to the heap
	powers.set(long.kernel, long.r)
	long.sealBlocks(p, dst, src, off)
}

//go:noinline
func (b *Box) authLong(p *Part, src []byte) {
	var powers powers
	long := *b
	defer long.Wipe()
	long.powers = &powers // know would move it to the heap
	powers.set(long.kernel, long.r)
	long.absorb(p, src, 0)
}

// The parallel forms copy the key schedule to the heap, from where goroutines
// use it.

func sealParallel(b *Box, dst, src []byte, workers int) [TagSize]byte {
	shared, parts := new(Box), make([]Part, workers)
	*shared = *b
	defer func() { shared.Wipe(); clear(parts) }()
	shared.know(new(powers))
	share(len(src), workers, func(worker, from, to int) {
		shared.Seal(&parts[worker], dst[from:to], src[from:to], int64(from))
	})
	return shared.tag(int64(len(src)), parts)
}

func verifyParallel(b *Box, tag *[TagSize]byte, src []byte, workers int) bool {
	shared, parts := new(Box), make([]Part, workers)
	*shared = *b
	defer func() { shared.Wipe(); clear(parts) }()
	shared.know(new(powers))
	share(len(src), workers, func(worker, from, to int) {
		shared.Auth(&parts[worker], src[from:to], int64(from))
	})
	return shared.verify(tag, int64(len(src)), parts)
}

func xorParallel(b *Box, dst, src []byte, workers int) {
	shared := new(Box)
	*shared = *b
	defer shared.Wipe()
	share(len(src), workers, func(_, from, to int) {
		shared.XOR(dst[from:to], src[from:to], int64(from))
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
			to := int(next.Add(1))*window - KeystreamOffset
			from := max(to-window, 0)
			if from >= n {
				return
			}
			fn(worker, from, min(to, n))
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
