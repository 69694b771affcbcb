package tempfile

import (
	"errors"
	"io/fs"
	"runtime"
	"strings"
	"testing"
)

func TestNames(t *testing.T) {
	a, b := Name(), Name()
	if a == b || !IsName(a) || !IsName(b) || len(a) != 40 {
		t.Errorf("Name returned %q and %q", a, b)
	}
	for _, name := range []string{"", ".largebox-.tmp", a + "x", "x" + a, a[1:], ".largebox-abcdefghijklmnopqrstuvwxyz.tmp"} {
		if IsName(name) {
			t.Errorf("%q is taken for a temporary", name)
		}
	}
}

func TestPrefixes(t *testing.T) {
	for _, s := range []string{"", "a", ".", "..", ".other-", "-", " ", "\xc3\xa9", strings.Repeat("p", maxPrefix)} {
		p, err := ParsePrefix(s)
		if err != nil {
			t.Errorf("%q: %v", s, err)
			continue
		}
		name := p.Name()
		if !p.IsName(name) || len(name) > maxName || s != "" && !strings.HasPrefix(name, s) {
			t.Errorf("%q: the name is %q", s, name)
		}
		if (s == "") != IsName(name) {
			t.Errorf("%q: largebox would sweep %q: %v", s, name, IsName(name))
		}
	}
	for _, s := range []string{"/", "a/", "a/b", "../", "/tmp/x", "a\x00", strings.Repeat("p", maxPrefix+1)} {
		if _, err := ParsePrefix(s); !errors.Is(err, fs.ErrInvalid) {
			t.Errorf("%q: %v", s, err)
		}
	}
	if runtime.GOOS == "windows" {
		for _, s := range []string{`a\`, "C:", "stream:"} {
			if _, err := ParsePrefix(s); !errors.Is(err, fs.ErrInvalid) {
				t.Errorf("%q: %v", s, err)
			}
		}
	}
}

// A prefix that another one begins with does not claim the other's files.
func TestPrefixesApart(t *testing.T) {
	for _, p := range []Prefix{"a", "aA", "aAA", ".largebox-A"} {
		for _, q := range []Prefix{"a", "aA", "aAA", Default} {
			if p != q && (q.IsName(p.Name()) || p.IsName(q.Name())) {
				t.Errorf("%q and %q claim each other's files", p, q)
			}
		}
	}
	root := openRoot(t, t.TempDir())
	ours := leave(t, root)
	theirs := Prefix(".other-").Name()
	if err := root.WriteFile(theirs, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	sweeps(t, root, false, ours)
	has(t, root, theirs)
	swept, err := Prefix(".other-").Sweep(root, false)
	if err != nil || len(swept) != 1 || swept[0] != theirs {
		t.Errorf("swept %q, %v", swept, err)
	}
	has(t, root)
}
