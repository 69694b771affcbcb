package keyfile

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// holds fails the test unless dir has the one file, with that content.
func holds(t *testing.T, dir, name, content string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 1 || entries[0].Name() != name {
		t.Errorf("%s has %v, %v", dir, entries, err)
	}
	if got, err := os.ReadFile(filepath.Join(dir, name)); err != nil || string(got) != content {
		t.Errorf("%s has %q, %v", name, got, err)
	}
}

func TestWriteAndRead(t *testing.T) {
	type writer interface {
		FileText() ([]byte, error)
		WriteFile(path string) error
	}
	key := generate()
	for name, c := range map[string]struct {
		writer
		take taker
	}{
		"secret":   {SecretFromBytes(key), takers["Secret"]},
		"identity": {IdentityFromBytes(key), takers["Identity"]},
	} {
		dir := t.TempDir()
		path := filepath.Join(dir, name)
		text, err := c.FileText()
		if err != nil {
			t.Fatal(err)
		}
		if err := c.WriteFile(path); err != nil {
			t.Fatal(err)
		}
		if err := c.WriteFile(path); !errors.Is(err, fs.ErrExist) {
			t.Errorf("%s, a second time: %v", name, err)
		}
		holds(t, dir, name, string(text))
		f, err := Read(path)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := c.take(t, f.content().bytes); err != nil || *got != *key {
			t.Errorf("%s: %v", name, err)
		}
		if f.Exposed {
			t.Errorf("%s: a new file is exposed", name)
		}
		content := f.content().bytes
		f.Wipe()
		if strings.Trim(string(content), "\x00") != "" {
			t.Errorf("Wipe left %q", content)
		}
	}
	text, err := IdentityFromBytes(key).FileText()
	if err != nil || !strings.Contains(string(text), "# Its public key: "+formatted(public, publicOf(key))+"\n") {
		t.Errorf("an identity does not name its public key: %v", err)
	}
}

// The text is wiped, whether it was written or not.
func TestWriteWipes(t *testing.T) {
	path := filepath.Join(t.TempDir(), "k")
	for _, want := range []error{nil, fs.ErrExist} {
		text := []byte("a secret text")
		if err := writeAndWipe(path, text); !errors.Is(err, want) {
			t.Errorf("%v, and %v is wanted", err, want)
		}
		if strings.Trim(string(text), "\x00") != "" {
			t.Errorf("%q is left", text)
		}
	}
}

func TestWriteInTheWorkingDirectory(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	if err := writeAndWipe("k", []byte("text\n")); err != nil {
		t.Fatal(err)
	}
	holds(t, dir, "k", "text\n")
}

func TestWriteNeverReplaces(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "k")
	if err := os.WriteFile(path, []byte("old"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := writeAndWipe(path, []byte("new")); !errors.Is(err, fs.ErrExist) {
		t.Errorf("over a file: %v", err)
	}
	holds(t, dir, "k", "old")

	dir = t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "d"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := writeAndWipe(filepath.Join(dir, "d"), []byte("new")); !errors.Is(err, fs.ErrExist) {
		t.Errorf("over a directory: %v", err)
	}
}

func TestWriteErrors(t *testing.T) {
	dir := t.TempDir()
	if err := writeAndWipe(filepath.Join(dir, "missing", "k"), []byte("text")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("in a missing directory: %v", err)
	}
	for _, path := range []string{"", dir + "/", dir + "/.", dir + "/.."} {
		if err := writeAndWipe(path, []byte("text")); err == nil {
			t.Errorf("%q was written", path)
		}
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 0 {
		t.Errorf("left behind: %v, %v", entries, err)
	}
}

func TestConcurrentWriters(t *testing.T) {
	for range 10 {
		dir := t.TempDir()
		path := filepath.Join(dir, "k")
		start := make(chan struct{})
		errs := make([]error, 8)
		text := func(i int) string { return strings.Repeat(fmt.Sprintf("# writer %d\n", i), 500) }
		var all sync.WaitGroup
		for i := range errs {
			all.Go(func() {
				<-start
				errs[i] = writeAndWipe(path, []byte(text(i)))
			})
		}
		close(start)
		all.Wait()
		winner := -1
		for i, err := range errs {
			switch {
			case err == nil && winner >= 0:
				t.Fatalf("writers %d and %d both won", winner, i)
			case err == nil:
				winner = i
			case !errors.Is(err, fs.ErrExist):
				t.Errorf("writer %d: %v", i, err)
			}
		}
		if winner < 0 {
			t.Fatal("nobody won")
		}
		holds(t, dir, "k", text(winner))
	}
}
