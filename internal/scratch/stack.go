package scratch

import "runtime"

// Functions of other packages leave secrets on the stack. Call one of these after
// them: it overwrites so many bytes below its caller, where their frames were.

// WipeStack256 does not check the size of the stack (nosplit), so nothing copies
// the stack before it is overwritten.
//
//go:nosplit
//go:noinline
func WipeStack256() {
	var below [256]byte
	runtime.KeepAlive(&below)
}

// WipeStack576 is WipeStack256 for more. Functions that do not check the size of
// the stack cannot have frames of more than 800 bytes.
//
//go:nosplit
//go:noinline
func WipeStack576() {
	var below [576]byte
	runtime.KeepAlive(&below)
}
