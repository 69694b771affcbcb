package keyfile

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"testing"
)

// No kind of key is assignable or convertible to another, and no array to a key.
func TestKindsAreNotConvertible(t *testing.T) {
	types := []reflect.Type{
		reflect.TypeFor[Secret](), reflect.TypeFor[Identity](), reflect.TypeFor[PublicKey](),
		reflect.TypeFor[*Secret](), reflect.TypeFor[*Identity](), reflect.TypeFor[*PublicKey](),
		reflect.TypeFor[[Size]byte](), reflect.TypeFor[*[Size]byte](), reflect.TypeFor[[]byte](),
	}
	for i, from := range types {
		for j, to := range types {
			isArray := i >= 6 && j >= 6 // of Go's own, among themselves
			if i != j && !isArray && (from.ConvertibleTo(to) || from.AssignableTo(to)) {
				t.Errorf("%v converts to %v", from, to)
			}
		}
	}
	for _, secret := range types[:2] {
		if secret.Comparable() {
			t.Errorf("== compares pointers of a %v", secret)
		}
	}
}

type secretKind interface {
	Bytes() (*[Size]byte, error)
	Text() ([]byte, error)
	FileText() ([]byte, error)
	WriteFile(path string) error
	Wipe()
}

func TestNoKey(t *testing.T) {
	wipedSecret, wipedIdentity := NewSecret(), NewIdentity()
	copiedSecret, copiedIdentity := *wipedSecret, *wipedIdentity
	secretBytes, identityBytes := wipedSecret.key().bytes, wipedIdentity.key().bytes
	wipedSecret.Wipe()
	wipedIdentity.Wipe()
	if [Size]byte(secretBytes) != [Size]byte{} || [Size]byte(identityBytes) != [Size]byte{} {
		t.Error("Wipe leaves the bytes")
	}
	for what, key := range map[string]secretKind{
		"nil Secret": (*Secret)(nil), "zero Secret": new(Secret), "wiped Secret": wipedSecret, "copy of a wiped Secret": &copiedSecret,
		"nil Identity": (*Identity)(nil), "zero Identity": new(Identity), "wiped Identity": wipedIdentity, "copy of a wiped Identity": &copiedIdentity,
	} {
		dir := t.TempDir()
		_, err1 := key.Bytes()
		_, err2 := key.Text()
		_, err3 := key.FileText()
		for _, err := range []error{err1, err2, err3, key.WriteFile(filepath.Join(dir, "k"))} {
			if !errors.Is(err, ErrNoKey) || !errors.Is(err, fs.ErrInvalid) {
				t.Errorf("%s: %v", what, err)
			}
		}
		if entries, err := os.ReadDir(dir); err != nil || len(entries) != 0 {
			t.Errorf("%s: it was written: %v, %v", what, entries, err)
		}
		key.Wipe() // once more does no harm
	}
	if _, err := (*PublicKey)(nil).Bytes(); !errors.Is(err, ErrNoKey) {
		t.Errorf("a nil public key: %v", err)
	}
	for _, key := range []*PublicKey{new(PublicKey), new(Identity).PublicKey(), (*Identity)(nil).PublicKey()} {
		_, err1 := key.Bytes()
		_, err2 := key.MarshalText()
		if !errors.Is(err1, ErrNoKey) || !errors.Is(err2, ErrNoKey) || key.String() != "" {
			t.Errorf("no public key: %v, %v, %q", err1, err2, key)
		}
	}
	if wipedIdentity.PublicKey().String() == "" {
		t.Error("Wipe took the public key, too")
	}
}

// A key made of an array is a copy of it, and Bytes returns a copy, which Wipe
// leaves to the caller.
func TestCopies(t *testing.T) {
	for what, from := range map[string]func(*[Size]byte) secretKind{
		"Secret":   func(p *[Size]byte) secretKind { return SecretFromBytes(p) },
		"Identity": func(p *[Size]byte) secretKind { return IdentityFromBytes(p) },
	} {
		array := generate()
		want := *array
		key := from(array)
		clear(array[:])
		if changed, err := key.Bytes(); err == nil {
			clear(changed[:])
		}
		got, err := key.Bytes()
		if err != nil || *got != want {
			t.Errorf("a %s is not a copy, or is changed with Bytes: %v", what, err)
		}
		key.Wipe()
		if *got != want {
			t.Errorf("Wipe of a %s changes what another goroutine may be using", what)
		}
	}
	array := publicOf(generate())
	want := *array
	key, err := PublicKeyFromBytes(array)
	if err != nil {
		t.Fatal(err)
	}
	clear(array[:])
	got, err := key.Bytes()
	if err != nil || *got != want {
		t.Errorf("a PublicKey is not a copy: %v", err)
	}
	clear(got[:])
	if again, err := key.Bytes(); err != nil || *again != want {
		t.Errorf("a PublicKey can be changed: %v", err)
	}
	one, other := NewIdentity(), NewIdentity()
	own := *one.PublicKey()
	*one.PublicKey() = *other.PublicKey()
	if *one.PublicKey() != own {
		t.Error("the public key of an Identity can be changed")
	}
}

func TestEqual(t *testing.T) {
	a, b := generate(), generate()
	if !SecretFromBytes(a).Equal(SecretFromBytes(a)) || SecretFromBytes(a).Equal(SecretFromBytes(b)) {
		t.Error("Secret.Equal is wrong")
	}
	if !IdentityFromBytes(a).Equal(IdentityFromBytes(a)) || IdentityFromBytes(a).Equal(IdentityFromBytes(b)) {
		t.Error("Identity.Equal is wrong")
	}
	one, same, other := IdentityFromBytes(a).PublicKey(), IdentityFromBytes(a).PublicKey(), IdentityFromBytes(b).PublicKey()
	if *one != *same || *one == *other {
		t.Error("== of public keys is wrong")
	}
	if new(Secret).Equal(new(Secret)) || (*Identity)(nil).Equal(nil) || SecretFromBytes(new([Size]byte)).Equal(new(Secret)) {
		t.Error("no key equals something")
	}
	if NewSecret().Equal(NewSecret()) || NewIdentity().Equal(NewIdentity()) {
		t.Error("two new keys are the same")
	}
}
