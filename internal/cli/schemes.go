package cli

import (
	"regexp"
	"strings"
)

// fullCommand is the command that has more schemes.
const fullCommand = "github.com/largebox/largebox/atrest/cmd/largebox"

var looksLikeURL = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9+.-]*://`)

// scheme returns the scheme with the longest prefix that name begins with. what
// says what name is, for the error if a URL has a scheme that is not there.
func scheme[S any](name, what string, all []S, prefix func(S) string) (found S, err error) {
	longest := -1
	for _, s := range all {
		if p := prefix(s); strings.HasPrefix(name, p) && len(p) > longest {
			found, longest = s, len(p)
		}
	}
	if longest == 0 && looksLikeURL.MatchString(name) {
		return found, hintedError{
			usagef("%s is %s that this command does not know", name, what),
			"the full command, " + fullCommand + ", knows more kinds; a local file of that name is ./" + name}
	}
	return found, nil
}

func (p *program) keyScheme(name string) (KeyScheme, error) {
	return scheme(name, "a key", p.keys, func(s KeyScheme) string { return s.Prefix })
}

func (p *program) place(name string) (PlaceScheme, error) {
	return scheme(name, "a place", p.places, func(s PlaceScheme) string { return s.Prefix })
}

// display returns what messages call the place name.
func (p *program) display(name string) string {
	if s, err := p.place(name); err == nil && s.Display != nil {
		return s.Display(name)
	}
	return name
}
