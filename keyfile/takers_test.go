package keyfile

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A taker takes a key of one kind from the content of a file.
type taker func(t *testing.T, content []byte) (*[Size]byte, error)

// bytesOf returns the bytes of a key that was taken.
func bytesOf[K interface {
	comparable
	Bytes() (*[Size]byte, error)
}](key K, err error) (*[Size]byte, error) {
	var none K
	if (key == none) != (err != nil) {
		panic(fmt.Sprintf("a key and an error, or neither: %v, %v", key, err))
	}
	if err != nil {
		return nil, err
	}
	return key.Bytes()
}

// fileWith returns a File as Read does.
func fileWith(content []byte) *File {
	return &File{path: "k", content: hide(&wipeable{bytes: content})}
}

var takers = map[string]taker{
	"Secret": func(_ *testing.T, content []byte) (*[Size]byte, error) {
		return bytesOf(fileWith(content).Secret())
	},
	"Identity": func(_ *testing.T, content []byte) (*[Size]byte, error) {
		return bytesOf(fileWith(content).Identity())
	},
	"PublicKey": func(_ *testing.T, content []byte) (*[Size]byte, error) {
		return bytesOf(fileWith(content).PublicKey())
	},
	"ParsePublicKey": func(_ *testing.T, content []byte) (*[Size]byte, error) {
		return bytesOf(ParsePublicKey(string(content)))
	},
}

var kindOf = map[string]kind{"Secret": secret, "Identity": identity, "PublicKey": public, "ParsePublicKey": public}

func (k kind) take(t *testing.T, content []byte) (*[Size]byte, error) {
	for name, kind := range kindOf {
		if k == kind {
			return takers[name](t, content)
		}
	}
	panic("no such kind")
}

func generate() *[Size]byte {
	key := new([Size]byte)
	rand.Read(key[:])
	return key
}

func publicOf(private *[Size]byte) *[Size]byte {
	key, err := IdentityFromBytes(private).PublicKey().Bytes()
	if err != nil {
		panic(err)
	}
	return key
}

func formatted(is kind, key *[Size]byte) string { return string(encode(is, key)) }

func typed(key *[Size]byte) map[kind]string {
	return map[kind]string{secret: formatted(secret, key), identity: formatted(identity, key), public: formatted(public, key)}
}

func untyped(key *[Size]byte) map[string]string {
	return map[string]string{
		"hex":              hex.EncodeToString(key[:]),
		"HEX":              strings.ToUpper(hex.EncodeToString(key[:])),
		"base64":           base64.StdEncoding.EncodeToString(key[:]),
		"base64, no =":     base64.RawStdEncoding.EncodeToString(key[:]),
		"base64 URL":       base64.URLEncoding.EncodeToString(key[:]),
		"base64 URL, no =": base64.RawURLEncoding.EncodeToString(key[:]),
	}
}

// inAFile is text as people's editors leave it.
func inAFile(text string) []string {
	return []string{
		text, text + "\n", text + "\r\n", "\n\n" + text + "\n\n\n", "\r\n" + text + "\r\n\r\n", "  \t" + text + " \t\n",
		"# a comment\n" + text + "\n# and one more", "  # a comment\r\n\r\n" + text + "\r\n#",
	}
}

func read(t *testing.T, content []byte) *File {
	t.Helper()
	path := filepath.Join(t.TempDir(), "k")
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := Read(path)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// awkward has + and / in base64, and is a public key that is not of low order.
func awkward() *[Size]byte {
	for {
		key := publicOf(generate())
		if s := base64.StdEncoding.EncodeToString(key[:]); strings.Contains(s, "+") && strings.Contains(s, "/") {
			return key
		}
	}
}
