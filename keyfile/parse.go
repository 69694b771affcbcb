package keyfile

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"slices"
	"unicode"
	"unicode/utf8"
)

// parse reads the content of a file as a key of the kind want. The caller owns
// the returned array, which is on the heap.
func parse(content []byte, want kind) (*[Size]byte, error) {
	key, is, err := recognise(content)
	switch {
	case err != nil:
		return nil, err
	case is != unknown && is != want:
		clear(key[:])
		return nil, fmt.Errorf("%w: this is %v, and %v is needed", ErrWrongKind, is, want)
	}
	return key, nil
}

func parsePublicKey(content []byte) (*PublicKey, error) {
	bytes, err := parse(content, public)
	if err != nil {
		return nil, err
	}
	defer clear(bytes[:]) // without a type, it may be a secret
	return PublicKeyFromBytes(bytes)
}

// recognise returns the key in content, and its kind if it has a type.
func recognise(content []byte) (*[Size]byte, kind, error) {
	if len(content) == Size && !printable(content) {
		key := onHeap(Size)
		copy(key, content)
		return (*[Size]byte)(key), unknown, nil
	}
	line, err := onlyLine(content)
	if err != nil {
		return nil, unknown, err
	}
	is, key, problem := decode(line)
	switch {
	case is == unknown:
		return bare(line)
	case problem != "":
		return nil, is, notAKey("it looks like %v, but %s", is, problem)
	}
	return key, is, nil
}

// onlyLine returns the line that holds the key.
func onlyLine(content []byte) (only []byte, err error) {
	for line := range bytes.Lines(content) {
		line = bytes.TrimSpace(line)
		switch {
		case len(line) == 0 || line[0] == '#': // comments may be in any language
		case slices.ContainsFunc(line, binary):
			return nil, notAKey("its %d bytes are neither plain text nor a key without a type, which is 32 bytes long", len(content))
		case only != nil:
			return nil, notAKey("there is more than one line in it")
		default:
			only = line
		}
	}
	if only == nil {
		return nil, notAKey("it is empty")
	}
	return only, nil
}

var base64s = []*base64.Encoding{
	base64.StdEncoding.Strict(), base64.RawStdEncoding.Strict(), base64.URLEncoding.Strict(), base64.RawURLEncoding.Strict(),
}

// bare reads a key without a type.
func bare(line []byte) (*[Size]byte, kind, error) {
	if len(line) == Size {
		return nil, unknown, notAKey("32 characters are half of a hexadecimal key, or a passphrase")
	}
	key := (*[Size]byte)(onHeap(Size))
	if len(line) == hex.EncodedLen(Size) {
		if _, err := hex.Decode(key[:], line); err == nil {
			return key, unknown, nil
		}
		clear(key[:])
		return nil, unknown, notAKey("it has 64 characters, but not all of them are hexadecimal digits")
	}
	buf := onHeap(len(line))
	defer clear(buf)
	for _, encoding := range base64s {
		if n, err := encoding.Decode(buf, line); err == nil && n == Size {
			copy(key[:], buf)
			return key, unknown, nil
		}
	}
	return nil, unknown, notAKey("it has %d characters; a key is largebox-…, 64 hexadecimal digits, base64 of 32 bytes, or 32 raw bytes", len(line))
}

// binary reports whether b is a byte that no key contains as text.
func binary(b byte) bool { return (b < ' ' || b > '~') && b != '\n' && b != '\r' && b != '\t' }

// printable reports whether content is text. A passphrase may have accents.
func printable(content []byte) bool {
	return utf8.Valid(content) && !bytes.ContainsFunc(content, func(r rune) bool {
		return !unicode.IsPrint(r) && r != '\n' && r != '\r' && r != '\t'
	})
}
