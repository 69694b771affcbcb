//go:build libsodium

// Package sodium calls libsodium's secretbox, for comparison. It is built only with the
// tag libsodium, and needs cgo, pkg-config and libsodium's headers.
package sodium

/*
#cgo pkg-config: libsodium
#cgo CFLAGS: -D_GNU_SOURCE
#cgo LDFLAGS: -ldl
#cgo noescape crypto_secretbox_easy
#cgo nocallback crypto_secretbox_easy
#cgo noescape crypto_secretbox_open_easy
#cgo nocallback crypto_secretbox_open_easy
#include <dlfcn.h>
#include <sodium.h>

static const char *library(void) {
	Dl_info info;
	return dladdr((void *)sodium_init, &info) ? info.dli_fname : "";
}
*/
import "C"

import (
	"fmt"
	"slices"
	"unsafe"
)

func init() {
	if C.sodium_init() < 0 {
		panic("sodium_init failed")
	}
}

// Version returns libsodium's version and the file it was loaded from. If libsodium is
// linked statically, that is the program itself.
func Version() string {
	return fmt.Sprintf("%s (%s)", C.GoString(C.sodium_version_string()), C.GoString(C.library()))
}

// Seal appends the box of message to out, as x/crypto's secretbox.Seal does.
func Seal(out, message []byte, nonce *[24]byte, key *[32]byte) []byte {
	n := len(message) + C.crypto_secretbox_MACBYTES
	out = slices.Grow(out, n)[:len(out)+n]
	C.crypto_secretbox_easy(pointer(out[len(out)-n:]), pointer(message), C.ulonglong(len(message)),
		pointer(nonce[:]), pointer(key[:]))
	return out
}

// Open appends the message in box to out, as x/crypto's secretbox.Open does.
func Open(out, box []byte, nonce *[24]byte, key *[32]byte) ([]byte, bool) {
	n := len(box) - C.crypto_secretbox_MACBYTES
	if n < 0 {
		return nil, false
	}
	out = slices.Grow(out, n)[:len(out)+n]
	status := C.crypto_secretbox_open_easy(pointer(out[len(out)-n:]), pointer(box), C.ulonglong(len(box)),
		pointer(nonce[:]), pointer(key[:]))
	return out, status == 0
}

func pointer(p []byte) *C.uchar { return (*C.uchar)(unsafe.Pointer(unsafe.SliceData(p))) }
