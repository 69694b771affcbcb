package publish

import (
	"path/filepath"
	"testing"

	"github.com/largebox/largebox/internal/sysfault"
	"golang.org/x/sys/unix"
)

// TestInterrupted interrupts each system call of each publication once (EINTR).
// All succeed.
func TestInterrupted(t *testing.T) {
	found := map[string]int{}
	eachScenario(t, func(t *testing.T, s scenario, base string) {
		for step := 0; ; step++ {
			r := s.start(t, base)
			calls, interrupted := 0, ""
			r.run(t, func(c sysfault.Call) unix.Errno {
				if calls++; calls-1 != step {
					return 0
				}
				interrupted = c.String()
				found[interrupted]++
				return unix.EINTR
			})
			if r.err != nil && interrupted != "" {
				t.Errorf("%s interrupted at step %d: %v", interrupted, step, r.err)
				continue
			}
			wantNames(t, r.dir, final)
			wantFile(t, filepath.Join(r.dir, final), newData, filePerm)
			if interrupted == "" { // there is no such step any more
				return
			}
		}
	})
	for _, call := range []string{
		"openat", "newfstatat", "fstat", "statx", "flock", "ioctl", "copy_file_range", "fchmod", "fsync", "linkat", "renameat", "renameat2", "unlinkat",
	} {
		if found[call] == 0 {
			t.Errorf("no %s was interrupted", call)
		}
	}
	t.Logf("interrupted: %v", found)
}
