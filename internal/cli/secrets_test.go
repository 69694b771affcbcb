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

// The secrets of these tests, which are to be in no output.
var (
	secretKey   = sha256.Sum256([]byte("a secret key"))
	privateKey  = sha256.Sum256([]byte("a private key"))
	mistypedKey = hex.EncodeToString(secretKey[:31]) + "zz"
)

// forms are all that a key is written as.
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

// pieces are all pieces of the forms of the secrets, in lower case.
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

// lower is strings.ToLower for what may not be text.
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

// secretsDir makes a working directory of keys in every form, a message and
// boxes of it, and leads all that the command may write into it.
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

// vectors are uses and misuses of every verb. No key is on a command line.
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

// TestNoKeyInOutput runs every verb, and every mistake, with keys that are known,
// and looks for them in what is said: on standard output, as JSON, and in errors.
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

// TestLeak: the test above can fail.
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

// TestKeyOnCommandLine gives keys where their files belong, and where commands,
// flags, FILE and OUT do: alone, and as the whole content of a key file. No output
// repeats a piece of them.
func TestKeyOnCommandLine(t *testing.T) {
	secretsDir(t, t.Chdir, t.Setenv)
	typed, identity := secretText(&secretKey), identityText(&privateKey)
	keys := append(forms(&secretKey)[1:], mistypedKey, typed, identity, strings.ToUpper(identity), typed[:60], typed+" ", " "+typed,
		text(keyfile.SecretFromBytes(&secretKey).FileText()), text(keyfile.IdentityFromBytes(&privateKey).FileText()),
		"# a comment\n"+hex.EncodeToString(secretKey[:])+"\n", hex.EncodeToString(secretKey[:])+"\n"+hex.EncodeToString(privateKey[:]),
		"home/"+typed, typed+".box", "key="+identity, "s3://bucket/"+typed, "'"+typed+"'",
		strings.TrimLeft(strings.ReplaceAll(string(secretKey[:]), "\x00", ""), "/")) // as shells do, and in this directory
	for _, key := range keys {
		for _, args := range [][]string{
			{"seal", "-k", key, "message"}, {"seal", "-k" + key, "--json", "message"}, {"seal", "--key=" + key, "message"},
			{"seal", "-r", key, "-o", "x", "message"}, {"seal", "-r", "public", "-i", key, "-o", "x", "message"},
			{"seal", "-k", "key", "-i", key, "message"}, {"seal", "-k", key, "-k", key, "message"},
			{"open", "-k", key, "--json", "message.box"}, {"open", "-i", key, "message.box"},
			{"open", "-i", "identity", "--from", key, "-o", "x", "message.box"},
			{"verify", "-k", key, "message.box"}, {"pubkey", key}, {"pubkey", key, key},
			{key}, {key, "message"}, {"help", key}, {"completion", key}, {"sweep", key}, {"__complete", "seal", "-k", key, ""},
			{"seal", "-o" + key, "-q" + key, "message"}, {"seal", "--" + key, "message"}, {"--" + key}, {"-" + key},
			{"keygen", key}, {"keygen", "--type", key}, {"bench", key}, {"bench", "--dir", key}, {"bench", "--size", key},
			{"bench", "--json", "--dir", key}, {"bench", "--messages", key}, {"bench", "--time", key},
			{"seal", "-k", "key", "--strategy", key, "message"}, {"seal", "-k", "key", "--mode", key, "message"},
			{"seal", "-k", "key", "--workers", key, "message"}, {"seal", "-k", "key", "--progress=" + key, "message"},
			{"seal", "-k", "key", "--tmpdir", key, "-o", "x", "message"},
			// FILE and OUT.
			{"seal", "-k", "key", key}, {"seal", "-k", "key", "-v", "--json", key}, {"seal", "-k", "key", "message", key},
			{"seal", "-k", "key", "-o", "home", "--json", key}, {"open", "-k", "key", key}, {"open", "-k", "key", "-o", "x", key + ".box"},
			{"verify", "-k", "key", "--json", "--progress", key}, {"seal", key}, {"open", key + ".box"},
			{"seal", "-f", "-k", "key", "-o", key, "message"}, {"seal", "-f", "-k", "key", "--json", "-o", key, "message"},
			{"seal", "-f", "-k", "key", "-v", "--progress", "-o", key, "message"}, {"seal", "-k", "key", "-o", key + "/", "message"},
			{"seal", "-k", "key", "-o", key, key}, {"keygen", "-o", key},
		} {
			status, out := said(args...)
			if piece := leak(out); piece != "" {
				t.Errorf("%q: status %d: %q", args, status, out)
			}
			removeOthers(t)
		}
		t.Setenv(keyVariable, key)
		for _, args := range [][]string{{"seal", "message"}, {"open", "message.box"}, {"seal", "-f", "-o", "x", "message"}} {
			if status, out := said(args...); leak(out) != "" {
				t.Errorf("%s=%q %q: status %d: %q", keyVariable, key, args, status, out)
			}
		}
		t.Setenv(keyVariable, "")
	}
}

// removeOthers removes what has a key as its name, so that the next command does
// not find a file of that name.
func removeOthers(t *testing.T) {
	t.Helper()
	for _, dir := range []string{".", "home"} {
		entries, err := os.ReadDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			if len(e.Name()) > 20 {
				if err := os.RemoveAll(filepath.Join(dir, e.Name())); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
}

// TestTypedKeyIsNoOutput: no file gets a secret as its name.
func TestTypedKeyIsNoOutput(t *testing.T) {
	secretsDir(t, t.Chdir, t.Setenv)
	for _, name := range []string{secretText(&secretKey), identityText(&privateKey), "home/" + secretText(&secretKey) + ".box"} {
		for _, args := range [][]string{{"seal", "-k", "key", "-o", name, "message"}, {"keygen", "-o", name}} {
			if status, out := said(args...); status != exitUsage || leak(out) != "" {
				t.Errorf("%s: status %d: %s", args, status, out)
			}
		}
		if _, err := os.Lstat(name); err == nil {
			t.Error("there is a file of that name")
		}
	}
}

// TestNamesThatLookLikeKeys: a file may be named by a hash, and is called so.
func TestNamesThatLookLikeKeys(t *testing.T) {
	secretsDir(t, t.Chdir, t.Setenv)
	name := strings.Repeat("0123456789abcdef", 4)
	if err := os.WriteFile(name, []byte("content"), 0o600); err != nil {
		t.Fatal(err)
	}
	if status, out := said("seal", "-k", "key", "-o", "x", name); status != exitDone || !strings.Contains(out, name+" -> x") {
		t.Errorf("status %d: %s", status, out)
	}
}
