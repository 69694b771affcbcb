package largebox

import (
	"bytes"
	"context"
	"errors"
	"io"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"
	"time"
)

// wantNoWorkers checks that no worker is running.
func wantNoWorkers(t *testing.T) {
	t.Helper()
	stacks := make([]byte, 1<<20)
	stacks = stacks[:runtime.Stack(stacks, true)]
	if i := strings.Index(string(stacks), "pipeline.(*run).work"); i >= 0 {
		t.Errorf("a worker is still there:\n%s", stacks[i:])
	}
}

var errBored = errors.New("nobody waits for this any more")

// cancelAfter cancels when left bytes have been read.
type cancelAfter struct {
	io.Reader
	left   int
	cancel context.CancelCauseFunc
}

func (r *cancelAfter) Read(p []byte) (int, error) {
	n, err := r.Reader.Read(p)
	if r.left -= n; r.left <= 0 {
		r.cancel(errBored)
	}
	return n, err
}

// zeros is an endless message.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

func TestCancelled(t *testing.T) {
	bothWorkspaces(t, func(t *testing.T, o Options, dir, src string) {
		dst := filepath.Join(dir, "sealed")
		for _, after := range []int{1, 10 * blockSize} {
			stopping, cancel := context.WithCancelCause(ctx)
			_, err := SealStream(stopping, Path(dst), Reader(&cancelAfter{zeros{}, after, cancel}), SecretKey(testSecret), o)
			if !errors.Is(err, context.Canceled) || !errors.Is(err, errBored) {
				t.Errorf("after %d bytes: %v", after, err)
			}
			wantNames(t, dir)
			wantNoWorkers(t)
		}
		before, cancel := context.WithCancel(ctx)
		cancel()
		if _, err := SealFile(before, dst, src, SecretKey(testSecret), o); !errors.Is(err, context.Canceled) {
			t.Errorf("before the start: %v", err)
		}
		late, cancel := context.WithTimeout(ctx, 0)
		defer cancel()
		if _, err := SealFile(late, dst, src, SecretKey(testSecret), o); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("past the deadline: %v", err)
		}
		// When the last byte is done, and the file has no name yet.
		stopping, stop := context.WithCancelCause(ctx)
		o.Progress = func(done, total int64) {
			if done == total {
				stop(errBored)
			}
		}
		if _, err := SealFile(stopping, dst, src, SecretKey(testSecret), o); !errors.Is(err, context.Canceled) {
			t.Errorf("at the end: %v", err)
		}
		wantNames(t, dir)
	})
}

// wantPanic runs fn, which must panic with value.
func wantPanic(t *testing.T, value any, fn func()) {
	t.Helper()
	defer func() {
		t.Helper()
		if r := recover(); r != value {
			t.Errorf("recovered %v", r)
		}
		wantNoWorkers(t)
	}()
	fn()
	t.Error("no panic")
}

type panicReader struct{}

func (panicReader) Read([]byte) (int, error) { panic("reader") }

// TestPanics: a panic in a worker or in a callback becomes a panic in the caller, and
// leaves nothing behind.
func TestPanics(t *testing.T) {
	bothWorkspaces(t, func(t *testing.T, o Options, dir, src string) {
		dst := filepath.Join(dir, "sealed")
		r := io.MultiReader(bytes.NewReader(message(3*blockSize)), panicReader{})
		wantPanic(t, "reader", func() {
			SealStream(ctx, Path(dst), Reader(r), SecretKey(testSecret), o)
		})
		wantNames(t, dir)
		o.Progress = func(int64, int64) { panic("progress") }
		wantPanic(t, "progress", func() {
			SealStream(ctx, Path(dst), Reader(zeros{}), SecretKey(testSecret), o)
		})
		wantPanic(t, "progress", func() { SealFile(ctx, dst, src, SecretKey(testSecret), o) })
		wantNames(t, dir)
	})
}

// TestProgress: the numbers ascend to the whole message, and the calls come on the
// caller's goroutine.
func TestProgress(t *testing.T) {
	const n = 40 * blockSize
	var last int64
	calls := 0
	o := Options{Progress: func(done, total int64) { // not synchronised: the race detector watches
		if done < last || total != -1 && total != done {
			t.Errorf("%d of %d after %d", done, total, last)
		}
		last = done
		calls++
	}}
	slow := iotest.HalfReader(&sleepy{left: 5, Reader: io.LimitReader(zeros{}, n)})
	if _, err := SealStream(ctx, Writer(io.Discard), Reader(slow), SecretKey(testSecret), o); err != nil {
		t.Fatal(err)
	}
	if last != n || calls < 2 {
		t.Errorf("%d calls, the last with %d of %d", calls, last, n)
	}

	src := write(t, filepath.Join(t.TempDir(), "message"), message(100))
	o.Progress = func(done, total int64) { last = done; calls = int(total) }
	if _, err := SealStream(ctx, Writer(io.Discard), Path(src), SecretKey(testSecret), o); err != nil || last != 100 || calls != 100 {
		t.Errorf("a file: %d of %d, error %v", last, calls, err)
	}
}

// sleepy is a slow source, so that the ticker ticks.
type sleepy struct {
	io.Reader
	left int
}

func (s *sleepy) Read(p []byte) (int, error) {
	if s.left--; s.left >= 0 {
		time.Sleep(100 * time.Millisecond)
	}
	return s.Reader.Read(p)
}
