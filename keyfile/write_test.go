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
	key := Generate()
	for name, c := range map[string]struct {
		text string
		take func(*File) (*[Size]byte, error)
	}{
		"secret":   {SecretText(key), (*File).Secret},
		"identity": {IdentityText(key), (*File).Identity},
	} {
		dir := t.TempDir()
		path := filepath.Join(dir, name)
		if err := Write(path, c.text); err != nil {
			t.Fatal(err)
		}
		holds(t, dir, name, c.text)
		f, err := Read(path)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := c.take(f); err != nil || *got != *key {
			t.Errorf("%s: %v", name, err)
		}
		if f.Exposed {
			t.Errorf("%s: a new file is exposed", name)
		}
		f.Wipe()
		if strings.Trim(string(f.content), "\x00") != "" {
			t.Errorf("Wipe left %q", f.content)
		}
	}
	if !strings.Contains(IdentityText(key), "# Its public key: "+FormatPublic(PublicKey(key))+"\n") {
		t.Error("an identity does not name its public key")
	}
}

func TestWriteInTheWorkingDirectory(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	if err := Write("k", "text\n"); err != nil {
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
	if err := Write(path, "new"); !errors.Is(err, fs.ErrExist) {
		t.Errorf("over a file: %v", err)
	}
	holds(t, dir, "k", "old")

	dir = t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "d"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := Write(filepath.Join(dir, "d"), "new"); !errors.Is(err, fs.ErrExist) {
		t.Errorf("over a directory: %v", err)
	}
}

func TestWriteErrors(t *testing.T) {
	dir := t.TempDir()
	if err := Write(filepath.Join(dir, "missing", "k"), "text"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("in a missing directory: %v", err)
	}
	for _, path := range []string{"", dir + "/", dir + "/.", dir + "/.."} {
		if err := Write(path, "text"); err == nil {
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
				errs[i] = Write(path, text(i))
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
