package cli

import (
	"os"
	"strings"
	"testing"
)

// FuzzCommand runs arbitrary command lines, given as one word per line. It checks that
// there is no panic, that the exit status is documented, that no key is printed, and
// that no temporary is left.
func FuzzCommand(f *testing.F) {
	for _, args := range vectors {
		f.Add(strings.Join(args, "\n"))
	}
	f.Add("")
	f.Add("\n")
	f.Add("seal\n-k\nkey\n--\n-o")
	f.Add("seal\n-k\nkey\n-o\n" + strings.Repeat("n", 300) + "\nmessage")
	f.Add("seal\n-k\nkey\n-o\nout\x00put\nmessage")
	f.Add("open\n-k\nkey\n--mode=0\n--workers=-1\n--tmpdir=\nmessage.box")
	f.Fuzz(func(t *testing.T, line string) {
		if strings.Contains(line, "/") || strings.Contains(line, "..") {
			return // it might write where it should not
		}
		args := strings.Split(line, "\n")
		if len(args) > 20 || leak(line) != "" {
			return
		}
		secretsDir(t, t.Chdir, t.Setenv)
		status, out := said(args...)
		if status < exitDone || status > exitNoSpace {
			t.Errorf("%q: exit status %d", args, status)
		}
		if piece := leak(out); piece != "" {
			t.Errorf("%q: a piece of a key (%q) in: %s", args, piece, out)
		}
		entries, err := os.ReadDir(".")
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			if strings.HasPrefix(e.Name(), ".largebox-") {
				t.Errorf("%q: %s is left", args, e.Name())
			}
		}
	})
}
