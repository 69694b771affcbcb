// Package scratch lends memory for secrets.
//
// The memory is on the heap, because Go copies stacks: when a stack grows, or
// shrinks, the old one is freed as it is, with the secrets on it. Objects on the
// heap do not move.
package scratch

import (
	"sync"
	"unsafe"
)

// A Pool lends values of T, which contains no pointers to secrets. Values are
// zero when they are lent and zeroed when they are returned, so that one which
// the garbage collector takes holds nothing. The zero Pool is ready for use, and
// safe for concurrent use.
type Pool[T any] struct{ pool sync.Pool }

// Get returns a zero T.
func (p *Pool[T]) Get() *T {
	if v, ok := p.pool.Get().(*T); ok {
		return v
	}
	return new(T)
}

// Put zeroes v and takes it back. Call it by defer, so that a panic does not
// leave secrets behind.
func (p *Pool[T]) Put(v *T) {
	clear(unsafe.Slice(v, 1)) // in wider steps than an assignment
	p.pool.Put(v)
}
