package keyfile

import (
	"encoding/base64"
	"encoding/hex"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A taker takes a key of one kind from the content of a file.
type taker func(t *testing.T, content []byte) (*[Size]byte, error)

func fromFile(method func(*File) (*[Size]byte, error)) taker {
	return func(t *testing.T, content []byte) (*[Size]byte, error) {
		return method(&File{path: "k", content: content})
	}
}

var takers = map[string]taker{
	"Secret":      fromFile((*File).Secret),
	"Identity":    fromFile((*File).Identity),
	"Public":      fromFile((*File).Public),
	"ParsePublic": func(t *testing.T, content []byte) (*[Size]byte, error) { return ParsePublic(string(content)) },
}

var kindOf = map[string]kind{"Secret": secret, "Identity": identity, "Public": public, "ParsePublic": public}

func (k kind) take(t *testing.T, content []byte) (*[Size]byte, error) {
	return fromFile(func(f *File) (*[Size]byte, error) { return f.key(k) })(t, content)
}

func typed(key *[Size]byte) map[kind]string {
	return map[kind]string{secret: FormatSecret(key), identity: FormatIdentity(key), public: FormatPublic(key)}
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
		key := PublicKey(Generate())
		if s := base64.StdEncoding.EncodeToString(key[:]); strings.Contains(s, "+") && strings.Contains(s, "/") {
			return key
		}
	}
}
