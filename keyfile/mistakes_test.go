package keyfile

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// repeats returns a piece of content that the text of err has, if any. The names
// of the types are no secret.
func repeats(err error, content string) string {
	const piece = 6
	said, content := strings.ToLower(err.Error()), strings.ToLower(content)
	for _, prefix := range []string{kinds[secret].prefix, kinds[identity].prefix, kinds[public].prefix, "largebox-"} {
		content = strings.ReplaceAll(content, prefix, "\x00")
	}
	for i := 0; i+piece <= len(content); i++ {
		if strings.Contains(said, content[i:i+piece]) {
			return content[i : i+piece]
		}
	}
	return ""
}

func doesNotRepeat(t *testing.T, err error, content string) {
	t.Helper()
	if piece := repeats(err, content); piece != "" {
		t.Errorf("the error %q repeats %q", err, piece)
	}
}

func mistakes() map[string]string {
	key, other := awkward(), awkward()
	x, b := hex.EncodeToString(key[:]), base64.StdEncoding.EncodeToString(key[:])
	typed := formatted(secret, key)
	printable := base64.StdEncoding.EncodeToString(key[:24])
	loose := strings.TrimRight(b, "=")
	const digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
	loose = loose[:42] + string(digits[strings.IndexByte(digits, loose[42])|1])
	return map[string]string{
		"nothing":                      "",
		"blank lines":                  "\r\n\n \t\n",
		"a comment":                    "# " + x + "\n",
		"a typed key in a comment":     "#" + typed,
		"two keys":                     x + "\n" + hex.EncodeToString(other[:]) + "\n",
		"the same key twice":           typed + "\n" + typed + "\n",
		"two forms":                    typed + "\n" + b,
		"a key over two lines":         x[:32] + "\n" + x[32:],
		"a comment after the key":      typed + " # mine",
		"a label":                      "label: " + x, // not "key: ", which the error says
		"quotes":                       `"` + b + `"`,
		"0x":                           "0x" + x,
		"63 digits":                    x[1:],
		"65 digits":                    x + "0",
		"half the digits":              x[:32],
		"a letter among the digits":    x[:40] + "g" + x[41:],
		"a space among the digits":     x[:40] + " " + x[41:],
		"base64 of 31":                 base64.StdEncoding.EncodeToString(key[1:]),
		"base64 of 33":                 base64.StdEncoding.EncodeToString(append(key[:], 1)),
		"base64 with stray bits":       loose,
		"base64 with stray bits and =": loose + "=",
		"base64 with ==":               b + "=",
		"base64 of both alphabets":     strings.Replace(b, "+", "-", 1),
		"base64 cut":                   b[:40],
		"a space in base64":            b[:20] + " " + b[20:],
		"31 bytes":                     "\x00" + string(key[2:]),
		"33 bytes":                     "\x00" + string(key[:]),
		"32 bytes and a line end":      "\x00" + string(key[1:]) + "\n",
		"64 bytes":                     "\x00" + string(key[1:]) + string(other[:]),
		"32 printable bytes":           printable,
		"31 and a line end":            printable[1:] + "\n",
		"a passphrase":                 "correct horse battery staple\n",
		"a passphrase of 32":           "correct horse battery staple 123",
		"an accent in a passphrase":    "corréct horse battery staple\n",
		"an accent in one of 32":       "corréct horse battery staple 12",
		"a comment of 32 bytes":        "# naïve, naïve, naïve, naïve",
		"a NUL":                        typed + "\x00",
		"UTF-16":                       "\xff\xfe" + strings.Join(strings.Split(typed, ""), "\x00") + "\x00",
		"a PEM":                        "-----BEGIN KEY-----\n" + b + "\n-----END KEY-----\n",
		"a typed key cut":              typed[:60],
		"a typed key with more":        typed + "q",
		"a typed key with a typo":      typed[:30] + "qqqqqqqqqq" + typed[40:],
		"a typed key with an o":        typed[:30] + "o" + typed[31:],
		"a typed key shouted in part":  typed[:30] + strings.ToUpper(typed[30:]),
		"a typed key with a space":     typed[:30] + " " + typed[30:],
		"only a type":                  "largebox-secret1",
		"an unknown type":              string(encodeAs("largebox-other", key)),
	}
}

func TestMistakes(t *testing.T) {
	for what, content := range mistakes() {
		for name, take := range takers {
			key, err := take(t, []byte(content))
			if key != nil || !errors.Is(err, ErrNotAKey) || errors.Is(err, ErrWrongKind) {
				t.Errorf("%s as %s: %v", what, name, err)
				continue
			}
			doesNotRepeat(t, err, content)
			if f := read(t, []byte(content)); name == "Secret" {
				if _, again := f.Secret(); again == nil || !strings.Contains(again.Error(), Redact(f.path)) {
					t.Errorf("%s: %v does not name the file", what, again)
				}
			}
		}
	}
}

// The check above must be able to fail.
func TestRepeats(t *testing.T) {
	err := errors.New("the key ABCDEF is wrong")
	if repeats(err, "00abcdef00") == "" || repeats(err, "00abcde00") != "" {
		t.Error("a repeated piece is not seen, or one that is not there")
	}
}

func TestReadIsBounded(t *testing.T) {
	key := generate()
	path := filepath.Join(t.TempDir(), "k")
	text := formatted(secret, key) + "\n"
	for _, size := range []int{maxFile - 1, maxFile, maxFile + 1, 2 * maxFile} {
		content := append(bytes.Repeat([]byte("\n"), size-len(text)), text...)
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		f, err := Read(path)
		if size > maxFile {
			if f != nil || !errors.Is(err, ErrNotAKey) || !strings.Contains(err.Error(), Redact(path)) {
				t.Errorf("%d bytes: %v", size, err)
			} else {
				doesNotRepeat(t, err, text)
			}
			continue
		}
		if err != nil {
			t.Fatalf("%d bytes: %v", size, err)
		}
		if got, err := bytesOf(f.Secret()); err != nil || *got != *key {
			t.Errorf("%d bytes: %v", size, err)
		}
	}
}

func TestReadErrors(t *testing.T) {
	dir := t.TempDir()
	if _, err := Read(filepath.Join(dir, "missing")); !errors.Is(err, os.ErrNotExist) || errors.Is(err, ErrNotAKey) {
		t.Errorf("a missing file: %v", err)
	}
	if _, err := Read(dir); err == nil || errors.Is(err, ErrNotAKey) {
		t.Errorf("a directory: %v", err)
	}
}

// TestKeyAsPath: an error does not repeat a key that was given in place of a path.
func TestKeyAsPath(t *testing.T) {
	t.Chdir(t.TempDir())
	key := awkward()
	for form, text := range typed(key) {
		_, err := Read(text)
		if !errors.Is(err, os.ErrNotExist) {
			t.Errorf("%v: %v", form, err)
			continue
		}
		doesNotRepeat(t, err, text)
	}
	for form, text := range untyped(key) {
		_, err := Read(filepath.Join("keys", text))
		if !errors.Is(err, os.ErrNotExist) {
			t.Errorf("%s: %v", form, err)
			continue
		}
		doesNotRepeat(t, err, text)
	}

	// A file or directory of that name.
	text := formatted(secret, key)
	if err := os.WriteFile(text, bytes.Repeat([]byte("x"), maxFile+1), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err1 := Read(text)
	err2 := NewSecret().WriteFile(text)
	if err := os.WriteFile(text, []byte("no key"), 0o600); err != nil {
		t.Fatal(err)
	}
	f, err3 := Read(text)
	if err3 != nil {
		t.Fatal("a name may resemble a key")
	}
	_, err4 := f.Secret()
	os.Remove(text)
	if err := os.Mkdir(text, 0o700); err != nil {
		t.Fatal(err)
	}
	_, err5 := Read(text)
	for _, err := range []error{err1, err2, err4, err5} {
		if err == nil {
			t.Fatal("no error")
		}
		doesNotRepeat(t, err, text)
	}
	if _, err := Read("missing"); !strings.Contains(err.Error(), "missing") {
		t.Errorf("%v does not name the file", err)
	}
}
