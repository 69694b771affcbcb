//go:build unix

package cli

import (
	"bytes"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
)

// ignoring starts a seal of a named pipe, by a shell that ignores SIGHUP and SIGINT
// as nohup(1) and background jobs have it, and returns when it reads.
func ignoring(t *testing.T, dir string) (cmd *exec.Cmd, pipe *os.File, said *bytes.Buffer) {
	t.Helper()
	said = &bytes.Buffer{}
	cmd = exec.Command("sh", "-c", `trap "" HUP INT; exec largebox seal -k key -o out pipe`)
	cmd.Dir, cmd.Stderr = dir, said
	path := mkfifo(t, filepath.Join(dir, "pipe"))
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	handlesSignals(t, cmd)
	pipe, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	return cmd, pipe, said
}

// TestIgnoredSignals: signals that are ignored at the start do not end the work.
func TestIgnoredSignals(t *testing.T) {
	dir := workDir(t)
	cmd, pipe, said := ignoring(t, dir)
	for range 3 { // the second would kill
		cmd.Process.Signal(syscall.SIGHUP)
		cmd.Process.Signal(syscall.SIGINT)
	}
	// More than a pipe and the buffers hold: it goes on reading.
	if _, err := io.CopyN(pipe, zeros{}, 4<<20); err != nil {
		t.Errorf("it does not read any more: %v", err)
	}
	pipe.Close()
	if err := cmd.Wait(); err != nil {
		t.Errorf("%v: %s", err, said)
	}
	wantOnly(t, dir, "key", "large", "out", "pipe")
}

// TestNotIgnoredSignal: the other signals end it.
func TestNotIgnoredSignal(t *testing.T) {
	dir := workDir(t)
	cmd, pipe, _ := ignoring(t, dir)
	defer pipe.Close()
	stop(t, "SIGHUP and SIGINT are ignored", cmd, syscall.SIGTERM)
	wantOnly(t, dir, "key", "large", "pipe")
}
