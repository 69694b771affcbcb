package cli

import (
	"bytes"
	"crypto/sha3"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
)

// TestFrozen opens every file of testdata/frozen with the command, into a file
// and to standard output. testdata/frozen/README.md describes them.
func TestFrozen(t *testing.T) {
	const frozen = "../../testdata/frozen"
	text, err := os.ReadFile(filepath.Join(frozen, "index.json"))
	if err != nil {
		t.Fatal(err)
	}
	var index struct {
		Keys  map[string]string
		Files []struct {
			File, Kind string
			Bytes      int
		}
	}
	if err := json.Unmarshal(text, &index); err != nil || len(index.Files) < 48 {
		t.Fatalf("%d files: %v", len(index.Files), err)
	}
	dir := t.TempDir()
	in := func(name string) string { return filepath.Join(dir, name) }
	for name, key := range index.Keys {
		if err := os.WriteFile(in(name), []byte(key), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	keys := map[string][]string{
		"secretbox": {"-k", in("secret")},
		"box":       {"-i", in("bob_private"), "--from", in("alice_public")},
		"sealedbox": {"-i", in("bob_private")},
	}
	for _, file := range index.Files {
		want := make([]byte, file.Bytes)
		shake := sha3.NewSHAKE128()
		shake.Write([]byte("largebox"))
		shake.Read(want)

		for _, out := range []string{in("opened"), "-"} {
			var stdout, stderr bytes.Buffer
			args := append([]string{"open", "-f", "--no-sync", "-o", out, filepath.Join(frozen, file.File)}, keys[file.Kind]...)
			if status := run(t.Context(), args, nil, &stdout, &stderr); status != 0 {
				t.Fatalf("%s: exit status %d: %s", file.File, status, &stderr)
			}
			got := stdout.Bytes()
			if out != "-" {
				if got, err = os.ReadFile(out); err != nil {
					t.Fatal(err)
				}
			}
			if !bytes.Equal(got, want) {
				t.Errorf("%s to %s: %d bytes that are not the %d of the message", file.File, out, len(got), len(want))
			}
		}
	}
}
