package publish

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/largebox/largebox/internal/sysfault"
	"github.com/largebox/largebox/internal/testfs"
	"golang.org/x/sys/unix"
)

// changesNames reports whether c gives or removes a name. The same call fails
// when it is made again.
func changesNames(c sysfault.Call) bool {
	return slices.Contains([]int{unix.SYS_LINKAT, unix.SYS_RENAMEAT, unix.SYS_RENAMEAT2, unix.SYS_UNLINKAT}, c.Number)
}

// doneButInterrupted makes the call, and returns EINTR if it succeeded.
func doneButInterrupted(c sysfault.Call) unix.Errno {
	if errno := c.Do(); errno != 0 {
		return errno
	}
	return unix.EINTR
}

// TestDoneButInterrupted lets each call that gives or removes a name do its work
// and report EINTR, as network and FUSE file systems can. All publications
// succeed.
func TestDoneButInterrupted(t *testing.T) {
	found := map[string]int{}
	eachScenario(t, func(t *testing.T, s scenario, base string) {
		for step := 0; ; step++ {
			r := s.start(t, base)
			calls, interrupted := 0, ""
			r.run(t, func(c sysfault.Call) unix.Errno {
				if !changesNames(c) {
					return 0
				}
				if calls++; calls-1 != step {
					return 0
				}
				errno := doneButInterrupted(c)
				if errno == unix.EINTR {
					interrupted = c.String()
					found[interrupted]++
				}
				return errno
			})
			if r.err != nil {
				t.Errorf("%s done and interrupted at step %d: %v", interrupted, step, r.err)
			}
			wantNames(t, r.dir, final)
			wantFile(t, filepath.Join(r.dir, final), newData, filePerm)
			if calls <= step { // there is no such step any more
				return
			}
		}
	})
	for _, call := range []string{"linkat", "renameat", "renameat2", "unlinkat"} {
		if found[call] == 0 {
			t.Errorf("no %s was interrupted", call)
		}
	}
}

// TestOthersNameAfterInterrupt gives the name to another file while the call is
// interrupted. That is an fs.ErrExist, and the other file stays.
func TestOthersNameAfterInterrupt(t *testing.T) {
	for _, kind := range []Kind{Anonymous, Temporary} {
		dir := testfs.Dir(t, "tmpfs")
		path := filepath.Join(dir, final)
		f := create(t, openDir(t, dir), CreateOptions{Kind: kind})
		must[int](t)(f.Write(newData))
		interrupted := false
		var err error
		sysfault.Run(t, func(c sysfault.Call) unix.Errno {
			if interrupted || !changesNames(c) {
				return 0
			}
			interrupted = true
			if err := os.WriteFile(path, oldData, filePerm); err != nil {
				t.Error(err)
			}
			return unix.EINTR
		}, func() { _, err = f.Publish(t.Context(), final, Options{}) })
		if !errors.Is(err, fs.ErrExist) || !interrupted {
			t.Errorf("%s: error is %v", kind, err)
		}
		try(t, f.Close())
		wantNames(t, dir, final)
		wantFile(t, path, oldData, filePerm)
	}
}
