package keyfile

import (
	"bytes"
	"errors"
	"io/fs"
	"sync"
	"testing"
)

// TestWipeWhileUsed: a use at the same time as Wipe gets the whole key or ErrNoKey,
// and never zeros. The race detector sees every access without the lock.
func TestWipeWhileUsed(t *testing.T) {
	const rounds, users = 300, 8
	for range rounds {
		want := generate()
		secretText, identityText := formatted(secret, want), formatted(identity, want)
		s, i := SecretFromBytes(want), IdentityFromBytes(want)
		raw, typed := fileWith(bytes.Clone(want[:])), fileWith([]byte(secretText))
		again := SecretFromBytes(want)
		uses := map[string]func() (bool, error){
			"Secret.Bytes":        func() (bool, error) { got, err := s.Bytes(); return err != nil || *got == *want, err },
			"Secret.Text":         func() (bool, error) { got, err := s.Text(); return err != nil || string(got) == secretText, err },
			"Identity.Bytes":      func() (bool, error) { got, err := i.Bytes(); return err != nil || *got == *want, err },
			"Identity.Text":       func() (bool, error) { got, err := i.Text(); return err != nil || string(got) == identityText, err },
			"File.Secret, raw":    func() (bool, error) { got, err := raw.Secret(); return err != nil || got.Equal(again), err },
			"File.Secret, typed":  func() (bool, error) { got, err := typed.Secret(); return err != nil || got.Equal(again), err },
			"Secret.Equal":        func() (bool, error) { return !s.Equal(SecretFromBytes(new([Size]byte))), nil },
			"Secret.Equal, self":  func() (bool, error) { s.Equal(s); return true, nil }, // does not lock it twice
			"Identity.PublicKey":  func() (bool, error) { return *i.PublicKey() != (PublicKey{}), nil },
			"File.PublicKey, raw": func() (bool, error) { _, err := raw.PublicKey(); return true, err },
		}
		start := make(chan struct{})
		var all sync.WaitGroup
		for what, use := range uses {
			for range users {
				all.Go(func() {
					<-start
					if whole, err := use(); !whole || err != nil && !errors.Is(err, ErrNoKey) {
						t.Errorf("%s: the whole key: %v, %v", what, whole, err)
					}
				})
			}
		}
		for _, key := range []interface{ Wipe() }{s, i, raw, typed} {
			all.Go(func() { <-start; key.Wipe() })
		}
		close(start)
		all.Wait()
		if t.Failed() {
			return
		}
	}
}

// TestNoFile: a File that is nil, zero or wiped gives an error. A wiped one is not a
// raw key of zeros.
func TestNoFile(t *testing.T) {
	wiped := read(t, generate()[:])
	copied := *wiped
	wiped.Wipe()
	for what, f := range map[string]*File{"nil": nil, "zero": new(File), "wiped": wiped, "copy of a wiped": &copied} {
		_, err1 := f.Secret()
		_, err2 := f.Identity()
		_, err3 := f.PublicKey()
		for _, err := range []error{err1, err2, err3} {
			if !errors.Is(err, ErrNoKey) || !errors.Is(err, fs.ErrInvalid) {
				t.Errorf("%s File: %v", what, err)
			}
		}
		f.Wipe()
	}
}
