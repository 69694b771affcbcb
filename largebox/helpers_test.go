package largebox

import (
	"bytes"
	"context"
	"encoding/hex"
	"encoding/json"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"github.com/largebox/largebox/internal/pipeline"
	"github.com/largebox/largebox/internal/tempfile"
	"github.com/largebox/largebox/keyfile"
	"golang.org/x/crypto/nacl/box"
)

var ctx = context.Background()

const (
	blockSize  = pipeline.BlockSize
	windowSize = pipeline.WindowSize
)

// streaming returns what of o an Output that is no Path can use.
func streaming(o Options) Options {
	return Options{Workspace: o.Workspace, Workers: o.Workers, TempDir: o.TempDir, Progress: o.Progress}
}

// verifying returns the VerifyOptions with o's values.
func verifying(o Options) VerifyOptions { return VerifyOptions{o.Workspace, o.Workers, o.Progress} }

// message returns n reproducible bytes.
func message(n int) []byte {
	p := make([]byte, n)
	rand.NewChaCha8([32]byte{byte(n), byte(n >> 8)}).Read(p)
	return p
}

func write(t testing.TB, path string, content []byte) string {
	t.Helper()
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func wantFile(t testing.TB, path string, want []byte) {
	t.Helper()
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Fatalf("%s has %d bytes that differ from the %d wanted", filepath.Base(path), len(got), len(want))
	}
}

// wantNames checks that dir has exactly these files, above all no temporary.
func wantNames(t testing.TB, dir string, names ...string) {
	t.Helper()
	want := map[string]bool{}
	for _, name := range names {
		want[name] = true
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if !want[e.Name()] {
			t.Errorf("%q is in the directory (a temporary: %v)", e.Name(), tempfile.IsName(e.Name()))
		}
		delete(want, e.Name())
	}
	for name := range want {
		t.Errorf("%q is not in the directory", name)
	}
}

var (
	testKey    = [KeySize]byte{1, 2, 3, 4, 5, 6, 7, 8}
	testSecret = keyfile.SecretFromBytes(&testKey)
)

// publicOf returns a PublicKey. It fails the test if the key is of low order.
func publicOf(t testing.TB, bytes *[KeySize]byte) *keyfile.PublicKey {
	t.Helper()
	key, err := keyfile.PublicKeyFromBytes(bytes)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// A pair seals and opens one kind of file.
type pair struct {
	kind string
	Sealer
	Opener
	overhead int
	// The words that tell testdata/pynacl.py to seal and to open this kind.
	sealWords, openWords []string
}

func pairs(t testing.TB) []pair {
	t.Helper()
	alicePublic, alicePrivate, err := box.GenerateKey(rand.NewChaCha8([32]byte{'a'}))
	if err != nil {
		t.Fatal(err)
	}
	bobPublic, bobPrivate, err := box.GenerateKey(rand.NewChaCha8([32]byte{'b'}))
	if err != nil {
		t.Fatal(err)
	}
	hex := func(key *[KeySize]byte) string { return hex.EncodeToString(key[:]) }
	alice, bob := keyfile.IdentityFromBytes(alicePrivate), keyfile.IdentityFromBytes(bobPrivate)
	return []pair{
		{"secretbox", SecretKey(testSecret), SecretKey(testSecret), 40,
			[]string{"secretbox", hex(&testKey)}, []string{"secretbox", hex(&testKey)}},
		{"box", BoxKey(bob.PublicKey(), alice), BoxKey(alice.PublicKey(), bob), 40,
			[]string{"box", hex(bobPublic), hex(alicePrivate)}, []string{"box", hex(alicePublic), hex(bobPrivate)}},
		{"sealedbox", Recipient(bob.PublicKey()), Identity(bob), 48,
			[]string{"sealedbox", hex(bobPublic), hex(bobPrivate)}, []string{"sealedbox", hex(bobPublic), hex(bobPrivate)}},
	}
}

// vectors are libsodium's test vectors. The file names their source.
type vectors struct {
	Secretbox struct{ Key, Nonce, Message, Box hexBytes }
	Box       struct {
		AlicePrivate   hexBytes `json:"alice_private"`
		AlicePublic    hexBytes `json:"alice_public"`
		BobPrivate     hexBytes `json:"bob_private"`
		BobPublic      hexBytes `json:"bob_public"`
		LowOrderPublic hexBytes `json:"low_order_public"`
		Nonce          hexBytes
		Message        hexBytes
		Box            hexBytes
	}
}

type hexBytes []byte

func (h *hexBytes) UnmarshalText(text []byte) (err error) {
	*h, err = hex.DecodeString(string(text))
	return err
}

func (h hexBytes) key() *[KeySize]byte     { return (*[KeySize]byte)(h) }
func (h hexBytes) nonce() *[NonceSize]byte { return (*[NonceSize]byte)(h) }

func loadVectors(t testing.TB) (v vectors) {
	t.Helper()
	text, err := os.ReadFile("../testdata/libsodium.json")
	if err == nil {
		err = json.Unmarshal(text, &v)
	}
	if err != nil {
		t.Fatal(err)
	}
	return v
}
