package cli

import (
	"encoding/hex"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/largebox/largebox/keyfile"
)

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
