package publish

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/largebox/largebox/internal/sysfault"
	"github.com/largebox/largebox/internal/testfs"
	"golang.org/x/sys/unix"
)

// A scenario is one publication, in a directory of its own.
type scenario struct {
	name    string
	kind    string // of the file system
	o       Options
	source  Kind                           // of the file; "" is WriteFile, which creates its own
	missing func(sysfault.Call) unix.Errno // what the kernel or file system does not have
}

func nothingMissing(sysfault.Call) unix.Errno { return 0 }

// noFlags is a file system whose rename takes no flags.
func noFlags(c sysfault.Call) unix.Errno {
	if c.Number == unix.SYS_RENAMEAT2 {
		return unix.EINVAL
	}
	return 0
}

// noAnonymous is a file system that has no anonymous files either.
func noAnonymous(c sysfault.Call) unix.Errno {
	if c.Number == unix.SYS_OPENAT && c.Args[2]&unix.O_TMPFILE == unix.O_TMPFILE {
		return unix.EOPNOTSUPP
	}
	return noFlags(c)
}

// noLinksOfFiles is a sandbox where an open file cannot be linked, so Auto copies.
func noLinksOfFiles(c sysfault.Call) unix.Errno {
	if c.Number == unix.SYS_LINKAT && c.Args[4] != 0 {
		return unix.ENOENT
	}
	return 0
}

func scenarios() (all []scenario) {
	for _, replace := range []bool{false, true} {
		for _, s := range []scenario{
			{"link", "tmpfs", Options{Strategy: Link}, Anonymous, nothingMissing},
			{"clone", "xfs", Options{Strategy: Clone}, Anonymous, nothingMissing},
			{"copy", "tmpfs", Options{Strategy: Copy}, Anonymous, nothingMissing},
			{"copy with a temporary name", "tmpfs", Options{}, Anonymous, noLinksOfFiles},
			{"rename", "tmpfs", Options{Strategy: Rename}, Anonymous, nothingMissing},
			{"rename of a temporary", "tmpfs", Options{}, Temporary, nothingMissing},
			{"rename without flags", "tmpfs", Options{}, Temporary, noFlags},
			{"keep", "tmpfs", Options{KeepOnSyncError: true}, Temporary, nothingMissing},
			{"WriteFile", "tmpfs", Options{}, "", nothingMissing},
			{"WriteFile with a temporary name", "tmpfs", Options{}, "", noAnonymous},
		} {
			if s.o.Replace = replace; replace {
				s.name += ", replacing"
			}
			all = append(all, s)
		}
	}
	return all
}

// A trial is one run of a scenario.
type trial struct {
	scenario
	dir string
	err error
}

// start makes the directory, with an old file if that is to be replaced.
func (s scenario) start(t *testing.T, base string) *trial {
	t.Helper()
	dir := must[string](t)(os.MkdirTemp(base, "trial-"))
	if s.o.Replace {
		write(t, filepath.Join(dir, final), oldData)
	}
	return &trial{scenario: s, dir: dir}
}

// run publishes under a supervisor. decide is asked about each call that missing
// lets pass.
func (r *trial) run(t *testing.T, decide func(sysfault.Call) unix.Errno) {
	t.Helper()
	ask := func(c sysfault.Call) unix.Errno {
		if errno := r.missing(c); errno != 0 {
			return errno
		}
		return decide(c)
	}
	o, path := r.o, filepath.Join(r.dir, final)
	if r.source == "" {
		o.Mode = filePerm
		sysfault.Run(t, ask, func() { _, r.err = WriteFile(t.Context(), path, newData, o) })
		return
	}
	d := must[*Dir](t)(OpenDir(r.dir))
	defer d.Close()
	f := must[*File](t)(Create(d, CreateOptions{Kind: r.source, Mode: filePerm}))
	must[int](t)(f.Write(newData))
	sysfault.Run(t, ask, func() { _, r.err = f.Publish(t.Context(), final, o) })
	// The content of the file is not lost, whatever happened to its names.
	got := make([]byte, len(newData)+1)
	if n, _ := f.OSFile().ReadAt(got, 0); !bytes.Equal(got[:n], newData) {
		t.Errorf("%s: the file has %d other bytes", r.name, n)
	}
	if err := f.Close(); err != nil {
		t.Errorf("%s: %v", r.name, err)
	}
}

// eachScenario runs fn in a directory of a file system for each scenario.
func eachScenario(t *testing.T, fn func(t *testing.T, s scenario, base string)) {
	for _, s := range scenarios() {
		t.Run(s.name, func(t *testing.T) { fn(t, s, testfs.Dir(t, s.kind)) })
	}
}
