package largebox

import (
	"bytes"
	"errors"
	"io/fs"
	"path/filepath"
	"sync"
	"testing"

	"github.com/largebox/largebox/keyfile"
	"golang.org/x/crypto/nacl/secretbox"
)

// TestNoKey: a key that is nil, empty or wiped gives an error. It is not a key of zeros.
func TestNoKey(t *testing.T) {
	dir := t.TempDir()
	src := write(t, filepath.Join(dir, "message"), message(100))
	box := write(t, filepath.Join(dir, "box"), message(100))
	public := keyfile.NewIdentity().PublicKey()
	wiped, wipedIdentity := keyfile.NewSecret(), keyfile.NewIdentity()
	keys := map[string]any{
		"a nil Secret": SecretKey(nil), "a zero Secret": SecretKey(new(keyfile.Secret)), "a wiped Secret": SecretKey(wiped),
		"a nil peer": BoxKey(nil, keyfile.NewIdentity()), "a zero peer": BoxKey(new(keyfile.PublicKey), keyfile.NewIdentity()),
		"a nil own": BoxKey(public, nil), "a zero own": BoxKey(public, new(keyfile.Identity)), "a wiped own": BoxKey(public, wipedIdentity),
		"a nil Recipient": Recipient(nil), "a zero Recipient": Recipient(new(keyfile.PublicKey)),
		"a nil Identity": Identity(nil), "a zero Identity": Identity(new(keyfile.Identity)), "a wiped Identity": Identity(wipedIdentity),
		"an UnsafeNonce": UnsafeNonce(SecretKey(wiped), [NonceSize]byte{}),
	}
	wiped.Wipe()
	wipedIdentity.Wipe()
	for what, key := range keys {
		if sealer, ok := key.(Sealer); ok {
			if _, err := SealFile(ctx, filepath.Join(dir, "out"), src, sealer, Options{}); !errors.Is(err, keyfile.ErrNoKey) || !errors.Is(err, fs.ErrInvalid) {
				t.Errorf("sealing with %s: %v", what, err)
			}
		}
		if opener, ok := key.(Opener); ok {
			if _, err := OpenFile(ctx, filepath.Join(dir, "out"), box, opener, Options{}); !errors.Is(err, keyfile.ErrNoKey) {
				t.Errorf("opening with %s: %v", what, err)
			}
			if _, err := VerifyFile(ctx, box, opener, VerifyOptions{}); !errors.Is(err, keyfile.ErrNoKey) {
				t.Errorf("verifying with %s: %v", what, err)
			}
		}
	}
	wantNames(t, dir, "message", "box")
}

func TestUnsafeNonceSealsOneBox(t *testing.T) {
	dir := t.TempDir()
	src := write(t, filepath.Join(dir, "message"), message(100))
	nonce := [NonceSize]byte{1, 2, 3}
	sealer := UnsafeNonce(SecretKey(testSecret), nonce)
	if _, err := SealFile(ctx, filepath.Join(dir, "box"), src, sealer, Options{}); err != nil {
		t.Fatal(err)
	}
	wantFile(t, filepath.Join(dir, "box"), secretbox.Seal(nonce[:], message(100), &nonce, &testKey))
	if _, err := SealFile(ctx, filepath.Join(dir, "again"), src, sealer, Options{}); !errors.Is(err, fs.ErrInvalid) {
		t.Errorf("a second box: %v", err)
	}
	if _, err := SealFile(ctx, filepath.Join(dir, "again"), src, UnsafeNonce(nil, nonce), Options{}); !errors.Is(err, fs.ErrInvalid) {
		t.Errorf("no key: %v", err)
	}
	wantNames(t, dir, "message", "box")

	// Of several goroutines that use it at once, one seals.
	sealer = UnsafeNonce(SecretKey(testSecret), nonce)
	errs := make([]error, 8)
	var all sync.WaitGroup
	for i := range errs {
		all.Go(func() {
			_, errs[i] = SealStream(ctx, Path(filepath.Join(dir, "one")), Path(src), sealer, Options{Replace: true})
		})
	}
	all.Wait()
	sealed := 0
	for _, err := range errs {
		if err == nil {
			sealed++
		} else if !errors.Is(err, fs.ErrInvalid) {
			t.Error(err)
		}
	}
	if sealed != 1 {
		t.Errorf("%d boxes have one nonce", sealed)
	}
}

// TestWipeWhileUsed: an operation that begins while another goroutine wipes its key
// uses the key or returns ErrNoKey. It never uses a key of zeros.
func TestWipeWhileUsed(t *testing.T) {
	const rounds, users = 200, 4
	o, m := Options{Workers: 1, TempDir: t.TempDir()}, message(100)
	seal := func(key Sealer) ([]byte, error) {
		var box bytes.Buffer
		_, err := SealStream(ctx, Writer(&box), Reader(bytes.NewReader(m)), key, o)
		return box.Bytes(), err
	}
	opens := func(key Opener, box []byte) error {
		_, err := VerifyStream(ctx, Reader(bytes.NewReader(box)), key, verifying(o))
		return err
	}
	alice, bob := keyfile.NewIdentity(), keyfile.NewIdentity()
	forBob, err := seal(Recipient(bob.PublicKey()))
	if err != nil {
		t.Fatal(err)
	}
	private, err := bob.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	for range rounds {
		secret, own := keyfile.SecretFromBytes(&testKey), keyfile.IdentityFromBytes(private)
		start := make(chan struct{})
		var all sync.WaitGroup
		use := func(what string, use func() error) {
			for range users {
				all.Go(func() {
					<-start
					if err := use(); err != nil && !errors.Is(err, keyfile.ErrNoKey) {
						t.Errorf("%s: %v", what, err)
					}
				})
			}
		}
		// What was sealed opens with the key that was not wiped.
		sealed := func(key Sealer, opener Opener) func() error {
			return func() error {
				box, err := seal(key)
				if err != nil {
					return err
				}
				return opens(opener, box)
			}
		}
		use("SecretKey", sealed(SecretKey(secret), SecretKey(testSecret)))
		use("BoxKey", sealed(BoxKey(alice.PublicKey(), own), BoxKey(bob.PublicKey(), alice)))
		use("Identity", func() error { return opens(Identity(own), forBob) })
		all.Go(func() { <-start; secret.Wipe() })
		all.Go(func() { <-start; own.Wipe() })
		close(start)
		all.Wait()
		if t.Failed() {
			return
		}
	}
}
