//go:build unix

package cli

import (
	"bytes"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// workDir returns a directory with a key and a large sparse file.
func workDir(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "key"), []byte(strings.Repeat("ab", 32)), 0o600); err != nil {
		t.Fatal(err)
	}
	large := filepath.Join(dir, "large")
	if err := os.WriteFile(large, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(large, 100<<20); err != nil {
		t.Fatal(err)
	}
	return dir
}

// command returns largebox as a process that works in dir.
func command(dir string, args ...string) *exec.Cmd {
	cmd := exec.Command("largebox", args...)
	cmd.Dir = dir
	return cmd
}

func wantOnly(t *testing.T, dir string, names ...string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range entries {
		got = append(got, e.Name())
	}
	if strings.Join(got, " ") != strings.Join(names, " ") {
		t.Errorf("in the directory there is %q, want %q", got, names)
	}
}

// TestInterrupted stops a seal at random moments: it ends with the status of
// the signal and leaves nothing, or it has been complete before.
func TestInterrupted(t *testing.T) {
	dir := workDir(t)
	seed := rand.Uint64()
	r := rand.New(rand.NewPCG(seed, 0))
	stopped := 0
	for round := range 24 {
		signal, status := syscall.SIGINT, 130
		if round%2 == 1 {
			signal, status = syscall.SIGTERM, 143
		}
		cmd := command(dir, "seal", "-k", "key", "--workspace", []string{"auto", "fallback"}[round/2%2], "large")
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Duration(r.Int64N(int64(200 * time.Millisecond))))
		cmd.Process.Signal(signal)
		cmd.Wait()
		switch code := cmd.ProcessState.ExitCode(); {
		case code == 0:
			if out, err := command(dir, "verify", "-k", "key", "large.box").CombinedOutput(); err != nil {
				t.Errorf("seed %d, round %d: %v: %s", seed, round, err, out)
			}
			os.Remove(filepath.Join(dir, "large.box"))
		case code == status, code == -1: // -1: before the handler was there
			stopped++
		default:
			t.Errorf("seed %d, round %d: exit status %d after %v", seed, round, code, signal)
		}
		wantOnly(t, dir, "key", "large")
	}
	if stopped == 0 {
		t.Errorf("seed %d: no seal was stopped", seed)
	}
}

// TestInterruptedPipe stops a seal that waits for a pipe which nobody writes.
func TestInterruptedPipe(t *testing.T) {
	for _, workspace := range []string{"auto", "fallback"} {
		dir := workDir(t)
		cmd := command(dir, "seal", "-k", "key", "--workspace", workspace, "-o", "out", "-")
		in, err := cmd.StdinPipe()
		if err != nil {
			t.Fatal(err)
		}
		defer in.Close()
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		// More than a pipe holds: when it is written, it has been read.
		if _, err := io.CopyN(in, zeros{}, 4<<20); err != nil {
			t.Fatal(err)
		}
		cmd.Process.Signal(syscall.SIGINT)
		cmd.Wait()
		if code := cmd.ProcessState.ExitCode(); code != 130 {
			t.Errorf("%s: exit status %d", workspace, code)
		}
		wantOnly(t, dir, "key", "large")
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

// TestRacingFirstSeals: one makes the default key, and all use it.
func TestRacingFirstSeals(t *testing.T) {
	for range 5 {
		dir, config := t.TempDir(), t.TempDir()
		said := make([]bytes.Buffer, 8)
		var wg sync.WaitGroup
		for i := range said {
			name := string(rune('a' + i))
			if err := os.WriteFile(filepath.Join(dir, name), []byte(name), 0o600); err != nil {
				t.Fatal(err)
			}
			wg.Go(func() {
				cmd := command(dir, "seal", "--no-sync", name)
				cmd.Env = append(os.Environ(), "XDG_CONFIG_HOME="+config, "HOME="+config)
				cmd.Stderr = &said[i]
				if err := cmd.Run(); err != nil {
					t.Errorf("%v: %s", err, &said[i])
				}
			})
		}
		wg.Wait()
		made := 0
		for i := range said {
			if strings.Contains(said[i].String(), "made your secret key") {
				made++
			}
			cmd := command(dir, "verify", string(rune('a'+i))+".box")
			cmd.Env = append(os.Environ(), "XDG_CONFIG_HOME="+config, "HOME="+config)
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Errorf("%v: %s", err, out)
			}
		}
		if made != 1 {
			t.Errorf("%d made the key", made)
		}
	}
}
