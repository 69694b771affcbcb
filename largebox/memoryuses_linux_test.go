package largebox

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"

	"github.com/largebox/largebox/keyfile"
	"github.com/largebox/largebox/largebox/box"
	"github.com/largebox/largebox/largebox/secretbox"
)

// The keys of the process that TestNoKeyInMemory looks into. They are here, where
// the process clears them, and nowhere else.
var lookedFor struct{ key, public, private, shared [KeySize]byte }

// A memoryUse is what the process does with its keys and the files in dir. The
// nonce is that of all files.
type memoryUse struct {
	depths int // of the stack; see atDepths
	run    func(dir string, nonce *[NonceSize]byte, o Options) error
}

// Files are sealed and opened at few depths, because that takes milliseconds.
const fileDepths, sliceDepths = 6, 100

var memoryUses = map[string]memoryUse{
	"seal, secretbox": {fileDepths, func(dir string, nonce *[NonceSize]byte, o Options) error {
		return sealAndRemove(dir, SecretKey(&lookedFor.key), nonce, o)
	}},
	"open, secretbox": {fileDepths, func(dir string, _ *[NonceSize]byte, o Options) error {
		return openAndRemove(dir, "secretbox", SecretKey(&lookedFor.key), o)
	}},
	"open, not authentic": {fileDepths, func(dir string, _ *[NonceSize]byte, o Options) error {
		err := openAndRemove(dir, "altered", SecretKey(&lookedFor.key), o)
		if errors.Is(err, ErrNotAuthentic) {
			return nil
		}
		return fmt.Errorf("opened: %w", err)
	}},
	"seal, box": {fileDepths, func(dir string, nonce *[NonceSize]byte, o Options) error {
		return sealAndRemove(dir, BoxKey(&lookedFor.public, &lookedFor.private), nonce, o)
	}},
	"open, box": {fileDepths, func(dir string, _ *[NonceSize]byte, o Options) error {
		return openAndRemove(dir, "box", BoxKey(&lookedFor.public, &lookedFor.private), o)
	}},
	"open, sealed box": {fileDepths, func(dir string, _ *[NonceSize]byte, o Options) error {
		return openAndRemove(dir, "sealed box", Identity(keyfile.PublicKey(&lookedFor.private), &lookedFor.private), o)
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
			_, err = VerifyFile(ctx, filepath.Join(dir, "secretbox"), SecretKey(key), o)
			f.Wipe()
			clear(key[:])
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
		opened, ok := box.OpenAnonymous(nil, sealed, keyfile.PublicKey(&lookedFor.private), &lookedFor.private)
		clear(opened)
		if !ok {
			return ErrNotAuthentic
		}
		return nil
	}},
}

func sealAndRemove(dir string, key Sealer, nonce *[NonceSize]byte, o Options) error {
	o.UnsafeNonce = nonce
	_, err := SealFile(ctx, filepath.Join(dir, "out"), filepath.Join(dir, "message"), key, o)
	return errors.Join(err, os.Remove(filepath.Join(dir, "out")))
}

func openAndRemove(dir, name string, key Opener, o Options) error {
	if _, err := OpenFile(ctx, filepath.Join(dir, "out"), filepath.Join(dir, name), key, o); err != nil {
		return err
	}
	return os.Remove(filepath.Join(dir, "out"))
}

// eachMessage calls fn with the starts of the file message that take each way
// through the engine, and clears them.
func eachMessage(dir string, fn func(message []byte) bool) error {
	message, err := os.ReadFile(filepath.Join(dir, "message"))
	defer clear(message)
	if err != nil {
		return err
	}
	for _, n := range []int{64, 600, 1500, 20_000, ParallelSize} {
		if !fn(message[:n]) {
			return fmt.Errorf("%d bytes: %w", n, ErrNotAuthentic)
		}
	}
	return nil
}

// atDepths calls fn n times, each time with more on the stack, so that in some call
// the stack grows at any given place. It returns the first error, with all stacks
// in use until then: what one of them leaves behind when it grows is not
// overwritten by another.
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
