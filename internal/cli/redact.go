package cli

import (
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/largebox/largebox/keyfile"
)

// keyWords are the pieces of the command line that look like keys, longest first.
// No output repeats them.
type keyWords []string

// keysAmong returns the keys in args and in $LARGEBOX_KEY. A key may be a whole
// argument, the value of a flag, or a line of a key file that a shell has put
// there. The name of an existing file is no key, whatever it looks like.
func keysAmong(args []string) (found keyWords) {
	for _, arg := range append(slices.Clone(args), os.Getenv(keyVariable)) {
		if exists(arg) {
			continue
		}
		name, value, _ := strings.Cut(arg, "=")
		texts := []string{arg, name, value, strings.TrimSuffix(arg, suffix)}
		if flag := strings.TrimLeft(arg, "-"); flag != arg && flag != "" {
			texts = append(texts, flag, flag[1:]) // -kKEY
		}
		for _, text := range texts {
			found = append(found, keyPieces(text)...)
		}
	}
	slices.SortFunc(found, func(a, b string) int { return len(b) - len(a) })
	return slices.Compact(found)
}

// keyPieces returns what must not be repeated of text: all of it, each of its words
// and each part of a path, unless it is seen when the keys are hidden.
func keyPieces(text string) (pieces []string) {
	visible := keyfile.Redact(text)
	if visible == text || exists(text) {
		return nil
	}
	between := func(c rune) bool { return strings.ContainsRune(" \t\r\n/\"'`,;:=", c) }
	for _, piece := range slices.Concat([]string{text}, strings.Fields(text), strings.FieldsFunc(text, between)) {
		if len(piece) >= 4 && !strings.Contains(visible, piece) {
			quoted := strconv.Quote(piece)
			pieces = append(pieces, piece, quoted[1:len(quoted)-1])
		}
	}
	return pieces
}

func (k keyWords) redact(text string) string {
	for _, word := range k {
		text = strings.ReplaceAll(text, word, "…")
	}
	return text
}

// looksLikeKey reports whether name could be a key, and is no file.
func looksLikeKey(name string) bool { return keyfile.Resembles(name) && !exists(name) }

func exists(name string) bool {
	_, err := os.Lstat(name)
	return err == nil
}

// isTypedSecret reports whether name contains a secret key or an identity that says
// so.
func isTypedSecret(name string) bool {
	lower := strings.ToLower(name)
	return keyfile.Resembles(name) && (strings.Contains(lower, "largebox-secret1") || strings.Contains(lower, "largebox-identity1"))
}
