package crash

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/largebox/largebox/internal/tempfile"
	"golang.org/x/crypto/nacl/secretbox"
)

// A work is what the command is given: a message, its box, and the key. They are on
// another disk than the output.
type work struct {
	dir     string
	key     [32]byte
	message []byte
	old     []byte // the file that is replaced
}

func newWork(t *testing.T, size int) *work {
	t.Helper()
	w := &work{dir: t.TempDir(), message: make([]byte, size), old: []byte("the old file")}
	rand.NewChaCha8([32]byte{byte(size), byte(size >> 8)}).Read(w.message)
	copy(w.key[:], "a key for tests, of 32 bytes ...")
	var nonce [24]byte
	put(t, w.in("key"), []byte(hex.EncodeToString(w.key[:])))
	put(t, w.in("message"), w.message)
	put(t, w.in("box"), secretbox.Seal(nonce[:], w.message, &nonce, &w.key))
	return w
}

func (w *work) in(name string) string { return filepath.Join(w.dir, name) }

// final is the name of the output.
const final = "final"

// A job is one command line.
type job struct {
	verb      string
	replace   bool
	workspace string
	strategy  string
}

func (j job) String() string {
	replacing := ""
	if j.replace {
		replacing = "-f "
	}
	return fmt.Sprintf("%s %s%s %s", j.verb, replacing, j.workspace, j.strategy)
}

// jobs returns seal and open, new and replacing, in both workspaces.
func jobs(strategies ...string) (all []job) {
	for _, strategy := range strategies {
		for _, workspace := range []string{"mmap", "fallback"} {
			for _, replace := range []bool{false, true} {
				for _, verb := range []string{"seal", "open"} {
					all = append(all, job{verb, replace, workspace, strategy})
				}
			}
		}
	}
	return all
}

// args returns the arguments that do the job with its output in dir.
func (j job) args(w *work, dir string, more ...string) []string {
	args := []string{j.verb, "-k", w.in("key"), "--workspace", j.workspace, "--strategy", j.strategy, "-o", filepath.Join(dir, final)}
	if j.replace {
		args = append(args, "-f")
	}
	src := "message"
	if j.verb == "open" {
		src = "box"
	}
	return append(append(args, more...), w.in(src))
}

// prepare puts dir into its state before the job.
func (j job) prepare(t *testing.T, w *work, dir string) {
	t.Helper()
	if err := os.Remove(filepath.Join(dir, final)); err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	if j.replace {
		put(t, filepath.Join(dir, final), w.old)
	}
}

// What the final name can lead to. All but the first three break the promise.
const (
	absent   = "absent"
	old      = "old"
	complete = "complete"
	empty    = "EMPTY"
	zeros    = "ZEROS"
	other    = "OTHER BYTES"
)

// look returns what the final name in dir leads to, and the other names there.
func (j job) look(t *testing.T, w *work, dir string) (outcome string, temps, others []string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	outcome = absent
	for _, e := range entries {
		switch name := e.Name(); {
		case name == final:
			outcome = j.outcome(t, w, filepath.Join(dir, name))
		case tempfile.IsName(name):
			temps = append(temps, name)
		default:
			others = append(others, name)
		}
	}
	return outcome, temps, others
}

func (j job) outcome(t *testing.T, w *work, path string) string {
	t.Helper()
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	switch {
	case len(got) == 0:
		return empty
	case bytes.Equal(got, w.old):
		return old
	case bytes.Count(got, []byte{0}) == len(got):
		return zeros
	case j.verb == "open" && bytes.Equal(got, w.message):
		return complete
	case j.verb == "seal" && len(got) == len(w.message)+40:
		message, ok := secretbox.Open(nil, got[24:], (*[24]byte)(got), &w.key)
		if ok && bytes.Equal(message, w.message) {
			return complete
		}
	}
	return other
}

// allowed returns the outcomes that are right for a job that was done, or was not.
func (j job) allowed(done bool) []string {
	switch {
	case done:
		return []string{complete}
	case j.replace:
		return []string{old, complete}
	}
	return []string{absent, complete}
}

// copies reports whether the named file is another inode than the assembled one.
func (j job) copies() bool { return j.strategy == "copy" || j.strategy == "clone" }

// leftovers returns how many temporaries a killed job can leave: the assembled file, if
// it has a name, and one that is about to be renamed.
func (j job) leftovers() (n int) {
	if j.workspace == "fallback" {
		n++
	}
	if moves := j.replace || j.strategy == "rename"; moves && (j.workspace == "mmap" || j.copies()) {
		n++
	}
	return n
}

// check checks that the outcome is allowed, that there are at most most temporaries,
// and that they are private if they hold plaintext.
func (j job) check(t *testing.T, dir, when, outcome string, temps []string, done bool, most int) {
	t.Helper()
	if !slices.Contains(j.allowed(done), outcome) {
		t.Errorf("%s: the final file is %s", when, outcome)
	}
	if len(temps) > most {
		t.Errorf("%s: left behind: %q", when, temps)
	}
	for _, name := range temps {
		info, err := os.Lstat(filepath.Join(dir, name))
		if err != nil || !info.Mode().IsRegular() || j.verb == "open" && info.Mode() != fs.FileMode(0o600) {
			t.Errorf("%s: %s: %v, %v", when, name, info.Mode(), err)
		}
	}
}

func put(t testing.TB, path string, content []byte) {
	t.Helper()
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
}
