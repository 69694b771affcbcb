package keyfile

import (
	"bytes"
	"errors"
	"strings"
	"testing"
)

// parseAnyLength is BIP-173's parser around polymod and charset, because the
// published vectors are not of 32 bytes, which is all that decode takes.
func parseAnyLength(text string) bool {
	lower := strings.ToLower(text)
	one := strings.LastIndexByte(lower, '1')
	if one < 1 || len(text)-one-1 < checksumSize || len(text) > 90 || lower != text && strings.ToUpper(text) != text {
		return false
	}
	for i := range one {
		if text[i] < 33 || text[i] > 126 {
			return false
		}
	}
	var values []byte
	for i := one + 1; i < len(lower); i++ {
		v := strings.IndexByte(charset, lower[i])
		if v < 0 {
			return false
		}
		values = append(values, byte(v))
	}
	return polymod(lower[:one], values) == bech32mFactor
}

// https://github.com/bitcoin/bips/blob/master/bip-0350.mediawiki, "Test vectors
// for Bech32m".
func TestBIP350Valid(t *testing.T) {
	for _, text := range []string{
		"A1LQFN3A",
		"a1lqfn3a",
		"an83characterlonghumanreadablepartthatcontainsthetheexcludedcharactersbioandnumber11sg7hg6",
		"abcdef1l7aum6echk45nj3s0wdvt2fg8x9yrzpqzd3ryx",
		"11llllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllludsr8",
		"split1checkupstagehandshakeupstreamerranterredcaperredlc445v",
		"?1v759aa",
	} {
		if !parseAnyLength(text) {
			t.Errorf("%q is refused", text)
		}
	}
}

var bip350Invalid = []struct{ text, why string }{
	{"\x201xj0phk", "HRP character out of range"},
	{"\x7f1g6xzxy", "HRP character out of range"},
	{"\x801vctc34", "HRP character out of range"},
	{"an84characterslonghumanreadablepartthatcontainsthetheexcludedcharactersbioandnumber11d6pts4", "overall max length exceeded"},
	{"qyrz8wqd2c9m", "no separator character"},
	{"1qyrz8wqd2c9m", "empty HRP"},
	{"y1b0jsk6g", "invalid data character"},
	{"lt1igcx5c0", "invalid data character"},
	{"in1muywd", "too short checksum"},
	{"mm1crxm3i", "invalid character in checksum"},
	{"au1s5cgom", "invalid character in checksum"},
	{"M1VUXWEZ", "checksum calculated with uppercase form of HRP"},
	{"16plkw9", "empty HRP"},
	{"1p2gdwpf", "empty HRP"},
}

func TestBIP350Invalid(t *testing.T) {
	for _, v := range bip350Invalid {
		if parseAnyLength(v.text) {
			t.Errorf("%q is accepted: %s", v.text, v.why)
		}
		if _, _, problem := decode([]byte(v.text)); problem == "" {
			t.Errorf("decode accepts %q: %s", v.text, v.why)
		}
	}
}

// The vectors that show why Bech32m replaced Bech32 end in p.
func TestBIP350InsertionWeakness(t *testing.T) {
	if !parseAnyLength("a1lqfn3a") || parseAnyLength("a12uel5l") {
		t.Error("a checksum of Bech32 (BIP-173) passes for one of Bech32m")
	}
}

func TestRoundTrip(t *testing.T) {
	keys := []*[Size]byte{{}, (*[Size]byte)(bytes.Repeat([]byte{0xff}, Size))}
	for range 200 {
		keys = append(keys, generate())
	}
	for _, key := range keys {
		for k := secret; k <= public; k++ {
			text := string(encode(k, key))
			if !parseAnyLength(text) {
				t.Fatalf("%s is no Bech32m", text)
			}
			for _, form := range []string{text, strings.ToUpper(text)} {
				is, got, problem := decode([]byte(form))
				if problem != "" || is != k || *got != *key {
					t.Fatalf("%s came back as %q, %x, %q", form, is, got, problem)
				}
			}
		}
	}
}

// A fixed text, made with BIP-350's reference code: encode and decode could be
// wrong together.
func TestFrozenText(t *testing.T) {
	var key [Size]byte
	for i := range key {
		key[i] = byte(i)
	}
	for got, want := range map[string]string{
		formatted(secret, &key):   frozenSecret,
		formatted(identity, &key): frozenIdentity,
		formatted(public, &key):   frozenPublic,
	} {
		if got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

// The last of 52 groups has four bits to spare: sixteen texts with a right
// checksum would be one key.
func TestPaddingBits(t *testing.T) {
	key := generate()
	prefix := kinds[secret].prefix
	text := string(encodeAs(prefix, key))
	var values []byte
	for _, c := range text[len(prefix)+1:][:groups] {
		values = append(values, byte(strings.IndexRune(charset, c)))
	}
	last := values[groups-1]
	for stray := range byte(16) {
		values[groups-1] = last | stray
		check := polymod(prefix, append(values[:groups:groups], make([]byte, checksumSize)...)) ^ bech32mFactor
		built := []byte(prefix + "1")
		for _, v := range values {
			built = append(built, charset[v])
		}
		for i := range checksumSize {
			built = append(built, charset[check>>(5*(checksumSize-1-i))&31])
		}
		if !parseAnyLength(string(built)) {
			t.Fatalf("the checksum of %s is wrong", built)
		}
		_, err := fileWith(built).Secret()
		if stray == 0 && (err != nil || string(built) != text) || stray != 0 && !errors.Is(err, ErrNotAKey) {
			t.Errorf("stray bits %04b: %v", stray, err)
		}
	}
}

const (
	frozenSecret   = "largebox-secret1qqqsyqcyq5rqwzqfpg9scrgwpugpzysnzs23v9ccrydpk8qarc0srnf4km"
	frozenIdentity = "largebox-identity1qqqsyqcyq5rqwzqfpg9scrgwpugpzysnzs23v9ccrydpk8qarc0ssn3ara"
	frozenPublic   = "largebox-public1qqqsyqcyq5rqwzqfpg9scrgwpugpzysnzs23v9ccrydpk8qarc0sx5czpq"
)
