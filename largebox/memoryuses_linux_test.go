package largebox

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"

	"github.com/largebox/largebox/internal/xsalsa20poly1305"
	"github.com/largebox/largebox/keyfile"
	"github.com/largebox/largebox/largebox/box"
	"github.com/largebox/largebox/largebox/secretbox"
)

// lookedFor has the only copies of the keys of the process that TestNoKeyInMemory looks
// into. The process clears them.
var lookedFor struct{ key, public, private, shared [KeySize]byte }

// A memoryUse uses the keys and the files in dir. All files have the same nonce.
type memoryUse struct {
	depths int // of the stack; see atDepths
	run    func(dir string, nonce *[NonceSize]byte, o Options) error
}

// Files are sealed and opened at few depths, because that takes milliseconds.
const fileDepths, sliceDepths = 6, 100

var memoryUses = map[string]memoryUse{
	"seal, secretbox": {fileDepths, func(dir string, nonce *[NonceSize]byte, o Options) error {
		return withSecret(func(key Key) error { return sealAndRemove(dir, key, nonce, o) })
	}},
	"open, secretbox": {fileDepths, func(dir string, _ *[NonceSize]byte, o Options) error {
		return withSecret(func(key Key) error { return openAndRemove(dir, "secretbox", key, o) })
	}},
	"open, not authentic": {fileDepths, func(dir string, _ *[NonceSize]byte, o Options) error {
		err := withSecret(func(key Key) error { return openAndRemove(dir, "altered", key, o) })
		if errors.Is(err, ErrNotAuthentic) {
			return nil
		}
		return fmt.Errorf("opened: %w", err)
	}},
	"seal, box": {fileDepths, func(dir string, nonce *[NonceSize]byte, o Options) error {
		return withBoxKey(func(key Key) error { return sealAndRemove(dir, key, nonce, o) })
	}},
	"open, box": {fileDepths, func(dir string, _ *[NonceSize]byte, o Options) error {
		return withBoxKey(func(key Key) error { return openAndRemove(dir, "box", key, o) })
	}},
	"open, sealed box": {fileDepths, func(dir string, _ *[NonceSize]byte, o Options) error {
		own := keyfile.IdentityFromBytes(&lookedFor.private)
		defer own.Wipe()
		return openAndRemove(dir, "sealed box", Identity(own), o)
	}},
	"a new key file": {fileDepths, func(dir string, _ *[NonceSize]byte, _ Options) error {
		key := keyfile.SecretFromBytes(&lookedFor.key)
		defer key.Wipe()
		if !key.Equal(key) {
			return keyfile.ErrNoKey
		}
		err := key.WriteFile(filepath.Join(dir, "out"))
		return errors.Join(err, os.Remove(filepath.Join(dir, "out")))
	}},
	"a key of another kind": {fileDepths, func(dir string, _ *[NonceSize]byte, _ Options) error {
		f, err := keyfile.Read(filepath.Join(dir, "key.typed"))
		if err != nil {
			return err
		}
		defer f.Wipe()
		_, err1 := f.Identity()
		_, err2 := f.PublicKey()
		if !errors.Is(err1, keyfile.ErrWrongKind) || !errors.Is(err2, keyfile.ErrWrongKind) {
			return fmt.Errorf("another kind: %w, %w", err1, err2)
		}
		return nil
	}},
	"a key file": {fileDepths, func(dir string, _ *[NonceSize]byte, o Options) error {
		for _, name := range []string{"key.typed", "key.hex", "key.raw"} {
			f, err := keyfile.Read(filepath.Join(dir, name))
			if err != nil {
				return err
			}
			key, err := f.Secret()
			if err != nil {
				return err
			}
			_, err = VerifyFile(ctx, filepath.Join(dir, "secretbox"), SecretKey(key), verifying(o))
			f.Wipe()
			key.Wipe()
			if err != nil {
				return err
			}
		}
		return nil
	}},
	"package secretbox": {sliceDepths, func(dir string, nonce *[NonceSize]byte, _ Options) error {
		return eachMessage(dir, func(message []byte) bool {
			sealed := secretbox.Seal(nil, message, nonce, &lookedFor.key)
			opened, ok := secretbox.Open(nil, sealed, nonce, &lookedFor.key)
			clear(opened)
			sealed[0] ^= 1
			_, forged := secretbox.Open(nil, sealed, nonce, &lookedFor.key)
			return ok && !forged
		})
	}},
	"package box": {sliceDepths, func(dir string, nonce *[NonceSize]byte, _ Options) error {
		return eachMessage(dir, func(message []byte) bool {
			sealed := box.Seal(nil, message, nonce, &lookedFor.public, &lookedFor.private)
			opened, ok := box.Open(nil, sealed, nonce, &lookedFor.public, &lookedFor.private)
			clear(opened)
			return ok
		})
	}},
	"package box, precomputed": {sliceDepths, func(dir string, nonce *[NonceSize]byte, _ Options) error {
		shared := &lookedFor.shared
		defer clear(shared[:])
		box.Precompute(shared, &lookedFor.public, &lookedFor.private)
		return eachMessage(dir, func(message []byte) bool {
			sealed := box.SealAfterPrecomputation(nil, message, nonce, shared)
			opened, ok := box.OpenAfterPrecomputation(nil, sealed, nonce, shared)
			clear(opened)
			return ok
		})
	}},
	"package box, sealed": {sliceDepths, func(dir string, _ *[NonceSize]byte, _ Options) error {
		sealed, err := os.ReadFile(filepath.Join(dir, "sealed box"))
		if err != nil {
			return err
		}
		own := keyfile.IdentityFromBytes(&lookedFor.private)
		defer own.Wipe()
		public, err := own.PublicKey().Bytes()
		if err != nil {
			return err
		}
		opened, ok := box.OpenAnonymous(nil, sealed, public, &lookedFor.private)
		clear(opened)
		if !ok {
			return ErrNotAuthentic
		}
		return nil
	}},
}

func withSecret(fn func(Key) error) error {
	secret := keyfile.SecretFromBytes(&lookedFor.key)
	defer secret.Wipe()
	return fn(SecretKey(secret))
}

func withBoxKey(fn func(Key) error) error {
	peer, err := keyfile.PublicKeyFromBytes(&lookedFor.public)
	if err != nil {
		return err
	}
	own := keyfile.IdentityFromBytes(&lookedFor.private)
	defer own.Wipe()
	return fn(BoxKey(peer, own))
}

func sealAndRemove(dir string, key Key, nonce *[NonceSize]byte, o Options) error {
	_, err := SealFile(ctx, filepath.Join(dir, "out"), filepath.Join(dir, "message"), UnsafeNonce(key, *nonce), o)
	return errors.Join(err, os.Remove(filepath.Join(dir, "out")))
}

func openAndRemove(dir, name string, key Opener, o Options) error {
	if _, err := OpenFile(ctx, filepath.Join(dir, "out"), filepath.Join(dir, name), key, o); err != nil {
		return err
	}
	return os.Remove(filepath.Join(dir, "out"))
}

// eachMessage calls fn with prefixes of the file message, one for each way through the
// engine, and clears them.
func eachMessage(dir string, fn func(message []byte) bool) error {
	message, err := os.ReadFile(filepath.Join(dir, "message"))
	defer clear(message)
	if err != nil {
		return err
	}
	for _, n := range []int{64, 600, 1500, 20_000, xsalsa20poly1305.ParallelSize} {
		if !fn(message[:n]) {
			return fmt.Errorf("%d bytes: %w", n, ErrNotAuthentic)
		}
	}
	return nil
}

// atDepths calls fn n times, on a new goroutine and one frame deeper each time, so that
// the stack grows at another place in fn each time. It keeps all stacks in use until
// the end: no stack can overwrite what another left behind when it grew. It returns
// the first error.
func atDepths(n int, fn func() error) (first error) {
	var start []chan struct{}
	done, end := make(chan error), make(chan struct{})
	defer close(end)
	for depth := range n {
		mine := make(chan struct{})
		start = append(start, mine)
		go func() {
			<-mine
			done <- atDepth(depth, fn)
			<-end
		}()
	}
	for _, s := range start {
		close(s)
		if err := <-done; first == nil {
			first = err
		}
	}
	return first
}

//go:noinline
func atDepth(n int, fn func() error) error {
	if n == 0 {
		return fn()
	}
	var frame [16]byte
	err := atDepth(n-1, fn)
	runtime.KeepAlive(&frame)
	return err
}
