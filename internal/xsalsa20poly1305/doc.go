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
// goroutine's sum. Cuts may fall on any byte, also inside a 16-byte term, so
// that windows can be cut on the pages of a file whose box starts at byte 40.
//
// # Kernels
//
// kernel.go chooses what does the bulk, by groups of 1024 bytes, which are
// sixteen blocks of keystream and 64 terms:
//
//	avx512    Salsa20 of sixteen blocks, with Poly1305 in eight lanes (IFMA)
//	          mingled into its rounds, instruction by instruction
//	avx2      Salsa20 of sixteen blocks in two sets, then Poly1305 by weights of
//	          32-bit words, 16 KiB at a time
//	portable  x/crypto's Salsa20, and Poly1305 in Go
//
// The assembly is written by the programs in _asm, which tell how it works. The
// keystream of what is shorter than a group is made as a whole group, or half of
// one, where that is faster than x/crypto's; its terms are summed in Go. A message
// starts with a few blocks that are made at once, with AVX-512 together with the
// subkey, so that a short one needs no more.
//
// Sources: D. J. Bernstein, "Cryptography in NaCl" (2009), sections 8 and 9,
// "Extending the Salsa20 nonce" (2011), "The Poly1305-AES message-authentication
// code" (2005).
//
// No branch and no address depends on the key, the message or the tag; all
// depend on lengths and offsets only.
package xsalsa20poly1305
