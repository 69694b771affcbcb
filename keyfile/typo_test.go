package keyfile

import (
	"errors"
	"strings"
	"testing"
)

// refused fails the test if a damaged text is taken for any key.
func refused(t *testing.T, text, what string) {
	t.Helper()
	for name, take := range takers {
		if key, err := take(t, []byte(text)); key != nil || !errors.Is(err, ErrNotAKey) {
			t.Errorf("%s: %s as %s: %v", what, text, name, err)
		}
	}
}

func TestTypos(t *testing.T) {
	for kind, text := range typed(generate()) {
		for i := range len(text) {
			for c := byte('!'); c <= '~'; c++ {
				if c != text[i] {
					refused(t, text[:i]+string(c)+text[i+1:], "a substitution")
				}
			}
			refused(t, text[:i]+text[i+1:], "a deletion")
			if i > 0 && text[i] != text[i-1] {
				refused(t, text[:i-1]+text[i:i+1]+text[i-1:i]+text[i+1:], "a transposition")
			}
		}
		for i := range len(text) + 1 {
			for _, c := range charset + "1 B" {
				if c == ' ' && (i == 0 || i == len(text)) {
					continue // spaces around a key do not count
				}
				refused(t, text[:i]+string(c)+text[i:], "an insertion")
			}
		}
		if t.Failed() {
			t.Fatalf("as %v", kind)
		}
	}
}

// Bech32 accepts q before a final p; Bech32m is there to refuse it.
func TestInsertedQ(t *testing.T) {
	text := formatted(public, publicOf(generate()))
	for !strings.HasSuffix(text, "p") {
		text = formatted(public, publicOf(generate()))
	}
	for n := 1; n < 4; n++ {
		if parseAnyLength(text[:len(text)-1] + strings.Repeat("q", n) + "p") {
			t.Errorf("%d inserted q are not seen in %s", n, text)
		}
	}
}

func TestCase(t *testing.T) {
	for kind, text := range typed(generate()) {
		upper := strings.ToUpper(text)
		if _, err := kind.take(t, []byte(upper)); err != nil {
			t.Errorf("%s: %v", upper, err)
		}
		one := strings.IndexByte(text, '1')
		refused(t, upper[:one]+text[one:], "an upper-case type")
		refused(t, text[:one]+upper[one:], "an upper-case key")
		refused(t, strings.ToUpper(text[:1])+text[1:], "an upper-case letter")
	}
}

// The type is in the checksum: one cannot be put in place of another.
func TestPrefix(t *testing.T) {
	key := publicOf(generate())
	for _, prefix := range []string{"largebox-", "largebox", "largebox-secrets", "xlargebox-public", "age", "bc"} {
		refused(t, string(encodeAs(prefix, key)), "an unknown type")
	}
	for _, from := range kinds[secret:] {
		for _, to := range kinds[secret:] {
			if from != to {
				refused(t, to.prefix+strings.TrimPrefix(string(encodeAs(from.prefix, key)), from.prefix), "another type")
			}
		}
	}
}

// The error names the kind that the text looks like.
func TestTypoNamesTheKind(t *testing.T) {
	for kind, text := range typed(generate()) {
		_, err := kind.take(t, []byte(text[:len(text)-1]))
		if err == nil || !strings.Contains(err.Error(), kind.String()) {
			t.Errorf("%v cut off: %v", kind, err)
		}
	}
}
