package mmapio

import (
	"runtime/debug"
	"unsafe"
)

// Guard runs fn and returns a [*FaultError] if it faults on one of the mapped
// slices. It holds for the calling goroutine only: fn has to call Guard again
// in goroutines that it starts. Any other panic goes on.
//
// A fault is all that is found out. Where the last page of a file was cut off
// in its middle, the rest of the page reads as zeros; and a system call that is
// given a lost page returns EFAULT, which fn has to look at. A slice counts up
// to its capacity.
func Guard(fn func(), mapped ...[]byte) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		r := recover()
		if r == nil {
			return
		}
		// What the runtime panics with for a fault knows the address.
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
