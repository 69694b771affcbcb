package keyfile

import (
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"fmt"
	"io"
	"log/slog"
)

// A hidden value is returned by a function, because fmt and others print what an
// unexported field holds or points to, and call no method of it. They cannot look
// into a function.
type hidden[T any] func() T

func hide[T any](value T) hidden[T] { return func() T { return value } }

// A key is a secret of Size bytes. Copies of a Secret or an Identity share one, and
// so are wiped together.
type key struct{ wipeable }

func randomKey() *key {
	bytes := onHeap(Size)
	rand.Read(bytes) // never fails
	return &key{wipeable{bytes: bytes}}
}

func copyKey(bytes *[Size]byte) *key {
	copied := onHeap(Size)
	copy(copied, bytes[:])
	return &key{wipeable{bytes: copied}}
}

// get returns a copy of the key, which the caller clears.
func (k *key) get() (*[Size]byte, error) {
	if k == nil {
		return nil, ErrNoKey
	}
	bytes, err := k.wipeable.get()
	if err != nil {
		return nil, err
	}
	return (*[Size]byte)(bytes), nil
}

func (k *key) wipe() {
	if k != nil {
		k.wipeable.wipe(ErrNoKey)
	}
}

func (k *key) equal(other *key) bool {
	a, err := k.get()
	if err != nil {
		return false
	}
	defer clear(a[:])
	b, err := other.get()
	if err != nil {
		return false
	}
	defer clear(b[:])
	return subtle.ConstantTimeCompare(a[:], b[:]) == 1
}

func (k *key) text(is kind) ([]byte, error) {
	bytes, err := k.get()
	if err != nil {
		return nil, err
	}
	defer clear(bytes[:])
	return encode(is, bytes), nil
}

// fileText returns comment, which ends its line, and the key on the next line.
func (k *key) fileText(is kind, comment string) ([]byte, error) {
	line, err := k.text(is)
	if err != nil {
		return nil, err
	}
	defer clear(line)
	// Of the whole length at once: append would leave shorter copies behind.
	text := make([]byte, 0, len(comment)+len(line)+1)
	text = append(append(text, comment...), line...)
	return append(text, '\n'), nil
}

// What is printed in place of a key.
const (
	hiddenSecret   = "keyfile.Secret(…)"
	hiddenIdentity = "keyfile.Identity(…)"
)

var errNoMarshal = errors.New("a secret is not marshalled; its method Text returns it")

// Format implements fmt.Formatter. No verb prints the key.
func (Secret) Format(f fmt.State, _ rune) { io.WriteString(f, hiddenSecret) }

// LogValue implements slog.LogValuer. It does not return the key.
func (Secret) LogValue() slog.Value { return slog.StringValue(hiddenSecret) }

// MarshalText returns an error, so that no encoder writes the key or silently
// leaves it out. [Secret.Text] returns the key.
func (Secret) MarshalText() ([]byte, error) { return nil, errNoMarshal }

// Format implements fmt.Formatter. No verb prints the key.
func (Identity) Format(f fmt.State, _ rune) { io.WriteString(f, hiddenIdentity) }

// LogValue implements slog.LogValuer. It does not return the key.
func (Identity) LogValue() slog.Value { return slog.StringValue(hiddenIdentity) }

// MarshalText returns an error, so that no encoder writes the key or silently
// leaves it out. [Identity.Text] returns the key.
func (Identity) MarshalText() ([]byte, error) { return nil, errNoMarshal }
