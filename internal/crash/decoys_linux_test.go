package crash

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/largebox/largebox/internal/tempfile"
	"golang.org/x/sys/unix"
)

// plant puts decoys into dir: they resemble temporaries of a killed process and are
// none. A sweep must keep the names that it returns.
func plant(t *testing.T, dir string) (names []string) {
	t.Helper()
	at := func(name string) string {
		names = append(names, name)
		return filepath.Join(dir, name)
	}
	try := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	put(t, at("notes.tmp"), nil)
	put(t, at(".largebox-short.tmp"), nil)
	put(t, at(strings.ToLower(tempfile.Name())), nil)
	put(t, at(tempfile.Name()+"~"), nil)
	try(os.Mkdir(at(tempfile.Name()), 0o700))
	try(os.Symlink("notes.tmp", at(tempfile.Name())))
	try(unix.Mkfifo(at(tempfile.Name()), 0o600))
	linked := at("linked")
	put(t, linked, nil)
	try(os.Link(linked, at(tempfile.Name())))
	held, err := os.Create(at(tempfile.Name()))
	try(err)
	tempfile.Lock(held)
	t.Cleanup(func() { held.Close() })
	if os.Getuid() == 0 {
		others := at(tempfile.Name())
		put(t, others, nil)
		try(os.Chown(others, 65534, 65534))
	}
	return names
}

// sweep runs largebox sweep, and checks that it removes exactly temps, and keeps the
// decoys and the final name.
func sweep(t *testing.T, dir string, temps, decoys []string, outcome string) {
	t.Helper()
	p := command(t, "sweep", dir)
	p.succeed()
	var swept []string
	for _, path := range strings.Fields(p.said.String()) {
		swept = append(swept, filepath.Base(path))
	}
	want := slices.Clone(decoys)
	if outcome != absent {
		want = append(want, final)
	}
	var left []string
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		left = append(left, e.Name())
	}
	for _, names := range [][]string{swept, temps, want, left} {
		slices.Sort(names)
	}
	if !slices.Equal(swept, temps) || !slices.Equal(left, want) {
		t.Errorf("swept %q, want %q; left %q, want %q", swept, temps, left, want)
	}
}

// temporaries returns the names in found that are not decoys.
func temporaries(found, decoys []string) (temps []string) {
	for _, name := range found {
		if !slices.Contains(decoys, name) {
			temps = append(temps, name)
		}
	}
	return temps
}
