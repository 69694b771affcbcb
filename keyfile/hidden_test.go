package keyfile

import (
	"bytes"
	"encoding/base64"
	"encoding/gob"
	"encoding/hex"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"log"
	"log/slog"
	"slices"
	"strings"
	"testing"
)

// finder returns a function that reports whether text contains a piece of key as
// fmt, an encoder or a person would write it.
func finder(key *[Size]byte) func(text string) bool {
	const piece = 4 // bytes
	var needles []string
	for i := 0; i+piece <= Size; i++ {
		p := key[i : i+piece]
		needles = append(needles, string(p), hex.EncodeToString(p), strings.ToUpper(hex.EncodeToString(p)))
		for _, separator := range []string{" ", ", ", ","} {
			for _, format := range []string{"%d", "%03d", "%x", "%X", "0x%x", "0x%02x", "0X%X", "%02x", "%o", "%b"} {
				var all []string
				for _, b := range p {
					all = append(all, fmt.Sprintf(format, b))
				}
				needles = append(needles, strings.Join(all, separator))
			}
		}
	}
	for _, form := range []string{base64.StdEncoding.EncodeToString(key[:]), formatted(secret, key)[len("largebox-secret1"):]} {
		for i := 0; i+8 <= len(form); i++ {
			needles = append(needles, form[i:i+8])
		}
	}
	return func(text string) bool {
		return slices.ContainsFunc(needles, func(needle string) bool { return strings.Contains(text, needle) })
	}
}

// around returns v by value and by pointer, alone and in everything that can
// hold it.
func around[T any](v T) []any {
	p := &v
	return []any{
		v, p, &p, []T{v}, []*T{p}, [1]T{v}, &[]T{v}, map[string]T{"k": v}, map[string]*T{"k": p},
		struct{ Key T }{v}, struct{ Key *T }{p}, struct{ key T }{v}, struct{ key *T }{p},
		&struct{ Key T }{v}, &struct{ Key *T }{p}, &struct{ key T }{v}, &struct{ key *T }{p},
		struct{ In struct{ key T } }{struct{ key T }{v}}, struct{ in []T }{[]T{v}}, struct{ in map[string]*T }{map[string]*T{"k": p}},
		struct{ in any }{v}, struct{ in any }{p}, []any{v, p},
	}
}

// eachOutput calls fn with the name of every way to print or encode v, and what
// that writes.
func eachOutput(v any, fn func(how, text string)) {
	for verb := 'A'; verb <= 'z'; verb++ {
		for _, flags := range []string{"", "+", "#", "-", " ", "0", "# ", "+#", "40", ".3", "-60.2"} {
			format := "%" + flags + string(verb)
			fn(format, fmt.Sprintf(format, v))
		}
	}
	for how, format := range map[string]string{"no verb": "%", "extra": "text"} { // mistakes, which vet sees in constants
		fn(how, fmt.Sprintf(format, v))
	}
	fn("width", fmt.Sprintf("%*d", v, v))
	fn("index", fmt.Sprintf("%[2]*[1]v", v, 3))
	fn("error", fmt.Errorf("key %v", v).Error())
	fn("print", fmt.Sprint(v)+fmt.Sprintln("key", v))

	var buf bytes.Buffer
	log.New(&buf, "", 0).Print(v)
	fn("log", buf.String())
	for how, handler := range map[string]slog.Handler{
		"slog text": slog.NewTextHandler(&buf, nil), "slog json": slog.NewJSONHandler(&buf, nil),
	} {
		buf.Reset()
		logger := slog.New(handler)
		logger.Info("key", "key", v)
		logger.With("key", v).WithGroup("g").Info("key", slog.Group("h", slog.Any("key", v)), slog.Any("list", []any{v}))
		fn(how, buf.String())
	}
	text, err := json.Marshal(v)
	fn("json", fmt.Sprint(string(text), err))
	text, err = json.Marshal(map[string]any{"key": v})
	fn("json", fmt.Sprint(string(text), err))
	text, err = xml.Marshal(v)
	fn("xml", fmt.Sprint(string(text), err))
	buf.Reset()
	err = gob.NewEncoder(&buf).Encode(v)
	fn("gob", fmt.Sprint(buf.String(), err))
}

func TestSecretsAreNotPrinted(t *testing.T) {
	key := generate()
	shows, seen := finder(key), map[string]bool{}
	content := []byte(formatted(secret, key))
	values := append(around(*SecretFromBytes(key)), around(*IdentityFromBytes(key))...)
	values = append(values, around(*fileWith(content))...)
	for _, v := range values {
		eachOutput(v, func(how, text string) {
			if !seen[text] && shows(text) {
				t.Errorf("%s of a %T shows the key: %s", how, v, text)
			}
			seen[text] = true
		})
	}
}

// TestShows: the test above finds a key that is printed, for instance behind one
// pointer, which fmt follows where a verb does not fit.
func TestShows(t *testing.T) {
	array := generate()
	shows := finder(array)
	for _, v := range []any{*array, array, []any{*array}, struct{ key [Size]byte }{*array}, struct{ Bytes []byte }{array[:]}} {
		shown := map[string]bool{}
		eachOutput(v, func(how, text string) { shown[how] = shown[how] || shows(text) })
		for _, how := range []string{"%v", "%+v", "%#v", "%x", "%d", "extra", "log", "slog text"} {
			if !shown[how] {
				t.Errorf("%s of a %T is not seen to show the key", how, v)
			}
		}
	}
	format := "%s" // which vet knows not to fit
	if text := fmt.Sprintf(format+"\n", struct{ key *key }{copyKey(array)}); !shows(text) {
		t.Errorf("%s is not seen to show the key", text)
	}
	if text, err := json.Marshal(array[:]); err != nil || !shows(string(text)) {
		t.Errorf("%s is not seen to show the key: %v", text, err)
	}

	for _, text := range []string{formatted(secret, array), hex.EncodeToString(array[:]), string(array[:]),
		strings.ToUpper(hex.EncodeToString(array[9:])), base64.StdEncoding.EncodeToString(array[:])} {
		if !shows("the key is " + text) {
			t.Errorf("%q is not seen to show the key", text)
		}
	}
}

func TestHiddenText(t *testing.T) {
	key := generate()
	for want, v := range map[string]any{"keyfile.Secret(…)": SecretFromBytes(key), "keyfile.Identity(…)": IdentityFromBytes(key)} {
		for _, format := range []string{"%v", "%+v", "%#v", "%s", "%x", "%d", "%q"} {
			if got := fmt.Sprintf(format, v); got != want {
				t.Errorf("%s gives %s", format, got)
			}
		}
		if text, err := json.Marshal(v); err == nil {
			t.Errorf("a secret is silently left out of JSON: %s", text)
		}
	}
	for _, v := range []any{(*Secret)(nil), (*Identity)(nil), (*PublicKey)(nil), new(PublicKey), PublicKey{}} {
		_ = fmt.Sprintf("%v %+v %#v %s", v, v, v, v) // does not panic
	}
}
