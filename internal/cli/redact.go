package cli

import (
	"os"
	"slices"
	"strings"

	"github.com/largebox/largebox/keyfile"
)

// keyWords are the words of the command line that look like keys, longest first.
// No output repeats them.
type keyWords []string

// keysAmong finds them: a key may be a whole argument, the value of a flag, or one
// line of a key file that a shell has put there. The name of an existing file is
// no key, whatever it looks like.
func keysAmong(args []string) (found keyWords) {
	for _, arg := range append(args, os.Getenv(keyVariable)) {
		if _, err := os.Lstat(arg); err == nil {
			continue
		}
		flag := strings.TrimLeft(arg, "-")
		name, value, _ := strings.Cut(flag, "=")
		candidates := []string{flag, name, value, flag[min(1, len(flag)):]} // -kKEY
		for _, text := range candidates {
			for _, word := range append(strings.Fields(text), text) {
				if _, err := os.Lstat(word); err != nil && keyfile.Resembles(word) {
					found = append(found, word)
				}
			}
		}
	}
	slices.SortFunc(found, func(a, b string) int { return len(b) - len(a) })
	return slices.Compact(found)
}

func (k keyWords) redact(text string) string {
	for _, word := range k {
		text = strings.ReplaceAll(text, word, "…")
	}
	return text
}
