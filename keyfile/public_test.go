package keyfile

import (
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"testing"
)

// A public key prints as its text, by value and by pointer.
func TestPublicKeyPrints(t *testing.T) {
	key := generate()
	peer, want := IdentityFromBytes(key).PublicKey(), formatted(public, publicOf(key))
	for _, v := range []any{*peer, peer} {
		if got := fmt.Sprint(v); got != want || fmt.Sprintf("%s", v) != want {
			t.Errorf("a %T prints as %s", v, got)
		}
	}
}

func TestPublicKeyInJSON(t *testing.T) {
	type message struct {
		To   PublicKey
		From *PublicKey            `json:",omitempty"`
		Of   map[string]*PublicKey `json:",omitempty"`
		For  map[PublicKey]int     `json:",omitempty"`
	}
	a, b := NewIdentity().PublicKey(), NewIdentity().PublicKey()
	for _, m := range []message{{To: *a}, {*a, b, map[string]*PublicKey{"b": b}, map[PublicKey]int{*a: 1, *b: 2}}} {
		text, err := json.Marshal(m)
		if err != nil {
			t.Fatal(err)
		}
		var got message
		if err := json.Unmarshal(text, &got); err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		if again, err := json.Marshal(got); err != nil || string(again) != string(text) || got.To != *a {
			t.Errorf("%s came back as %s, %v", text, again, err)
		}
	}
	if text, err := json.Marshal(PublicKey{}); !errors.Is(err, ErrNoKey) {
		t.Errorf("no key is %s in JSON, %v", text, err)
	}
}

func TestUnmarshalText(t *testing.T) {
	key := NewIdentity().PublicKey()
	before := *key
	private := generate()
	for what, c := range map[string]struct {
		text string
		want error
	}{
		"nothing":     {"", ErrNotAKey},
		"a word":      {"key", ErrNotAKey},
		"raw bytes":   {string(publicOf(private)[:]), ErrNotAKey},
		"a secret":    {formatted(secret, private), ErrWrongKind},
		"an identity": {formatted(identity, private), ErrWrongKind},
		"low order":   {formatted(public, new([Size]byte)), ErrLowOrderKey},
		"zeros":       {hex.EncodeToString(make([]byte, Size)), ErrLowOrderKey},
	} {
		text := []byte(c.text)
		if err := key.UnmarshalText(text); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", what, err)
		} else {
			doesNotRepeat(t, err, c.text)
		}
		if *key != before || string(text) != c.text {
			t.Errorf("%s changed the key or the text", what)
		}
	}
}
