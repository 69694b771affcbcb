package cli

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/largebox/largebox/internal/testfs"
)

// TestHidden runs the command as an unprivileged user. The files in /proc of a process
// that is not dumpable belong to root (proc(5)), and the command works without them.
func TestHidden(t *testing.T) {
	if os.Getuid() != 0 {
		testfs.Missing(t, "needs root, to become somebody else")
	}
	const nobody = 65534
	dir := workDir(t)
	for path := dir; path != os.TempDir() && path != "/"; path = filepath.Dir(path) {
		os.Chmod(path, 0o755)
	}
	for _, path := range []string{dir, filepath.Join(dir, "key"), filepath.Join(dir, "large")} {
		if err := os.Chown(path, nobody, nobody); err != nil {
			t.Fatal(err)
		}
	}
	cmd := &exec.Cmd{
		// The file itself, because its directory is not for everybody.
		Path:        "/proc/self/exe",
		Args:        []string{"largebox", "seal", "-k", "key", "-o", "out", "-"},
		Dir:         dir,
		SysProcAttr: &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}},
	}
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := os.Create(filepath.Join(t.TempDir(), "said"))
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	cmd.Stdout, cmd.Stderr = out, out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	in.Write(make([]byte, 1<<20)) // it has been read, so the process is up
	info, err := os.Stat(fmt.Sprintf("/proc/%d/fd", cmd.Process.Pid))
	in.Close()
	if e := cmd.Wait(); e != nil {
		said, _ := os.ReadFile(out.Name())
		t.Fatalf("%v: %s", e, said)
	}
	if err != nil {
		t.Fatal(err)
	}
	if uid := info.Sys().(*syscall.Stat_t).Uid; uid != 0 {
		t.Errorf("its descriptors are for user %d to see", uid)
	}
	wantOnly(t, dir, "key", "large", "out")
}
