package keyfile

import (
	"encoding/base64"
	"encoding/hex"
	"strings"
	"testing"
)

// written returns everything that resembles key.
func written(key *[Size]byte) map[string]string {
	all := untyped(key)
	for is, text := range typed(key) {
		all[is.String()] = text
		all[is.String()+", upper case"] = strings.ToUpper(text)
		all[is.String()+", mixed case"] = text[:30] + strings.ToUpper(text[30:])
		all[is.String()+", cut"] = text[:len(text)-5]
		all[is.String()+", cut in half"] = text[:len(text)-30]
		all[is.String()+", with more"] = text + "qqq"
		all[is.String()+", a wrong character"] = text[:25] + "b" + text[26:]
		all[is.String()+", a sign in it"] = text[:40] + "." + text[41:]
		all[is.String()+", a character too many"] = text[:50] + "!" + text[50:]
		all[is.String()+", a space in it"] = text[:40] + " " + text[40:]
		all[is.String()+", over two lines"] = text[:45] + "\n" + text[45:]
		all[is.String()+", a typing error in the type"] = strings.Replace(text, "largebox-", "lagrebox-", 1)
		all[is.String()+", without its type"] = text[strings.IndexByte(text, '1')+1:]
		all[is.String()+", without its type, upper case"] = strings.ToUpper(text[strings.IndexByte(text, '1')+1:])
	}
	x := hex.EncodeToString(key[:])
	all["hex, cut"] = x[:60]
	all["hex, its start lost"] = x[6:]
	all["hex, a digit too many"] = x + "0"
	all["hex, a wrong digit"] = x[:50] + "z" + x[51:]
	all["hex, 0x"] = "0x" + x
	all["base64, cut"] = base64.StdEncoding.EncodeToString(key[:])[:41]
	all["base64 of 33"] = base64.StdEncoding.EncodeToString(append(key[:], 1))
	return all
}

// around a key, in an argument or a message.
var contexts = []string{
	"KEY", "# A comment\nKEY\n", "# A comment\r\n# Its public key: …\r\n\r\nKEY\r\n", "\n KEY \n", "key=KEY", "--key=KEY", "-kKEY", "-k KEY",
	"'KEY'", `"KEY"`, "`KEY`", "@KEY", `"@KEY"`, "file://KEY", "file:KEY", "dir/KEY", "/dir/KEY", "./KEY", "KEY.box", "KEY/", "(KEY)", "<KEY>", "[KEY]",
	"{KEY}", `{"key":"KEY"}`, "key: KEY", "KEY,KEY", "KEY;", "KEY KEY", `open "# A comment\nKEY\n": no such file or directory`, "open KEY: no such file",
	`\nKEY\n`, "é KEY ü", "\xffKEY\xff", "unknown shorthand flag: 'q' in -qKEY",
}

// piece is how many characters of a key no redacted text repeats.
const piece = 10

func TestRedact(t *testing.T) {
	for range 20 {
		key := awkward()
		for what, text := range written(key) {
			for _, context := range contexts {
				in := strings.ReplaceAll(context, "KEY", text)
				out := Redact(in)
				if !Resembles(in) || !strings.Contains(out, "…") {
					t.Errorf("%s in %q is not seen: %s", what, context, in)
				}
				for i := 0; i+piece <= len(text); i++ {
					p := text[i : i+piece]
					if strings.Contains(strings.ToLower(p), "largebox") || strings.Contains(context, p) || strings.HasPrefix(strings.ToLower(text), "la") && i < 17 {
						continue // the name of a type, which is no secret
					}
					if strings.Contains(out, p) {
						t.Errorf("%s in %q: %s repeats %s", what, context, out, p)
						break
					}
				}
			}
		}
	}
}

// A shell passes the 32 bytes of a raw key on, without zeros.
func TestRedactRaw(t *testing.T) {
	for range 200 {
		key := generate()
		if raw := strings.ReplaceAll(string(key[:]), "\x00", ""); Redact(raw) != "…" && !printable([]byte(raw)) && len(raw) >= Size-2 {
			t.Errorf("%q stays", raw)
		}
	}
	if in := "ein Näme von zweiunddreißig Byte"[:32]; Redact(in) != in && printable([]byte(in)) {
		t.Errorf("%q is taken for a key", in)
	}
}

func TestRedactKeepsTheRest(t *testing.T) {
	key := awkward()
	for what, text := range untyped(key) {
		for in, want := range map[string]string{
			"KEY": "…", "key=KEY": "key=…", "# A comment\nKEY\n": "# A comment\n…\n", `open "KEY": no such file`: `open "…": no such file`,
			"open KEY: no such file": "open …: no such file", "KEY.box": "….box", "KEY, and KEY": "…, and …",
		} {
			if got := Redact(strings.ReplaceAll(in, "KEY", text)); got != want {
				t.Errorf("%s in %q: %q", what, in, got)
			}
		}
	}
	for is, text := range typed(key) {
		for in, want := range map[string]string{
			"KEY": "…", "# A comment\nKEY\n": "# A comment\n…\n", `open "KEY": no such file`: `open "…": no such file`,
			"open KEY: no such file": "open …: no such file", "my-KEY": "my-…", "KEY KEY": "… …",
		} {
			if got := Redact(strings.ReplaceAll(in, "KEY", text)); got != want {
				t.Errorf("%v in %q: %q", is, in, got)
			}
		}
	}
}

// Names of files, arguments and messages that hold no key stay as they are.
func TestNoKeyIsSeen(t *testing.T) {
	for _, text := range []string{
		"", "…", " ", "key", "message.box", "largebox", "largebox-secret", "largebox-secret1", "largebox-secret1.txt", "largebox-public1…",
		"/etc/largebox-identity1/", "/home/somebody/.config/largebox/key", "C:\\Users\\Somebody\\AppData\\Roaming\\largebox\\key",
		"a-rather-long-name-of-a-file-with-many-words-and-dashes-in-it.tar.gz.box", "a_rather_long_name_of_a_file_with_many_words_in_it_2024_03_01",
		"The-Quick-Brown-Fox-Jumps-Over-The-Lazy-Dog-Again-And-Again", "Photos/2024-Summer-Holiday-In-Norway-And-Sweden/Album-One/IMG_20240701_101112",
		"/home/User/Projects/LargeBox/Backups/Photos-2024/January/Raw", "IMG_20240101_123456-Edited-Copy-Of-Final-Version-2",
		"Invoice-2024-03-Acme-Corporation-Final-v2-Signed-By-Everybody", "backup-2024-01-02T03-04-05-host-example-org-full.tar.zst.box",
		"MyHolidayPhotosFromItaly2024", "MyHolidayPhotosFromItalyAndGreece-Summer2024", "TheHolidayPhotographsFromNorthernItalyAndSouthernGreece",
		"/tmp/TestRacingFirstSeals1234567890/002/home/config/largebox/key", "/var/folders/zz/zyxvpxvq6csfxvn_n0000000000000/T/TestNoKeyInOutput1234567/001",
		"/nix/store/0c9g1h3m4p5q6r7s8v9w0x1y2z3a4b5c-largebox-1-0/bin/largebox", "iPhone14ProMax-IMG_E1234-HEIC-2024-01-01T00-00-00Z-Copy", "DSC00001234567890.JPG", "2024-01-02 03:04:05.678901234 +0000 UTC",
		"550e8400-e29b-41d4-a716-446655440000", "550e8400-e29b-41d4-a716-446655440000/6ba7b810-9dad-11d1-80b4-00c04fd430c8",
		"d41d8cd98f00b204e9800998ecf8427e", "da39a3ee5e6b4b0d3255bfef95601890afd80709", "https://example.org/a/rather/long/path/to/some/file?with=query&and=more",
		"192.168.0.1:8080", "ein sehr langer Name mit Umlauten, äöüÄÖÜß, und vielen Wörtern", "длинное имя файла с многими словами и буквами",
		"open the-file: no such file or directory", "with-many-equals=====================================",
		"////////////////////////////////////////////////", "------------------------------------------------", strings.Repeat("../", 30) + "etc/passwd",
		"correct horse battery staple", "unknown flag: --no-such-flag-that-is-quite-long-but-made-of-words",
	} {
		if got := Redact(text); got != text || Resembles(text) {
			t.Errorf("%q becomes %q", text, got)
		}
	}
}

// Redact judges base64 by how random it looks. This counts how often that fails.
func TestRandomBase64(t *testing.T) {
	missed := 0
	for range 20000 {
		if text := base64.StdEncoding.EncodeToString(generate()[:]); Redact("/"+text) != "…" {
			missed++
			t.Logf("%s becomes %s", text, Redact("/"+text))
		}
	}
	if missed > 3 { // 0.1 are expected
		t.Errorf("%d of 20000 keys stay", missed)
	}
}

func FuzzRedact(f *testing.F) {
	key := awkward()
	for _, context := range contexts {
		f.Add(context)
		for _, text := range typed(key) {
			f.Add(strings.ReplaceAll(context, "KEY", text))
		}
	}
	f.Fuzz(func(t *testing.T, text string) {
		out := Redact(text)
		if Resembles(text) != (out != text) || len(out) > len(text)*len("…") {
			t.Fatalf("%q becomes %q", text, out)
		}
		if len(out) > Size && Redact(out) != out { // what is left makes no new key
			t.Fatalf("%q becomes %q, and that %q", text, out, Redact(out))
		}
		x := hex.EncodeToString(key[:])
		if strings.Contains(Redact(text+x+text), x) {
			t.Fatalf("a key in %q stays", text)
		}
	})
}
