package tempfile

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const holdIn = "LARGEBOX_TEMPFILE_HOLD_IN"

// TestMain runs the tests. With the environment variable, it creates a temporary
// instead and holds it until the process is killed.
func TestMain(m *testing.M) {
	dir := os.Getenv(holdIn)
	if dir == "" {
		os.Exit(m.Run())
	}
	root, err := os.OpenRoot(dir)
	if err == nil {
		var name string
		_, name, _, err = Default.Create(root, 0o600)
		fmt.Println(name)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	io.Copy(io.Discard, os.Stdin)
	os.Exit(2) // the parent is gone
}

// holder starts such a process, and returns the name of its temporary.
func holder(t *testing.T, dir string) (name string, kill func()) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self)
	cmd.Env = append(os.Environ(), holdIn+"="+dir)
	cmd.Stderr = os.Stderr
	stdin, e1 := cmd.StdinPipe()
	stdout, e2 := cmd.StdoutPipe()
	if err := cmd.Start(); err != nil || e1 != nil || e2 != nil {
		t.Fatal(err, e1, e2)
	}
	kill = func() {
		cmd.Process.Kill()
		cmd.Wait()
	}
	t.Cleanup(func() { stdin.Close(); kill() })
	if _, err := fmt.Fscanln(stdout, &name); err != nil || !IsName(name) {
		t.Fatalf("the helper said %q, %v", name, err)
	}
	return name, kill
}

func openRoot(t *testing.T, dir string) *os.Root {
	t.Helper()
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { root.Close() })
	return root
}

// leave makes a file as a killed process leaves it.
func leave(t *testing.T, root *os.Root) string {
	t.Helper()
	name := Name()
	if err := root.WriteFile(name, []byte("secret"), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

// sweeps fails the test unless Sweep returns those names.
func sweeps(t *testing.T, root *os.Root, dryRun bool, want ...string) {
	t.Helper()
	swept, err := Default.Sweep(root, dryRun)
	slices.Sort(swept)
	slices.Sort(want)
	if err != nil || !slices.Equal(swept, want) {
		t.Errorf("swept %v, want %v; %v", swept, want, err)
	}
}

// has fails the test unless the directory holds exactly those names.
func has(t *testing.T, root *os.Root, want ...string) {
	t.Helper()
	d, err := root.Open(".")
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	names, err := d.Readdirnames(-1)
	slices.Sort(names)
	slices.Sort(want)
	if err != nil || !slices.Equal(names, want) {
		t.Errorf("the directory has %s, want %s; %v", strings.Join(names, " "), strings.Join(want, " "), err)
	}
}

// removalIsDeferred reports whether an open file keeps its removed name until it
// is closed. It does on Windows before 10, on FAT there, and on Wine.
func removalIsDeferred(t *testing.T, root *os.Root) bool {
	t.Helper()
	name := leave(t, root)
	f, err := root.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := root.Remove(name); err != nil {
		t.Fatal(err)
	}
	_, err = root.Lstat(name)
	return err == nil
}
