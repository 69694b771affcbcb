package keyfile

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/crypto/curve25519"
)

// FormatSecret returns the text form of a secret key.
func FormatSecret(key *[Size]byte) string { return encode(kinds[secret].prefix, key) }

// FormatIdentity returns the text form of a private key.
func FormatIdentity(private *[Size]byte) string { return encode(kinds[identity].prefix, private) }

// FormatPublic returns the text form of a public key.
func FormatPublic(key *[Size]byte) string { return encode(kinds[public].prefix, key) }

// ParsePublic reads a public key in the text form, in hexadecimal or in base64.
func ParsePublic(text string) (*[Size]byte, error) {
	if slices.ContainsFunc([]byte(text), binary) {
		return nil, notAKey("it is no text")
	}
	return parse([]byte(text), public)
}

// Resembles reports whether text could be a key, or one with typing errors, and
// not the name of a file: to keep it out of error messages.
func Resembles(text string) bool {
	lower := strings.ToLower(text)
	for _, k := range kinds[1:] {
		if strings.HasPrefix(lower, k.prefix+"1") {
			return true
		}
	}
	encoded := func(c rune) bool {
		return c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || strings.ContainsRune("+-_=", c)
	}
	return len(text) >= 40 && strings.IndexFunc(lower, func(c rune) bool { return !encoded(c) && c != '/' }) < 0 &&
		!strings.HasPrefix(text, "/")
}

// PublicKey returns the public key that belongs to a private one.
func PublicKey(private *[Size]byte) *[Size]byte {
	key := new([Size]byte)
	curve25519.ScalarBaseMult(key, private)
	return key
}

// parse reads the content of a file as a key of the kind want.
func parse(content []byte, want kind) (*[Size]byte, error) {
	key, got, err := recognise(content)
	switch {
	case err != nil:
		return nil, err
	case got != unknown && got != want:
		clear(key[:])
		return nil, fmt.Errorf("%w: this is %v, and %v is needed", ErrWrongKind, got, want)
	case want == public && lowOrder(key):
		return nil, ErrLowOrderKey
	}
	return key, nil
}

// recognise finds out in which form content has a key.
func recognise(content []byte) (*[Size]byte, kind, error) {
	if len(content) == Size && !printable(content) {
		return (*[Size]byte)(bytes.Clone(content)), unknown, nil
	}
	line, err := onlyLine(content)
	if err != nil {
		return nil, unknown, err
	}
	prefix, key, problem := decode(line)
	for k, known := range kinds {
		if k := kind(k); k != unknown && prefix == known.prefix {
			if problem != "" {
				return nil, k, notAKey("it looks like %v, but %s", k, problem)
			}
			return key, k, nil
		}
	}
	return bare(line)
}

// onlyLine is the line that has the key.
func onlyLine(content []byte) (only []byte, err error) {
	for line := range bytes.Lines(content) {
		line = bytes.TrimSpace(line)
		switch {
		case len(line) == 0 || line[0] == '#': // in any language
		case slices.ContainsFunc(line, binary):
			return nil, notAKey("its %d bytes are neither plain text nor a key without a type, which has 32", len(content))
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

var base64s = []*base64.Encoding{base64.StdEncoding, base64.RawStdEncoding, base64.URLEncoding, base64.RawURLEncoding}

// bare reads a key without a type.
func bare(line []byte) (*[Size]byte, kind, error) {
	if len(line) == Size {
		return nil, unknown, notAKey("32 characters are half of a hexadecimal key, or a passphrase, which is none")
	}
	key := new([Size]byte)
	if len(line) == hex.EncodedLen(Size) {
		if _, err := hex.Decode(key[:], line); err == nil {
			return key, unknown, nil
		}
		clear(key[:])
		return nil, unknown, notAKey("64 characters, but not all of them are hexadecimal digits")
	}
	buf := make([]byte, len(line))
	defer clear(buf)
	for _, encoding := range base64s {
		if n, err := encoding.Strict().Decode(buf, line); err == nil && n == Size {
			copy(key[:], buf)
			return key, unknown, nil
		}
	}
	return nil, unknown, notAKey("%d characters; a key is largebox-…, 64 hexadecimal digits, base64 of 32 bytes, or 32 bytes", len(line))
}

// binary bytes are those that no key has in text.
func binary(b byte) bool { return (b < ' ' || b > '~') && b != '\n' && b != '\r' && b != '\t' }

// printable reports whether content is text: a passphrase may have accents.
func printable(content []byte) bool {
	return utf8.Valid(content) && !bytes.ContainsFunc(content, func(r rune) bool {
		return !unicode.IsPrint(r) && r != '\n' && r != '\r' && r != '\t'
	})
}

// lowOrder reports whether a shared secret with key is all zeros whatever the
// other key is.
func lowOrder(key *[Size]byte) bool {
	scalar := make([]byte, Size) // any; X25519 makes it a multiple of eight
	_, err := curve25519.X25519(scalar, key[:])
	return err != nil
}
