package cli

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// limited runs the command in dir under a limit that the shell sets (ulimit(1posix)).
func limited(dir, limit string, args ...string) (status int, said string) {
	cmd := exec.Command("sh", append([]string{"-c", "ulimit " + limit + ` && exec largebox "$@"`, "sh"}, args...)...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "TMPDIR="+dir)
	out, _ := cmd.CombinedOutput()
	return cmd.ProcessState.ExitCode(), string(out)
}

// limitDir returns a directory with a key, a message of four blocks, and its box.
func limitDir(t *testing.T) (dir string, message []byte) {
	t.Helper()
	dir = t.TempDir()
	message = bytes.Repeat([]byte("message\n"), 200_000)
	for name, content := range map[string][]byte{"key": []byte(strings.Repeat("ab", 32)), "message": message} {
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if out, err := command(dir, "seal", "-k", "key", "-o", "box", "message").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return dir, message
}

var limitedUses = [][]string{
	{"seal", "-k", "key", "-o", "out", "message"},
	{"open", "-k", "key", "-o", "out", "box"},
	{"open", "-k", "key", "-o", "out", "--workspace", "fallback", "box"},
	{"seal", "-k", "key", "-o", "out", "--strategy", "copy", "message"},
}

// TestFewDescriptors raises the limit of descriptors until the command succeeds.
func TestFewDescriptors(t *testing.T) {
	dir, _ := limitDir(t)
	for _, use := range limitedUses {
		few := 0
		for n := 4; ; n++ { // with three, the loader does not come as far
			status, said := limited(dir, fmt.Sprint("-n ", n), use...)
			if status == exitDone {
				os.Remove(filepath.Join(dir, "out"))
				break
			}
			few++
			if status != exitFailed || !strings.Contains(said, "too many open files") {
				t.Errorf("%s with %d descriptors: status %d: %s", use, n, status, said)
			}
			wantOnly(t, dir, "box", "key", "message")
			if n > 100 {
				t.Fatalf("%s: a hundred descriptors are not enough: %s", use, said)
			}
		}
		if few == 0 {
			t.Errorf("%s: four descriptors are enough", use)
		}
	}
}

// TestFileSizeLimit: a file-size limit is the status of no space, and no signal ends the
// command.
func TestFileSizeLimit(t *testing.T) {
	dir, _ := limitDir(t)
	for _, use := range append(limitedUses, []string{"open", "-k", "key", "-o", "-", "box"}) {
		for _, n := range []int{0, 1, 100, 3000} { // in 512 bytes
			status, said := limited(dir, fmt.Sprint("-f ", n), use...)
			if status != exitNoSpace {
				t.Errorf("%s with %d blocks: status %d: %s", use, n, status, said)
			}
			wantOnly(t, dir, "box", "key", "message")
		}
	}
}

// TestLittleMemory limits the address space. If that is too little for Go's runtime,
// the runtime ends the process, as kill -9 would: at most a temporary of the fallback
// is left, which sweep removes.
func TestLittleMemory(t *testing.T) {
	if raceEnabled {
		t.Skip("the race detector wants terabytes of addresses")
	}
	dir, message := limitDir(t)
	for _, use := range limitedUses {
		for _, mib := range []int{16, 64, 256, 700, 1000, 1300, 1600, 2000, 4000} {
			status, said := limited(dir, fmt.Sprint("-v ", mib<<10), use...)
			what := fmt.Sprintf("%s with %d MiB", use, mib)
			if status == exitDone {
				if got, err := os.ReadFile(filepath.Join(dir, "out")); use[0] == "open" && (err != nil || !bytes.Equal(got, message)) {
					t.Errorf("%s: status 0, and %d bytes, %v", what, len(got), err)
				}
				if err := os.Remove(filepath.Join(dir, "out")); err != nil {
					t.Error(err)
				}
			}
			if strings.Contains(said, "panic: ") {
				t.Errorf("%s: %s", what, said)
			}
			if status > exitFailed {
				if out, err := command(dir, "sweep", ".").CombinedOutput(); err != nil || len(out) > 0 && !slices.Contains(use, "fallback") {
					t.Errorf("%s: swept %s, %v", what, out, err)
				}
			}
			wantOnly(t, dir, "box", "key", "message")
		}
	}
}
