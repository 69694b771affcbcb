package main

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"io"
	"os"

	"github.com/largebox/largebox/largebox"
)

// readKey reads a key file: 64 hex digits, and white space around them. No
// error repeats what the file says.
func readKey(path string) (key *[largebox.KeySize]byte, wipe func(), err error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, nil, err
	}
	defer f.Close()
	text := make([]byte, 4*largebox.KeySize) // more than a key, for the error
	defer clear(text)
	n, err := io.ReadFull(f, text)
	if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
		return nil, nil, err
	}
	digits := bytes.TrimSpace(text[:n])
	key = new([largebox.KeySize]byte)
	if len(digits) != hex.EncodedLen(len(key)) {
		return nil, nil, fmt.Errorf("%s: a key file has 64 hex digits, this one has another length", path)
	}
	if _, err := hex.Decode(key[:], digits); err != nil {
		clear(key[:])
		return nil, nil, fmt.Errorf("%s: a key file has 64 hex digits, and this one something else", path)
	}
	return key, func() { clear(key[:]) }, nil
}
