// Package xsalsa20poly1305 is the engine: NaCl's secretbox as a computation
// that can be entered at any byte and shared by any number of goroutines.
//
// A box has one keystream, XSalsa20(key, nonce). Its first 32 bytes are the
// Poly1305 key; message byte o is combined with keystream byte o+32:
//
//	keystream   |-- Poly1305 key --|-- first 32 --|---- 64 ----|---- 64 ----|
//	            0                  32             64           128
//	message                        0              32           96
//
// Two facts make one box divisible. Salsa20 is seekable: block n of the
// keystream depends on n and the key alone. And Poly1305 is a polynomial,
//
//	c1*r^m + c2*r^(m-1) + ... + cm*r^1   (mod 2^130-5)
//
// of which any goroutine can evaluate any terms; the sums are added at the
// end. A [Box] is the key schedule, read-only and shared; a [Part] is one
// goroutine's sum. Cuts may fall on any byte, also inside a 16-byte term, because
// callers cut at pages of a file, in which the message starts at byte 40.
//
// # Kernels
//
// A kernel does the bulk of the work, in groups of 1024 bytes: sixteen blocks of
// keystream, and 64 terms. kernel.go chooses one of
//
//	avx512    Salsa20 of sixteen blocks, with Poly1305 in eight lanes (IFMA)
//	          interleaved with its rounds, instruction by instruction
//	avx2      Salsa20 of sixteen blocks in two sets, then Poly1305 by weights of
//	          32-bit words, 16 KiB at a time
//	portable  x/crypto's Salsa20, and Poly1305 in Go
//
// The program in _asm generates the assembly, and its comments explain it. For less
// than a group, the vector kernels make the keystream of a whole group, or of half
// a group, where that is faster than x/crypto; Go code sums the terms. Every message
// begins with up to eight blocks that are computed together, so that a short message
// needs no others. The AVX-512 kernel computes the subkey in the same call.
//
// # Memory
//
// The engine keeps no secrets on the stack, because Go copies a stack that grows or
// shrinks, and frees the old one as it is. Key schedules, keystream, sums and the
// variables of the assembly are on the heap, in memory that internal/scratch lends,
// and wipes when it is returned, also after a panic. The assembly has no frames and
// clears its registers. x/crypto's functions leave the key on the stack, so the engine
// overwrites their frames after each call. Three things are out of reach: registers
// that Go spills, registers that the system saves when it interrupts a thread, and
// x/crypto's frames after a fault of a mapping under it.
//
// Sources: D. J. Bernstein, "Cryptography in NaCl" (2009), sections 8 and 9,
// "Extending the Salsa20 nonce" (2011), "The Poly1305-AES message-authentication
// code" (2005).
//
// No branch and no address depends on the key, the message or the tag. They
// depend on lengths and offsets only.
package xsalsa20poly1305
