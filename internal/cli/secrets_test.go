package cli

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/largebox/largebox/keyfile"
)

// The secrets of these tests, which no output may contain.
var (
	secretKey   = sha256.Sum256([]byte("a secret key"))
	privateKey  = sha256.Sum256([]byte("a private key"))
	mistypedKey = hex.EncodeToString(secretKey[:31]) + "zz"
)

// forms returns the ways to write a key.
func forms(key *[keyfile.Size]byte) []string {
	return []string{
		string(key[:]), hex.EncodeToString(key[:]), strings.ToUpper(hex.EncodeToString(key[:])),
		base64.StdEncoding.EncodeToString(key[:]), base64.URLEncoding.EncodeToString(key[:]),
		strings.TrimPrefix(secretText(key), "largebox-secret1"),
		strings.TrimPrefix(identityText(key), "largebox-identity1"),
	}
}

func secretText(key *[keyfile.Size]byte) string { return text(keyfile.SecretFromBytes(key).Text()) }

func identityText(key *[keyfile.Size]byte) string {
	return text(keyfile.IdentityFromBytes(key).Text())
}

func text(p []byte, err error) string {
	if err != nil {
		panic(err)
	}
	return string(p)
}

const pieceSize = 12

// pieces has every piece of every form of the secrets, in lower case.
var pieces = func() map[string]bool {
	all := map[string]bool{}
	for _, key := range []*[keyfile.Size]byte{&secretKey, &privateKey} {
		for _, form := range append(forms(key), mistypedKey) {
			form = lower(form)
			for i := 0; i+pieceSize <= len(form); i++ {
				all[form[i:i+pieceSize]] = true
			}
		}
	}
	return all
}()

// lower is strings.ToLower for bytes that may not be text.
func lower(s string) string {
	p := []byte(s)
	for i, b := range p {
		if b >= 'A' && b <= 'Z' {
			p[i] = b + 'a' - 'A'
		}
	}
	return string(p)
}

// leak returns a piece of a secret that is in text, if there is one.
func leak(text string) string {
	text = lower(text)
	for i := 0; i+pieceSize <= len(text); i++ {
		if pieces[text[i:i+pieceSize]] {
			return text[i : i+pieceSize]
		}
	}
	return ""
}

// secretsDir makes a working directory with keys in every form, a message and broken
// boxes, and lets the command write only there.
func secretsDir(t testing.TB, chdir func(string), setenv func(key, value string)) string {
	t.Helper()
	dir := t.TempDir()
	chdir(dir)
	for _, name := range []string{"HOME", "XDG_CONFIG_HOME", "TMPDIR"} {
		setenv(name, filepath.Join(dir, "home"))
	}
	files := map[string]string{
		"message":  "the message",
		"key":      text(keyfile.SecretFromBytes(&secretKey).FileText()),
		"identity": text(keyfile.IdentityFromBytes(&privateKey).FileText()),
		"public":   keyfile.IdentityFromBytes(&privateKey).PublicKey().String(),
		"raw":      string(secretKey[:]),
		"hex":      hex.EncodeToString(secretKey[:]),
		"base64":   base64.StdEncoding.EncodeToString(secretKey[:]),
		"typo":     secretText(&secretKey)[:70] + "qqqq",
		"mistyped": mistypedKey,
		"two":      hex.EncodeToString(secretKey[:]) + "\n" + hex.EncodeToString(privateKey[:]),
		"short":    hex.EncodeToString(secretKey[1:]),
		"loose":    secretText(&secretKey),
		"message.box": "\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e\x0f\x10\x11\x12\x13\x14\x15\x16\x17\x18" +
			"an altered box of the message",
		"cut.box": "short",
	}
	for name, content := range files {
		if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir("home", 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod("loose", 0o644); err != nil {
		t.Fatal(err)
	}
	return dir
}

// vectors uses and misuses every verb. No command line contains a key.
var vectors = func() (all [][]string) {
	for _, line := range strings.Split(strings.TrimSpace(`
seal -k key -v message
seal -k key message
seal -f -k key --json message
seal -f -k raw --json -v message
seal -f -k hex --progress always message
seal -k base64 -o new message
seal -k typo message
seal -k mistyped --json message
seal -k two message
seal -k short message
seal -k loose -o loosely message
seal -k identity message
seal -k public message
seal -k message message
seal -k missing --json message
seal -k key missing
seal -k key --json . missing message
seal -r public -o sealed message
seal -r public -i identity -o boxed --json message
seal -r identity -o x message
seal -r key -o x message
seal -r hex -o x message
seal -r public -i key -o x message
seal -r public -i mistyped -o x message
seal -i identity message
seal -k key -r public message
seal -o default message
open -o again default
open -k key message.box
open -k key -o opened message.box
open -f -k key -o opened --json message.box
open -k typo -o x --json message.box
open -i identity -o x message.box
open -i key -o x message.box
open -i identity -o unsealed sealed
open -i identity --from public -o unboxed boxed
open -i identity --from hex -o x boxed
open -i identity --from identity -o x boxed
open -k key -o x --json cut.box
open -k key -o - --json message.box
open -k key -o - message.box
open -k loose -o - new
open -k key --workspace mmap --strategy link -o x message.box
open -k key --workspace x message.box
open -k key --mode 9 message.box
open -k key --workers 3 --tmpdir home -o y new
open -k key --bogus message.box
verify -k key -v new
verify -k key --json new message.box cut.box missing
verify -i identity sealed
verify -k mistyped new
verify new
verify
keygen -o key
keygen -o identity --type box
keygen --type key
keygen -o made
keygen -o me --type box
keygen key
pubkey identity
pubkey key
pubkey hex
pubkey mistyped
pubkey two
pubkey missing
pubkey identity key
sweep .
sweep --dry-run . home missing
sweep
key
hex
help seal
help key
completion bash
__complete open -k
--version
--help
-k key
`), "\n") {
		all = append(all, strings.Fields(line))
	}
	return all
}()

func said(args ...string) (status int, out string) {
	var stdout, stderr bytes.Buffer
	status = run(context.Background(), args, strings.NewReader("standard input"), &stdout, &stderr)
	return status, stdout.String() + stderr.String()
}

// TestNoKeyInOutput runs the vectors and looks for the keys in the output: text, JSON and
// errors.
func TestNoKeyInOutput(t *testing.T) {
	secretsDir(t, t.Chdir, t.Setenv)
	done := map[int]int{}
	for _, args := range vectors {
		status, out := said(args...)
		done[status]++
		if piece := leak(out); piece != "" {
			t.Errorf("%q: status %d, and a piece of a key (%q) in: %s", args, status, piece, out)
		}
	}
	for _, status := range []int{exitDone, exitFailed, exitUsage, exitNotAuthentic, exitExists} {
		if done[status] == 0 {
			t.Errorf("nothing ended with status %d", status)
		}
	}
}

// TestLeak: leak finds a piece of a key, and only that.
func TestLeak(t *testing.T) {
	for _, form := range forms(&privateKey) {
		if leak("the key is "+form[5:20]+"…") == "" {
			t.Errorf("%q is not seen", form[5:20])
		}
	}
	if piece := leak(strings.Join([]string{"the secret key", keyfile.IdentityFromBytes(&privateKey).PublicKey().String()}, " ")); piece != "" {
		t.Errorf("%q is taken for a piece of a key", piece)
	}
}
