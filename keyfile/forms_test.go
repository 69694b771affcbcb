package keyfile

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"os"
	"strings"
	"testing"

	"golang.org/x/crypto/nacl/box"
)

func TestUntypedForms(t *testing.T) {
	key := awkward()
	for form, text := range untyped(key) {
		for _, content := range inAFile(text) {
			for name, take := range takers {
				if got, err := take(t, []byte(content)); err != nil || *got != *key {
					t.Errorf("%s as %s: %q gave %x, %v", form, name, content, got, err)
				}
			}
		}
	}
}

func TestRawForm(t *testing.T) {
	key := awkward()
	for name, take := range takers {
		got, err := take(t, key[:])
		switch {
		case name == "ParsePublicKey": // an argument is text
			if !errors.Is(err, ErrNotAKey) {
				t.Errorf("ParsePublicKey takes 32 bytes: %v", err)
			}
		case err != nil || *got != *key:
			t.Errorf("as %s: %x, %v", name, got, err)
		}
	}
}

func TestTypedForms(t *testing.T) {
	key := awkward()
	for is, text := range typed(key) {
		for _, content := range append(inAFile(text), strings.ToUpper(text)) {
			for name, take := range takers {
				got, err := take(t, []byte(content))
				if want := kindOf[name]; is == want {
					if err != nil || *got != *key {
						t.Errorf("%v as %s: %q gave %x, %v", is, name, content, got, err)
					}
				} else if got != nil || !errors.Is(err, ErrWrongKind) || errors.Is(err, ErrNotAKey) || !strings.Contains(err.Error(), "this is "+is.String()) {
					t.Errorf("%v as %s: %v", is, name, err)
				} else {
					doesNotRepeat(t, err, content)
				}
			}
		}
	}
}

// Comments are in any language, though no key has such characters.
func TestCommentsInUTF8(t *testing.T) {
	key := awkward()
	for _, content := range []string{"# clé, naïve ∂\n" + formatted(secret, key) + "\n", formatted(secret, key) + "\r\n# ключ"} {
		if got, err := bytesOf(read(t, []byte(content)).Secret()); err != nil || *got != *key {
			t.Errorf("%q gave %v", content, err)
		}
	}
}

// A key that is returned is the caller's: neither is changed with the other.
func TestReturnedKeyIsACopy(t *testing.T) {
	key := generate()
	f := read(t, key[:])
	got, err := bytesOf(f.Secret())
	if err != nil {
		t.Fatal(err)
	}
	content := f.content().bytes
	f.Wipe()
	if *got != *key {
		t.Error("Wipe cleared a key that was taken")
	}
	if [Size]byte(content) != [Size]byte{} {
		t.Errorf("Wipe left %x", content)
	}
}

func TestLowOrder(t *testing.T) {
	var vectors struct {
		Box struct {
			LowOrder string `json:"low_order_public"`
		}
	}
	data, err := os.ReadFile("../testdata/libsodium.json")
	if err == nil {
		err = json.Unmarshal(data, &vectors)
	}
	libsodium, e := hex.DecodeString(vectors.Box.LowOrder)
	if err != nil || e != nil || len(libsodium) != Size {
		t.Fatal(err, e, len(libsodium))
	}
	// RFC 7748: u is taken without its top bit, and modulo p = 2^255-19.
	p := strings.Repeat("ff", 30) + "7f"
	for _, text := range []string{
		strings.Repeat("00", 32), "01" + strings.Repeat("00", 31), hex.EncodeToString(libsodium),
		"ec" + p, "ed" + p, "ee" + p, strings.Repeat("00", 31) + "80",
	} {
		raw, _ := hex.DecodeString(text)
		key := (*[Size]byte)(raw)
		for _, name := range []string{"PublicKey", "ParsePublicKey"} {
			for _, form := range []string{text, formatted(public, key), base64.StdEncoding.EncodeToString(raw)} {
				if got, err := takers[name](t, []byte(form)); got != nil || !errors.Is(err, ErrLowOrderKey) {
					t.Errorf("%s of %s: %v", name, form, err)
				}
			}
		}
		if got, err := takers["PublicKey"](t, raw); got != nil || !errors.Is(err, ErrLowOrderKey) {
			t.Errorf("PublicKey of raw %s: %v", text, err)
		}
		if _, err := takers["Secret"](t, []byte(text)); err != nil {
			t.Errorf("Secret of %s: %v", text, err)
		}
	}
}

func TestPublicKeyIsBoxs(t *testing.T) {
	for range 20 {
		pub, private, err := box.GenerateKey(rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		if formatted(public, publicOf(private)) != formatted(public, pub) || *publicOf(private) != *pub {
			t.Fatalf("the public key of %x is %x", private, publicOf(private))
		}
	}
}
