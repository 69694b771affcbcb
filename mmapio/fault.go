package mmapio

import (
	"runtime/debug"
	"unsafe"
)

// Guard runs fn and returns a [*FaultError] if it faults on one of the mapped
// slices. It holds for the calling goroutine only: fn has to call Guard again
// in goroutines that it starts. Any other panic goes on.
//
// Guard finds faults and nothing else. If a file was truncated within a page, the
// rest of that page reads as zeros. A system call that is given a lost page
// returns EFAULT, which fn has to check. Each slice is guarded up to its
// capacity.
func Guard(fn func(), mapped ...[]byte) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		r := recover()
		if r == nil {
			return
		}
		// The runtime's panic value for a fault has the address.
		if fault, ok := r.(interface{ Addr() uintptr }); ok {
			for _, m := range mapped {
				start := uintptr(unsafe.Pointer(unsafe.SliceData(m)))
				if at := fault.Addr() - start; at < uintptr(cap(m)) {
					err = &FaultError{int64(at)}
					return
				}
			}
		}
		panic(r)
	}()
	fn()
	return nil
}
