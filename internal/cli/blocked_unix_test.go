//go:build unix

package cli

import (
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// stop sends a signal to a process that is at work. It fails unless the process ends
// with the status of that signal.
func stop(t *testing.T, what string, cmd *exec.Cmd, signal syscall.Signal) {
	t.Helper()
	cmd.Process.Signal(signal)
	cmd.Wait()
	if code := cmd.ProcessState.ExitCode(); code != 128+int(signal) {
		t.Errorf("%s: exit status %d after %v", what, code, signal)
	}
}

// handlesSignals waits until the process handles signals, as far as the host tells.
func handlesSignals(t *testing.T, cmd *exec.Cmd) {
	t.Helper()
	for range 1000 {
		if caught(cmd.Process.Pid) {
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
	t.Fatal("the process does not come up")
}

func mkfifo(t *testing.T, path string) string {
	t.Helper()
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestSignalsEndWhatIsBlocked: a named pipe without a writer, one whose writer
// says nothing, and a reader of the output that does not read.
func TestSignalsEndWhatIsBlocked(t *testing.T) {
	dir := workDir(t)
	pipe := mkfifo(t, filepath.Join(dir, "pipe"))

	cmd := command(dir, "seal", "-k", "key", "-o", "out", "pipe")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	handlesSignals(t, cmd)
	stop(t, "no writer", cmd, syscall.SIGINT)

	cmd = command(dir, "seal", "-k", "key", "-o", "out", "--workspace", "fallback", "pipe")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	w, err := os.OpenFile(pipe, os.O_WRONLY, 0) // returns when it is read
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	if _, err := io.CopyN(w, zeros{}, 2<<20); err != nil {
		t.Fatal(err)
	}
	stop(t, "a silent writer", cmd, syscall.SIGHUP)

	cmd = command(dir, "seal", "-k", "key", "-o", "-", "--tmpdir", ".", "large")
	r, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(r, make([]byte, 40)); err != nil {
		t.Fatal(err)
	}
	cmd.Process.Signal(syscall.SIGTERM)
	state, _ := cmd.Process.Wait()
	if code := state.ExitCode(); code != 143 {
		t.Errorf("a reader that does not read: exit status %d", code)
	}
	wantOnly(t, dir, "key", "large", "pipe")
}

// TestClosedPipe: the reader of the output closes it, and no plaintext is left.
func TestClosedPipe(t *testing.T) {
	dir := workDir(t)
	if out, err := command(dir, "seal", "-k", "key", "--no-sync", "large").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	for _, workspace := range []string{"auto", "fallback"} {
		cmd := command(dir, "open", "-k", "key", "--workspace", workspace, "--tmpdir", ".", "-o", "-", "large.box")
		r, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		if _, err := io.ReadFull(r, make([]byte, 10)); err != nil {
			t.Fatal(err)
		}
		r.Close()
		cmd.Wait()
		if code := cmd.ProcessState.ExitCode(); code != exitFailed {
			t.Errorf("%s: exit status %d", workspace, code)
		}
		wantOnly(t, dir, "key", "large", "large.box")
	}
}

// TestSignalBetweenFiles: the status of a signal tells that some files were not begun.
func TestSignalBetweenFiles(t *testing.T) {
	dir := workDir(t)
	if out, err := command(dir, "seal", "-k", "key", "--no-sync", "large").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	pipe := mkfifo(t, filepath.Join(dir, "pipe"))
	cmd := command(dir, "verify", "-k", "key", "large.box", "pipe", "large.box")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	w, err := os.OpenFile(pipe, os.O_WRONLY, 0) // the first file is done
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	stop(t, "in the second of three files", cmd, syscall.SIGTERM)
}

// TestSourceChangedStatus appends to the file for as long as it is being sealed.
func TestSourceChangedStatus(t *testing.T) {
	dir := workDir(t)
	f, err := os.OpenFile(filepath.Join(dir, "large"), os.O_WRONLY|os.O_APPEND, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var done atomic.Bool
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for !done.Load() {
			f.Write([]byte{1})
		}
	}()
	cmd := command(dir, "seal", "-k", "key", "large")
	cmd.Run()
	done.Store(true)
	<-ended
	if code := cmd.ProcessState.ExitCode(); code != exitSourceChanged {
		t.Errorf("exit status %d", code)
	}
	wantOnly(t, dir, "key", "large")
}
