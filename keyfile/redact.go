package keyfile

import "strings"

// What is taken for a key, in characters. A key that lacks a few still is one.
const (
	minHex    = 48 // of 64: the 40 of a SHA-1, a common name of files, are no key
	minText   = 40 // of base64's 43 and the 58 of a typed key
	minBroken = 16 // a piece of a typed key behind a space, if no digit tells
)

// Resembles reports whether text contains what could be a key, perhaps with
// typing errors.
func Resembles(text string) bool { return Redact(text) != text }

// Redact returns text with "…" in place of everything that could be a key. It is
// for messages about text that was not meant to contain one, such as arguments of
// a command. It finds typed keys, 64 hexadecimal digits and base64 of 32 bytes in
// every line and within every word, also with a few typing errors or without their
// last characters. Public keys count, because only a prefix tells them from
// secrets.
//
// A long file name stays if it consists of words and numbers between dots,
// dashes, underscores, slashes or spaces; a SHA-256 does not stay. Five random
// keys in a million, in base64, pass for such a name. Keys that are split into
// small groups are not found.
func Redact(text string) string {
	if n := len(text); n <= Size && n >= Size-2 && !printable([]byte(text)) {
		return "…" // 32 bytes; a shell drops zeros
	}
	hide := make([]bool, len(text))
	hideTyped(hide, text)
	for from, to := range runs(text, alphanumeric) {
		run := text[from:to]
		if hex := all(run, hexadecimal); hex && len(run) >= minHex || !hex && len(run) >= minText && !words(run) {
			fill(hide[from:to])
		}
	}
	for from, to := range runs(text, base64Digit) {
		hideBase64(hide[from:to], text[from:to])
	}
	return cover(text, hide)
}

// hideTyped finds the typed keys. A key ends at a space or a quote, and goes on
// behind a space if more of it seems to follow.
func hideTyped(hide []bool, text string) {
	lower := asciiLower(text)
	for k := secret; k <= public; k++ {
		prefix := kinds[k].prefix + "1"
		for at := 0; ; {
			i := strings.Index(lower[at:], prefix)
			if i < 0 {
				break
			}
			from := at + i
			at = from + len(prefix)
			if at == len(text) || !alphanumeric(text[at]) {
				continue // the name of the type, or of a file
			}
			end := wordEnd(text, at)
			fill(hide[from:end])
			for end-from < len(prefix)+dataSize {
				next := end
				for next < len(text) && space(text[next]) {
					next++
				}
				to := next
				for to < len(text) && alphanumeric(text[to]) {
					to++
				}
				if next == end || !continues(lower[next:to]) {
					break
				}
				fill(hide[next:to])
				end = to
			}
			at = end
		}
	}
}

// wordEnd returns where the word at from ends, without punctuation at its end.
func wordEnd(text string, from int) int {
	to := from
	for to < len(text) && !space(text[to]) && !strings.ContainsRune("\"'`\\", rune(text[to])) {
		to++
	}
	for to > from && !alphanumeric(text[to-1]) {
		to--
	}
	return to
}

// continues reports whether word seems to be the rest of a typed key.
func continues(word string) bool {
	return all(word, func(c byte) bool { return strings.IndexByte(charset, c) >= 0 }) &&
		(len(word) >= minBroken || strings.ContainsAny(word, "0123456789"))
}

// hideBase64 finds keys in a run of the characters of base64, of which a path or
// a name with dashes may consist too.
func hideBase64(hide []bool, run string) {
	for from := 0; from+minText <= len(run); from++ {
		if random(run[from : from+minText]) {
			fill(hide[from : from+minText])
		}
	}
	for i := 1; i < len(run); i++ { // to the ends of the word
		hide[i] = hide[i] || hide[i-1] && alphanumeric(run[i])
	}
	for i := len(run) - 2; i >= 0; i-- {
		hide[i] = hide[i] || hide[i+1] && alphanumeric(run[i])
	}
}

func space(c byte) bool { return c == ' ' || c >= '\t' && c <= '\r' }

func all(text string, is func(byte) bool) bool {
	for i := range len(text) {
		if !is(text[i]) {
			return false
		}
	}
	return true
}

// runs yields where the longest pieces of text begin and end that consist of
// such characters.
func runs(text string, is func(byte) bool) func(yield func(from, to int) bool) {
	return func(yield func(from, to int) bool) {
		for from := 0; from < len(text); from++ {
			to := from
			for to < len(text) && is(text[to]) {
				to++
			}
			if to > from && !yield(from, to) {
				return
			}
			from = to
		}
	}
}

func fill(hide []bool) {
	for i := range hide {
		hide[i] = true
	}
}

// cover returns text with "…" for each hidden piece and the padding behind it.
func cover(text string, hide []bool) string {
	var out strings.Builder
	for i := 0; i < len(text); {
		if !hide[i] {
			out.WriteByte(text[i])
			i++
			continue
		}
		for i < len(text) && (hide[i] || text[i] == '=') {
			i++
		}
		out.WriteString("…")
	}
	return out.String()
}

// asciiLower is strings.ToLower for text that may not be UTF-8: every character
// keeps its place.
func asciiLower(text string) string {
	lower := []byte(text)
	for i, c := range lower {
		lower[i] = c | 0x20&within(c, 'A', 'Z')
	}
	return string(lower)
}
