package tempfile

import (
	"crypto/rand"
	"fmt"
	"io/fs"
	"path/filepath"
	"regexp"
	"strings"
)

// A Prefix begins the names of the temporary files of one program.
type Prefix string

// Default is the prefix of largebox.
const Default Prefix = ".largebox-"

const (
	randomSize = 26 // of rand.Text: 130 bits in base32
	suffix     = ".tmp"
	maxName    = 255 // bytes: NAME_MAX of the file systems in use
	maxPrefix  = maxName - randomSize - len(suffix)
)

var random = regexp.MustCompile(`^[A-Z2-7]{26}$`)

// ParsePrefix returns the prefix s, or Default if s is empty. The error is an
// fs.ErrInvalid if a name with that prefix would not be a file name.
func ParsePrefix(s string) (Prefix, error) {
	p := Prefix(s)
	if s == "" {
		p = Default
	}
	name := p.Name()
	if len(p) > maxPrefix || strings.ContainsRune(name, 0) || filepath.Base(name) != name || !filepath.IsLocal(name) {
		return "", fmt.Errorf("%q cannot be the prefix of temporary files: %w", s, fs.ErrInvalid)
	}
	return p, nil
}

// Name returns a new name that nobody can guess.
func (p Prefix) Name() string { return string(p) + rand.Text() + suffix }

// IsName reports whether name has the form that p.Name returns.
func (p Prefix) IsName(name string) bool {
	rest, ok := strings.CutPrefix(name, string(p))
	if !ok {
		return false
	}
	rest, ok = strings.CutSuffix(rest, suffix)
	return ok && random.MatchString(rest)
}

// Name returns a new name with the default prefix.
func Name() string { return Default.Name() }

// IsName reports whether name has the form that Name returns.
func IsName(name string) bool { return Default.IsName(name) }
