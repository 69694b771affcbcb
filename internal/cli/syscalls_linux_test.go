package cli

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/largebox/largebox/internal/tempfile"
	"github.com/largebox/largebox/internal/testfs"
	"github.com/largebox/largebox/internal/testlong"
	"github.com/largebox/largebox/keyfile"
	"github.com/largebox/largebox/largebox"
)

// steps are the system calls that the command's work is made of, and what each
// can fail with.
var steps = []struct {
	call   string
	errnos []syscall.Errno
}{
	{"openat", []syscall.Errno{syscall.EMFILE, syscall.EIO, syscall.EACCES, syscall.ENOMEM}},
	{"newfstatat", []syscall.Errno{syscall.EIO}},
	{"fstat", []syscall.Errno{syscall.EIO}},
	{"fstatfs", []syscall.Errno{syscall.EIO}},
	{"statx", []syscall.Errno{syscall.EIO}},
	{"flock", []syscall.Errno{syscall.ENOLCK}},
	{"mmap", []syscall.Errno{syscall.ENOMEM, syscall.EAGAIN}},
	{"munmap", []syscall.Errno{syscall.ENOMEM}},
	{"read", []syscall.Errno{syscall.EIO}},
	{"pread64", []syscall.Errno{syscall.EIO}},
	{"pwrite64", []syscall.Errno{syscall.ENOSPC, syscall.EIO, syscall.EDQUOT, syscall.EFBIG}},
	{"ftruncate", []syscall.Errno{syscall.EFBIG, syscall.EIO}},
	{"fallocate", []syscall.Errno{syscall.ENOSPC, syscall.EIO, syscall.EDQUOT}},
	{"sync_file_range", []syscall.Errno{syscall.EIO}},
	{"fchmod", []syscall.Errno{syscall.EIO, syscall.ENOSPC}},
	{"fsync", []syscall.Errno{syscall.EIO, syscall.ENOSPC}},
	{"linkat", []syscall.Errno{syscall.ENOSPC, syscall.EIO, syscall.EEXIST, syscall.EACCES}},
	{"renameat", []syscall.Errno{syscall.ENOSPC, syscall.EIO}},
	{"renameat2", []syscall.Errno{syscall.ENOSPC, syscall.EIO, syscall.EEXIST}},
	{"unlinkat", []syscall.Errno{syscall.EIO}},
	{"close", []syscall.Errno{syscall.EIO}},
}

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

// dir has a key, a message and, once there is one, its box.
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

// check wants the outcome to be whole: the right file, and status 0, or what
// there was before, and another status; there may be a private temporary where
// it could not be removed. Status -1 is of a process that was killed, which may
// have been complete.
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

// each runs fn for each use of the command: all of them in the long form.
func (b *trial) each(t *testing.T, fn func(what string, u use, args ...string)) {
	uses := [][]string{
		{"open", "-k", "key", "-o", "out", "box"},
		{"open", "-f", "-k", "key", "-o", "out", "box"},
		{"seal", "-k", "key", "-o", "out", "message"},
		{"seal", "-f", "-k", "key", "-o", "out", "message"},
		{"seal", "--strategy", "copy", "-k", "key", "-o", "out", "message"},
		{"verify", "-k", "key", "box"},
		{"open", "-k", "key", "--tmpdir", ".", "-o", "-", "box"},
	}
	for _, args := range uses[:testlong.Rounds(1, len(uses))] {
		for _, workspace := range []string{"auto", "fallback"} {
			what := strings.Join(args, " ") + ", " + workspace
			fn(what, use{writes: slices.Contains(args, "out"), replaces: slices.Contains(args, "-f")}, append(args, "--workspace", workspace, "--workers", "1")...)
		}
	}
}

// fresh is a directory for one run.
func (b *trial) fresh(t *testing.T, replaces bool) string {
	dir := b.dir(t)
	if replaces {
		if err := os.WriteFile(filepath.Join(dir, "out"), old, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// TestEveryStep: the command at every one of its system calls.
func TestEveryStep(t *testing.T) {
	b := newTrial(t)
	t.Run("fails", b.fails)
	t.Run("is stopped", b.isStopped)
}

// fails lets every system call fail in turn, as strace injects it:
// the n-th of its kind in each thread, until there is none. The command ends with
// a status that is documented, and nothing is half done.
func (b *trial) fails(t *testing.T) {
	b.runs = 0
	b.each(t, func(what string, u use, args ...string) {
		for _, step := range steps {
			for _, errno := range step.errnos[:testlong.Rounds(1, len(step.errnos))] {
				for n := 1; ; n++ {
					dir := b.fresh(t, u.replaces)
					inject := fmt.Sprintf("%s:error=%s:when=%d", step.call, name(errno), n)
					status, said, hits := b.run(t, dir, []string{inject}, args...)
					if len(hits) == 0 {
						break
					}
					what := fmt.Sprintf("%s, %s: %s", what, inject, strings.TrimSpace(hits[step.call]))
					want := exitFailed
					switch errno {
					case syscall.ENOSPC, syscall.EDQUOT, syscall.EFBIG:
						want = exitNoSpace
					case syscall.EEXIST:
						want = exitExists
					}
					if status != exitDone && status != want {
						t.Errorf("%s: status %d: %s", what, status, said)
					}
					b.check(t, what, dir, u, step.call == "unlinkat" || step.call == "newfstatat", status, said)
					b.found[step.call] = true
				}
			}
		}
	})
	for _, call := range []string{"openat", "mmap", "pread64", "pwrite64", "fallocate", "fsync", "fchmod", "linkat", "renameat2", "unlinkat"} {
		if !b.found[call] {
			t.Errorf("no %s ever failed", call)
		}
	}
	t.Logf("%d runs, with faults in %d system calls", b.runs, len(b.found))
}

// name is the errno as strace has it.
func name(errno syscall.Errno) string {
	return map[syscall.Errno]string{
		syscall.EMFILE: "EMFILE", syscall.EIO: "EIO", syscall.EACCES: "EACCES", syscall.ENOMEM: "ENOMEM", syscall.EAGAIN: "EAGAIN",
		syscall.ENOLCK: "ENOLCK", syscall.ENOSPC: "ENOSPC", syscall.EDQUOT: "EDQUOT", syscall.EFBIG: "EFBIG", syscall.EEXIST: "EEXIST",
	}[errno]
}

// isStopped lets SIGTERM come at every step in turn: the command ends
// with the status of that and leaves nothing, or it is complete.
func (b *trial) isStopped(t *testing.T) {
	b.runs = 0
	stopped := 0
	b.each(t, func(what string, u use, args ...string) {
		for _, step := range steps {
			for n := 1; ; n++ {
				dir := b.fresh(t, u.replaces)
				status, said, hits := b.run(t, dir, []string{fmt.Sprintf("%s:signal=SIGTERM:when=%d", step.call, n)}, args...)
				if len(hits) == 0 {
					break
				}
				what := fmt.Sprintf("%s, SIGTERM at %s %d", what, step.call, n)
				switch status {
				case 143:
					stopped++
				case exitDone, -1: // too late; before there was a handler, or in two threads: the second kills
				default:
					t.Errorf("%s: status %d: %s", what, status, said)
				}
				b.check(t, what, dir, u, status < 0, status, said)
			}
		}
	})
	if stopped == 0 {
		t.Error("nothing was ever stopped")
	}
	t.Logf("%d runs, %d stopped", b.runs, stopped)
}
