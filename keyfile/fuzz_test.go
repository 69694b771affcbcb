package keyfile

import (
	"errors"
	"strings"
	"testing"
)

// FuzzRead feeds arbitrary content to every taker. A typed key that is accepted
// has one text, up to case.
func FuzzRead(f *testing.F) {
	key := generate()
	f.Add(key[:])
	for _, text := range typed(key) {
		f.Add([]byte("# a comment\r\n\r\n " + text + "\r\n"))
		f.Add([]byte(strings.ToUpper(text)))
	}
	for _, text := range untyped(key) {
		f.Add([]byte(text))
	}
	for _, text := range mistakes() {
		f.Add([]byte(text))
	}
	for _, v := range bip350Invalid {
		f.Add([]byte(v.text))
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		if len(content) > maxFile {
			return
		}
		before := string(content)
		for name, take := range takers {
			key, err := take(nil, content)
			if string(content) != before {
				t.Fatalf("%s changed the content", name)
			}
			if (key == nil) != (err != nil) {
				t.Fatalf("%s gave %v and %v", name, key, err)
			}
			if err != nil {
				if !errors.Is(err, ErrNotAKey) && !errors.Is(err, ErrWrongKind) && !errors.Is(err, ErrLowOrderKey) {
					t.Fatalf("%s: %v", name, err)
				}
				continue
			}
			for line := range strings.Lines(before) {
				line = strings.ToLower(strings.TrimSpace(line))
				if prefix := kinds[kindOf[name]].prefix; strings.HasPrefix(line, prefix+"1") && len(line) == len(prefix)+1+groups+checksumSize {
					if again := string(encodeAs(prefix, key)); again != line {
						t.Fatalf("%s: %q is written %q", name, line, again)
					}
				}
			}
		}
	})
}
