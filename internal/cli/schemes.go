package cli

import (
	"regexp"
	"strings"
)

var looksLikeURL = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9+.-]*://`)

// scheme returns the scheme with the longest prefix that name begins with. For a URL
// whose scheme is not there, the error says what the name is, and takes says what
// the command takes instead.
func scheme[S any](name, what, takes string, all []S, prefix func(S) string) (found S, err error) {
	longest := -1
	for _, s := range all {
		if p := prefix(s); strings.HasPrefix(name, p) && len(p) > longest {
			found, longest = s, len(p)
		}
	}
	if longest == 0 && looksLikeURL.MatchString(name) {
		return found, hintedError{
			usagef("%s is %s that this command does not know", name, what),
			"this command takes " + takes + "; a local file of that name is ./" + name}
	}
	return found, nil
}

func (p *program) keyScheme(name string) (KeyScheme, error) {
	return scheme(name, "a key", "key files, and public keys as text", p.keys, func(s KeyScheme) string { return s.Prefix })
}

func (p *program) place(name string) (PlaceScheme, error) {
	return scheme(name, "a place", "files, and - for standard input or output", p.places, func(s PlaceScheme) string { return s.Prefix })
}

// display returns what messages call the place name.
func (p *program) display(name string) string {
	if s, err := p.place(name); err == nil && s.Display != nil {
		return s.Display(name)
	}
	return name
}
