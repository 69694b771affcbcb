package tempfile

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestSweepAbandoned(t *testing.T) {
	root := openRoot(t, t.TempDir())
	sweeps(t, root, false)
	a, b := leave(t, root), leave(t, root)
	f, c, _, err := Default.Create(root, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	f.Close()
	sweeps(t, root, true, a, b, c)
	has(t, root, a, b, c)
	sweeps(t, root, false, a, b, c)
	has(t, root)
	sweeps(t, root, false)
}

// A lock belongs to the open file, so this process's own Sweep respects it.
func TestSweepKeepsHeld(t *testing.T) {
	root := openRoot(t, t.TempDir())
	f, held, _, err := Default.Create(root, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	abandoned := leave(t, root)
	locked := leave(t, root)
	g, err := root.OpenFile(locked, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer g.Close()
	Lock(g)

	sweeps(t, root, true, abandoned)
	sweeps(t, root, false, abandoned)
	has(t, root, held, locked)
	f.Close()
	sweeps(t, root, false, held)
	g.Close()
	sweeps(t, root, false, locked)
	has(t, root)
}

func TestSweepKeepsWhatAProcessHolds(t *testing.T) {
	dir := t.TempDir()
	root := openRoot(t, dir)
	first, killFirst := holder(t, dir)
	second, killSecond := holder(t, dir)
	sweeps(t, root, false)
	has(t, root, first, second)
	killFirst()
	sweeps(t, root, true, first)
	sweeps(t, root, false, first)
	has(t, root, second)
	killSecond()
	sweeps(t, root, false, second)
	has(t, root)
}

func TestSweepKeepsOtherNames(t *testing.T) {
	root := openRoot(t, t.TempDir())
	var others []string
	for _, name := range []string{
		"file", "file.tmp", ".largebox-.tmp", ".largebox-x.tmp", Name() + "~", "x" + Name(),
		strings.TrimSuffix(Name(), suffix), strings.TrimPrefix(Name(), string(Default)), strings.Replace(Name(), suffix, ".TMP", 1),
	} {
		if err := root.WriteFile(name, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		others = append(others, name)
	}
	a := leave(t, root)
	sweeps(t, root, false, a)
	has(t, root, others...)
}

func TestSweepKeepsDirectories(t *testing.T) {
	root := openRoot(t, t.TempDir())
	d, inside := Name(), filepath.Join("d", Name())
	for _, dir := range []string{d, "d"} {
		if err := root.Mkdir(dir, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	if err := root.WriteFile(inside, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	a := leave(t, root)
	sweeps(t, root, false, a)
	has(t, root, d, "d")
	if _, err := root.Stat(inside); err != nil {
		t.Errorf("a subdirectory was swept: %v", err)
	}
}
