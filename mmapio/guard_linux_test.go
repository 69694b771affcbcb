package mmapio

import (
	"errors"
	"runtime"
	"runtime/debug"
	"testing"
)

// panicOf runs fn, and returns what it panics with.
func panicOf(fn func()) (r any) {
	defer func() { r = recover() }()
	fn()
	return nil
}

// lost returns a mapping of n pages of which only the first keep are there.
func lost(t *testing.T, n, keep int) []byte {
	t.Helper()
	f := newFile(t, t.TempDir(), pages(n))
	m := newMapping(t, f)
	truncate(t, f, keep*page)
	return m
}

func TestGuardOffset(t *testing.T) {
	needFaultAddresses(t)
	m := lost(t, 4, 2)
	for name, c := range map[string]struct {
		fn     func()
		mapped [][]byte
		want   int
	}{
		"first byte":     {func() { _ = sum(m[2*page:]) }, [][]byte{m}, 2 * page},
		"in order":       {func() { sum(m) }, [][]byte{m}, 2 * page},
		"last byte":      {func() { sum(m[4*page-1:]) }, [][]byte{m}, 4*page - 1},
		"from within":    {func() { sum(m) }, [][]byte{m[100:]}, 2*page - 100},
		"in the second":  {func() { sum(m) }, [][]byte{nil, m[:page:page], m[page:]}, page},
		"only capacity":  {func() { sum(m) }, [][]byte{m[:0]}, 2 * page},
		"written":        {func() { m[5] = 1 }, [][]byte{m}, 5}, // a Mapping is read-only
		"one byte alone": {func() { sum(m) }, [][]byte{m[2*page : 2*page+1 : 2*page+1]}, 0},
	} {
		err := Guard(c.fn, c.mapped...)
		var fault *FaultError
		if !errors.As(err, &fault) || fault.Offset != int64(c.want) {
			t.Errorf("%s: %v, want a fault at byte %d", name, err, c.want)
		}
	}
	if err := Guard(func() { sum(m[:2*page]) }, m); err != nil {
		t.Errorf("a fault where there is none: %v", err)
	}
}

// A fault in another slice is a bug of the program, or is for an outer Guard.
func TestGuardPassesOnFaultsElsewhere(t *testing.T) {
	needFaultAddresses(t)
	m, other := lost(t, 4, 2), lost(t, 2, 0)
	for name, mapped := range map[string][][]byte{
		"no slice":        nil,
		"nil":             {nil},
		"another mapping": {other},
		"before":          {m[2*page+1:]},
		"behind":          {m[: 2*page : 2*page]},
	} {
		r := panicOf(func() {
			if err := Guard(func() { sum(m) }, mapped...); err != nil {
				t.Errorf("%s: returned %v", name, err)
			}
		})
		if _, ok := r.(interface{ Addr() uintptr }); !ok {
			t.Errorf("%s: panicked with %v", name, r)
		}
	}
	inner := errors.New("not run")
	err := Guard(func() {
		inner = Guard(func() { sum(m) }, other)
	}, m)
	if fault, ok := err.(*FaultError); !ok || fault.Offset != int64(2*page) {
		t.Errorf("the outer Guard returned %v", err)
	}
	if inner == nil || inner.Error() != "not run" {
		t.Errorf("the inner Guard returned %v", inner)
	}
}

func TestGuardPassesOnOtherPanics(t *testing.T) {
	m := lost(t, 1, 1)
	sentinel := errors.New("sentinel")
	if r := panicOf(func() { Guard(func() { panic(sentinel) }, m) }); r != sentinel {
		t.Errorf("panic(err) became %v", r)
	}
	var p *int
	for name, fn := range map[string]func(){
		"bounds": func() { _ = m[len(m):][len(m)] },
		"nil":    func() { *p = 1 },
	} {
		if _, ok := panicOf(func() { Guard(fn, m) }).(runtime.Error); !ok {
			t.Errorf("%s: did not go on", name)
		}
	}
	done := make(chan bool)
	go func() {
		defer close(done)
		Guard(func() { runtime.Goexit() }, m)
		t.Error("Goexit was stopped")
	}()
	<-done
}

func TestGuardRestoresPanicOnFault(t *testing.T) {
	needFaultAddresses(t)
	m := lost(t, 2, 1)
	for _, before := range []bool{false, true} {
		for name, fn := range map[string]func(){
			"return": func() { sum(m[:page]) },
			"fault":  func() { sum(m) },
			"panic":  func() { panic("other") },
			"nested": func() { Guard(func() { sum(m) }, m) },
		} {
			old := debug.SetPanicOnFault(before)
			panicOf(func() { Guard(fn, m) })
			if after := debug.SetPanicOnFault(old); after != before {
				t.Errorf("%s: PanicOnFault was %v, is %v", name, before, after)
			}
		}
	}
	// An inner Guard restores the setting of the outer one.
	if err := Guard(func() {
		Guard(func() {}, m)
		sum(m)
	}, m); err == nil {
		t.Error("no fault")
	}
}
