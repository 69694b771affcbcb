package xsalsa20poly1305

import (
	"bytes"
	"math"
	"runtime"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"testing"
	"unsafe"

	"golang.org/x/crypto/nacl/secretbox"
)

func TestAppends(t *testing.T) {
	r := rng(20)
	key, nonce := randomKey(r)
	for _, n := range []int{0, 1, 100, ParallelSize + 5} {
		message := random(r, n)
		for _, spare := range []int{0, n, 2*n + 64} {
			prefix := append(make([]byte, 0, 5+spare), "hello"...)
			got := SealSlice(prefix, message, nonce, key)
			if want := secretbox.Seal([]byte("hello"), message, nonce, key); !bytes.Equal(got, want) {
				t.Fatalf("Seal of %d bytes does not append", n)
			}
			opened, ok := OpenSlice(prefix, bytes.Clone(got[5:]), nonce, key)
			if want := append([]byte("hello"), message...); !ok || !bytes.Equal(opened, want) {
				t.Fatalf("Open of %d bytes does not append", n)
			}
			if spare > n && &opened[0] != &prefix[0] {
				t.Errorf("Open of %d bytes allocated although there was room", n)
			}
		}
	}
}

func TestOverlapPanics(t *testing.T) {
	r := rng(21)
	key, nonce := randomKey(r)
	panics := func(fn func()) (did bool) {
		defer func() { did = recover() != nil }()
		fn()
		return false
	}
	for _, n := range []int{1, 100, ParallelSize} {
		buf := make([]byte, 3*n+64)
		copy(buf[n:], secretbox.Seal(nil, random(r, n), nonce, key))
		if !panics(func() { SealSlice(buf[:0], buf[TagSize:TagSize+n], nonce, key) }) {
			t.Errorf("Seal of %d overlapping bytes did not panic", n)
		}
		if !panics(func() { OpenSlice(buf[:n][:n], buf[n:2*n+TagSize], nonce, key) }) {
			t.Errorf("Open of %d overlapping bytes did not panic", n)
		}
		if panics(func() { SealSlice(buf[2*n:2*n], buf[:n], nonce, key) }) {
			t.Errorf("Seal of %d adjacent bytes panicked", n)
		}
	}
}

// TestFailedOpenWritesNothing opens boxes that do not verify. Meanwhile it looks in the
// whole capacity of out for a byte that has changed.
func TestFailedOpenWritesNothing(t *testing.T) {
	r := rng(22)
	key, nonce := randomKey(r)
	for _, n := range []int{1, 33, 5000, 4 * ParallelSize} {
		box := secretbox.Seal(nil, random(r, n), nonce, key)
		box[len(box)-1] ^= 1
		out := make([]atomic.Uint32, n/4+1) // atomics, so that looking is not a race
		raw := bytesOf(out)
		for i := range raw {
			raw[i] = 0xa5
		}
		stop, seen := make(chan struct{}), make(chan bool)
		go func() {
			touched := false
			for {
				for i := range out {
					touched = touched || out[i].Load() != 0xa5a5a5a5
				}
				select {
				case <-stop:
					seen <- touched
					return
				default:
				}
			}
		}()
		for range 5 {
			if got, ok := OpenSlice(raw[:0], box, nonce, key); ok || got != nil {
				t.Fatalf("an altered box of %d bytes opened", n)
			}
		}
		close(stop)
		if <-seen {
			t.Errorf("a failed Open of %d bytes touched out", n)
		}
		for _, x := range raw {
			if x != 0xa5 {
				t.Fatalf("a failed Open of %d bytes left a byte in out", n)
			}
		}
	}
}

// bytesOf returns the memory of s as bytes.
func bytesOf(s []atomic.Uint32) []byte {
	return unsafe.Slice((*byte)(unsafe.Pointer(&s[0])), 4*len(s))
}

func TestAllocations(t *testing.T) { eachKernel(t, checkAllocations) }

func checkAllocations(t *testing.T) {
	if raceEnabled {
		t.Skip("the race detector allocates")
	}
	r := rng(23)
	key, nonce := randomKey(r)
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	for _, n := range []int{0, 64, 4096, 2 * ParallelSize} {
		message := random(r, n)
		box := SealSlice(nil, message, nonce, key)
		sealed, opened := make([]byte, 0, len(box)), make([]byte, 0, n)
		if a := testing.AllocsPerRun(20, func() { SealSlice(sealed, message, nonce, key) }); a != 0 {
			t.Errorf("Seal of %d bytes allocates %v times", n, a)
		}
		if a := testing.AllocsPerRun(20, func() { OpenSlice(opened, box, nonce, key) }); a != 0 {
			t.Errorf("Open of %d bytes allocates %v times", n, a)
		}
	}
}

// TestWindows cuts messages of every length around a window, and of the greatest
// lengths there are, and wants the windows to follow each other from the first byte
// to the last. With an int of 32 bits (GOARCH=386), the end of the last one
// overflows.
func TestWindows(t *testing.T) {
	lengths := []int{1, ParallelSize, 10 * window, math.MaxInt32 - 1, math.MaxInt32}
	for d := range 200 {
		lengths = append(lengths, window-100+d, math.MaxInt32-window-KeystreamOffset-100+d)
	}
	for _, n := range lengths {
		end := 0
		for i := int64(0); ; i++ {
			from, to, ok := windowAt(i, n)
			if !ok {
				break
			}
			if from != end || to <= from || to > n || to-from > window || to < n && (to+KeystreamOffset)%window != 0 {
				t.Fatalf("window %d of %d bytes is from %d to %d, after %d", i, n, from, to, end)
			}
			end = to
		}
		if end != n {
			t.Fatalf("the windows of %d bytes end at %d", n, end)
		}
	}
}

// TestParallelPanic raises a panic in one goroutine of share. It wants the panic on the
// caller's goroutine, and the others to have ended.
func TestParallelPanic(t *testing.T) {
	var running atomic.Int32
	defer func() {
		if r := recover(); r != "boom" {
			t.Errorf("recovered %v", r)
		}
		if n := running.Load(); n != 0 {
			t.Errorf("%d goroutines still at work", n)
		}
	}()
	panics := make(chan struct{})
	share(100*window, 4, func(worker, _, _ int) {
		running.Add(1)
		defer running.Add(-1)
		if worker == 3 {
			close(panics)
			panic("boom")
		}
		<-panics
	})
	t.Error("share returned")
}

// TestFaultSettingIsInherited wants the caller's SetPanicOnFault in every goroutine of
// share, and unchanged for the caller afterwards.
func TestFaultSettingIsInherited(t *testing.T) {
	for _, want := range []bool{true, false} {
		debug.SetPanicOnFault(want)
		var differs atomic.Bool
		var all sync.WaitGroup
		all.Add(4)
		share(4*window-KeystreamOffset, 4, func(_, _, _ int) {
			got := debug.SetPanicOnFault(want)
			if got != want {
				differs.Store(true)
			}
			all.Done()
			all.Wait() // a window for each of them
		})
		if differs.Load() || debug.SetPanicOnFault(false) != want {
			t.Errorf("with %v: a goroutine treats faults differently from its caller", want)
		}
	}
}
