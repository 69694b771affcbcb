package cli

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/largebox/largebox/internal/tempfile"
	"github.com/largebox/largebox/internal/testfs"
	"github.com/largebox/largebox/keyfile"
	"github.com/largebox/largebox/largebox"
)

// A trial runs the command with faults at its steps. Its programs are built
// without cgo and the race detector, so that strace(1) sees their steps alone.
type trial struct {
	program string // the command
	visible string // the command, without hiding itself
	message []byte
	box     string
	found   map[string]bool // the steps that there were, with a fault
	runs    int
}

func newTrial(t *testing.T) *trial {
	for _, tool := range []string{"strace", "go"} {
		if _, err := exec.LookPath(tool); err != nil {
			testfs.Missing(t, "%v", err)
		}
	}
	programs := t.TempDir()
	b := &trial{program: filepath.Join(programs, "largebox"), visible: filepath.Join(programs, visible), found: map[string]bool{}}
	for _, build := range [][]string{
		{"build", "-o", b.program, "github.com/largebox/largebox/cmd/largebox"},
		{"test", "-vet=off", "-c", "-o", b.visible, "."},
	} {
		cmd := exec.Command("go", build...)
		cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOARCH=") // the host's, whose system calls these are
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
	}
	b.message = make([]byte, 700_001) // two blocks
	for i := range b.message {
		b.message[i] = byte(i) ^ byte(i>>8) ^ byte(i>>16)
	}
	dir := b.dir(t)
	if out, err := exec.Command(b.program, "seal", "-k", filepath.Join(dir, "key"), filepath.Join(dir, "message")).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	b.box = filepath.Join(dir, "message.box")
	return b
}

// dir returns a directory with a key, a message and, once there is one, its box.
func (b *trial) dir(t *testing.T) string {
	dir := t.TempDir()
	files := map[string][]byte{"key": []byte(strings.Repeat("ab", 32)), "message": b.message}
	if b.box != "" {
		box, err := os.ReadFile(b.box)
		if err != nil {
			t.Fatal(err)
		}
		files["box"] = box
	}
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

var old = []byte("what was there before")

// run runs args in dir, where out is to be made, with the faults that strace is
// to inject. It returns the exit status, the output, and the last call of each
// kind that had a fault; hits is empty if none had.
func (b *trial) run(t *testing.T, dir string, injects []string, args ...string) (status int, said string, hits map[string]string) {
	b.runs++
	trace := filepath.Join(dir, "..", "trace")
	program := b.program
	var calls []string
	options := []string{"-f", "--seccomp-bpf", "-o", trace}
	for _, inject := range injects {
		call, _, _ := strings.Cut(inject, ":")
		calls = append(calls, call)
		options = append(options, "-e", "inject="+inject)
		if call == "mmap" {
			// Chosen by path, since the runtime ends without memory. strace finds the
			// paths in /proc, where a plain user cannot see those of a hidden process.
			options = append(options, "-P", filepath.Join(dir, "message"), "-P", filepath.Join(dir, "box"))
			program = b.visible
		}
	}
	options = append(options, "-e", "trace="+strings.Join(calls, ","))
	cmd := exec.Command("strace", slices.Concat(options, []string{program}, args)...)
	cmd.Dir = dir
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	cmd.Run()
	lines, err := os.ReadFile(trace)
	if err != nil {
		t.Fatalf("%v: %s", err, &out)
	}
	hits = map[string]string{}
	for line := range strings.Lines(string(lines)) {
		switch {
		case strings.Contains(line, "INJECTED"):
			for _, call := range calls {
				if strings.Contains(line, " "+call+"(") || strings.Contains(line, " "+call+" resumed>") {
					hits[call] = line
				}
			}
		case strings.Contains(line, "--- SIGTERM {"):
			hits["SIGTERM"] = line
		}
	}
	return cmd.ProcessState.ExitCode(), out.String(), hits
}

// A use of the command.
type use struct {
	writes   bool // it makes out
	replaces bool // there is an out before
	mayStay  bool // out may be there after a failure that says so
}

// check fails unless the outcome is whole: the new file with status 0, or the old state
// with another status. If leftover is true, a temporary may be left. Status -1 means
// that the process was killed, perhaps after it was complete.
func (b *trial) check(t *testing.T, what, dir string, u use, leftover bool, status int, said string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	there := false
	for _, e := range entries {
		switch {
		case e.Name() == "out":
			there = true
		case leftover && tempfile.IsName(e.Name()):
		case !slices.Contains([]string{"key", "message", "box"}, e.Name()):
			t.Errorf("%s: %s is left (status %d: %s)", what, e.Name(), status, said)
		}
	}
	isOld := false
	if there {
		content, err := os.ReadFile(filepath.Join(dir, "out"))
		if err != nil {
			t.Fatal(err)
		}
		isOld = bytes.Equal(content, old)
		if !isOld && !bytes.Equal(content, b.message) {
			key := [largebox.KeySize]byte(bytes.Repeat([]byte{0xab}, largebox.KeySize))
			if _, err := largebox.VerifyFile(context.Background(), filepath.Join(dir, "out"), largebox.SecretKey(keyfile.SecretFromBytes(&key)), largebox.VerifyOptions{}); err != nil {
				t.Errorf("%s: out is neither the old file nor the new one (status %d: %s)", what, status, said)
			}
		}
	}
	switch {
	case status == exitDone && u.writes && (!there || isOld):
		t.Errorf("%s: status 0, and no new file: %s", what, said)
	case u.mayStay && there && strings.Contains(said, "in place"):
	case status > exitDone && there && !u.replaces:
		t.Errorf("%s: status %d, and a file: %s", what, status, said)
	case status != exitDone && u.replaces && !there:
		t.Errorf("%s: status %d, and the old file is lost: %s", what, status, said)
	}
}
