package keyfile

import (
	"crypto/fips140"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestWithoutX25519 runs TestWithoutX25519Process in FIPS 140-only mode.
func TestWithoutX25519(t *testing.T) {
	child := exec.Command(os.Args[0], "-test.run=^TestWithoutX25519Process$", "-test.v")
	child.Env = append(os.Environ(), "GODEBUG=fips140=only")
	said, err := child.CombinedOutput()
	if err != nil && (strings.Contains(string(said), "FIPS 140-3 mode is incompatible with") || strings.Contains(string(said), "FIPS 140-3 mode is not supported")) {
		t.Skipf("%s", said) // as crypto/internal/fips140.Supported says
	}
	if err != nil || !strings.Contains(string(said), "--- PASS: TestWithoutX25519Process") {
		t.Errorf("%v: %s", err, said)
	}
}

func TestWithoutX25519Process(t *testing.T) {
	if !fips140.Enforced() {
		t.Skip("this is a part of another test")
	}
	dir := t.TempDir()
	path := filepath.Join(dir, "k")
	base := &[Size]byte{9}
	typed := []byte(formatted(identity, base))
	i := NewIdentity()
	_, err1 := i.Bytes()
	_, err2 := i.Text()
	_, err3 := i.FileText()
	_, err4 := fileWith(typed).Identity()
	_, err5 := PublicKeyFromBytes(base)
	_, err6 := ParsePublicKey(formatted(public, base))
	_, err7 := fileWith([]byte(formatted(public, base))).PublicKey()
	_, err8 := IdentityFromBytes(base).Bytes()
	for _, err := range []error{err1, err2, err3, err4, err5, err6, err7, err8, i.WriteFile(path)} {
		if !errors.Is(err, errors.ErrUnsupported) || errors.Is(err, ErrLowOrderKey) || errors.Is(err, ErrNoKey) || !strings.Contains(err.Error(), "X25519") {
			t.Errorf("without X25519: %v", err)
		}
	}
	if i.Equal(i) || *i.PublicKey() != (PublicKey{}) {
		t.Error("without X25519, an identity has keys")
	}
	i.Wipe()
	if err := NewSecret().WriteFile(path); err != nil {
		t.Errorf("a secret key needs no X25519: %v", err)
	}
}
