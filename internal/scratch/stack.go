package scratch

import "runtime"

// WipeStack overwrites the stack below its caller. Call it after a function of
// another package that leaves secrets there, in a frame of up to 600 bytes with
// those of what it calls. It does not check the size of the stack (nosplit), so
// nothing copies the stack before it is overwritten.
//
//go:nosplit
//go:noinline
func WipeStack() {
	var below [640]byte
	runtime.KeepAlive(&below)
}

// WipeDeepStack is WipeStack for frames of up to 4000 bytes. Call it before that
// function, too: then the stack has room, and need not be copied when it is to be
// overwritten.
//
//go:noinline
func WipeDeepStack() {
	var below [4096]byte
	runtime.KeepAlive(&below)
}
