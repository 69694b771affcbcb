package cli

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/largebox/largebox/internal/testlong"
)

// steps lists the system calls that the command makes, and the errors of each.
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

// each runs fn for uses of the command; in the long form, for all of them.
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

// fresh returns a directory for one run.
func (b *trial) fresh(t *testing.T, replaces bool) string {
	dir := b.dir(t)
	if replaces {
		if err := os.WriteFile(filepath.Join(dir, "out"), old, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// TestEveryStep lets every system call of the command fail, and stops it at each.
func TestEveryStep(t *testing.T) {
	b := newTrial(t)
	t.Run("fails", b.fails)
	t.Run("is stopped", b.isStopped)
}

// fails lets strace fail every system call in turn: the n-th of its kind in each
// thread, until there is none. The command ends with a documented status, and nothing
// is half done.
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

// name returns the name of an errno, as strace wants it.
func name(errno syscall.Errno) string {
	return map[syscall.Errno]string{
		syscall.EMFILE: "EMFILE", syscall.EIO: "EIO", syscall.EACCES: "EACCES", syscall.ENOMEM: "ENOMEM", syscall.EAGAIN: "EAGAIN",
		syscall.ENOLCK: "ENOLCK", syscall.ENOSPC: "ENOSPC", syscall.EDQUOT: "EDQUOT", syscall.EFBIG: "EFBIG", syscall.EEXIST: "EEXIST",
	}[errno]
}

// isStopped sends SIGTERM at every step in turn. The command ends with the status of
// that signal and leaves nothing, or it is complete.
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
