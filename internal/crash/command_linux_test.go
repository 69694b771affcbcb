package crash

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/largebox/largebox/internal/testfs"
	"golang.org/x/sys/unix"
)

func TestMain(m *testing.M) {
	if path := os.Getenv(becomes); path != "" {
		become(path)
	}
	testfs.Main(m)
}

// built builds the command. It returns it as an open file, whose name is removed.
var built = sync.OnceValues(func() (*os.File, error) {
	dir, err := os.MkdirTemp("", "largebox-crash-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "largebox")
	if out, err := exec.Command("go", "build", "-o", path, "github.com/largebox/largebox/cmd/largebox").CombinedOutput(); err != nil {
		return nil, fmt.Errorf("%w: %s", err, out)
	}
	return os.Open(path)
})

// A process is one run of the command.
type process struct {
	*exec.Cmd
	t        testing.TB
	said     bytes.Buffer
	listener int
	cgroup   string
}

// command returns largebox with these arguments, not yet started.
func command(t testing.TB, args ...string) *process {
	t.Helper()
	f, err := built()
	if err != nil {
		testfs.Missing(t, "building the command: %v", err)
	}
	p := &process{t: t, listener: -1, Cmd: &exec.Cmd{
		Path: fmt.Sprintf("/proc/%d/fd/%d", os.Getpid(), f.Fd()),
		Args: append([]string{"largebox"}, args...),
		Env:  os.Environ(),
	}}
	p.Stdout, p.Stderr = &p.said, &p.said
	return p
}

// run starts the command and waits for it to end.
func (p *process) run() {
	p.t.Helper()
	if err := p.Start(); err != nil {
		p.t.Fatal(err)
	}
	p.Wait()
}

// succeed runs the command and checks that its status is 0.
func (p *process) succeed() {
	p.t.Helper()
	p.run()
	if code := p.ProcessState.ExitCode(); code != 0 {
		p.t.Fatalf("%q: exit status %d: %s", p.Args, code, &p.said)
	}
}

// runStopping runs the command, stops it before each step with one of these names (or
// before "all"), and calls at then.
func (p *process) runStopping(names string, at func(step) unix.Errno) {
	p.t.Helper()
	self, err := os.Executable()
	if err != nil {
		p.t.Fatal(err)
	}
	pair, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		p.t.Fatal(err)
	}
	ours, theirs := os.NewFile(uintptr(pair[0]), "socket"), os.NewFile(uintptr(pair[1]), "socket")
	defer ours.Close()
	p.Env = append(p.Env, becomes+"="+p.Path, stopsAt+"="+names, inCgroup+"="+p.cgroup)
	p.Path = self
	p.ExtraFiles = []*os.File{theirs}
	err = p.Start()
	theirs.Close()
	if err != nil {
		p.t.Fatal(err)
	}
	listener, err := receive(pair[0])
	if err != nil {
		p.Wait()
		if strings.Contains(p.said.String(), "seccomp: ") {
			testfs.Missing(p.t, "%s", &p.said)
		}
		p.t.Fatalf("%v: %s", err, &p.said)
	}
	err = supervise(listener, at)
	unix.Close(listener) // a call that still waits fails
	p.Wait()
	if err != nil {
		p.t.Fatalf("supervising %q: %v", p.Args, err)
	}
}

// killed reports whether a signal killed the command. Otherwise its status must be 0.
func (p *process) killed() bool {
	p.t.Helper()
	switch code := p.ProcessState.ExitCode(); {
	case code == 0:
		return false
	case code == -1:
		return true
	default:
		p.t.Fatalf("%q: exit status %d: %s", p.Args, code, &p.said)
		return false
	}
}
