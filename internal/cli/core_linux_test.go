package cli

import (
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/largebox/largebox/internal/testfs"
)

// dumps crashes a program while it seals, and reports whether it wrote a core file.
func dumps(t *testing.T, program string) bool {
	t.Helper()
	dir := workDir(t)
	cmd := exec.Command("sh", "-c", `ulimit -c unlimited && exec "$@"`, "sh", program, "seal", "-k", "key", "-o", "out", "-")
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOTRACEBACK=crash", peakFile+"="+filepath.Join(dir, "peak"))
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	var said strings.Builder
	cmd.Stderr = &said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := io.CopyN(in, zeros{}, 4<<20); err != nil { // it has been read, so the key has, too
		t.Fatalf("%v: %s", err, &said)
	}
	cmd.Process.Signal(syscall.SIGABRT)
	cmd.Wait()
	in.Close()
	status := cmd.ProcessState.Sys().(syscall.WaitStatus)
	if status.Signal() != syscall.SIGABRT {
		t.Fatalf("%s ended with %v: %s", program, cmd.ProcessState, &said)
	}
	return status.CoreDump()
}

// TestNoCore: a crash of the command writes no core file, which would contain the key.
// The same program without hideMemory does.
func TestNoCore(t *testing.T) {
	if !dumps(t, "largebox-peak") {
		testfs.Missing(t, "no process has a core file here")
	}
	if dumps(t, "largebox") {
		t.Error("there is a core file")
	}
}
