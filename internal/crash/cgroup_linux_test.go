package crash

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/largebox/largebox/internal/testfs"
	"golang.org/x/sys/unix"
)

// A cgroup limits the memory of what runs in it, its page cache included.
type cgroup struct {
	dir     string
	version int
}

// enterCgroup moves this process into the cgroup, if dir is one.
func enterCgroup(dir string) error {
	if dir == "" {
		return nil
	}
	return os.WriteFile(filepath.Join(dir, "cgroup.procs"), []byte("0"), 0)
}

// newCgroup makes a cgroup for one test.
func newCgroup(t *testing.T, limit int) *cgroup {
	t.Helper()
	c, err := makeCgroup()
	if err != nil {
		testfs.Missing(t, "a cgroup for memory: %v", err)
	}
	t.Cleanup(func() {
		if err := os.Remove(c.dir); err != nil {
			t.Error(err)
		}
	})
	limits := map[string]string{"memory.limit_in_bytes": strconv.Itoa(limit)}
	if c.version == 2 {
		limits = map[string]string{"memory.max": strconv.Itoa(limit), "memory.swap.max": "0"}
	}
	for file, value := range limits {
		err := os.WriteFile(filepath.Join(c.dir, file), []byte(value), 0)
		if err != nil && !(file == "memory.swap.max" && errors.Is(err, os.ErrNotExist)) { // a kernel without swap
			testfs.Missing(t, "%v", err)
		}
	}
	return c
}

func makeCgroup() (*cgroup, error) {
	root, version, err := memoryHierarchy()
	if err != nil {
		return nil, err
	}
	if version == 2 {
		if err := delegate(root); err != nil {
			return nil, err
		}
	}
	dir, err := os.MkdirTemp(root, "largebox-test-")
	return &cgroup{dir, version}, err
}

// memoryHierarchy returns where the cgroups that limit memory are mounted.
func memoryHierarchy() (root string, version int, err error) {
	mounts, err := os.ReadFile("/proc/self/mountinfo")
	if err != nil {
		return "", 0, err
	}
	for line := range strings.Lines(string(mounts)) {
		fields := strings.Fields(line)
		at := fields[4]
		of := fields[slices.Index(fields, "-")+1:] // type, source, options (proc(5))
		switch {
		case of[0] == "cgroup" && slices.Contains(strings.Split(of[2], ","), "memory"):
			return at, 1, nil
		case of[0] == "cgroup2" && hasWord(filepath.Join(at, "cgroup.controllers"), "memory"):
			return at, 2, nil
		}
	}
	return "", 0, errors.New("none is mounted")
}

// delegate lets children of a version 2 cgroup limit memory. Unless root is the host's,
// that fails with EBUSY if root has processes of its own. In CI, where the container is
// the tests', delegate moves them to a child.
func delegate(root string) error {
	control := filepath.Join(root, "cgroup.subtree_control")
	if hasWord(control, "memory") {
		return nil
	}
	enable := func() error { return os.WriteFile(control, []byte("+memory"), 0) }
	err := enable()
	if !errors.Is(err, unix.EBUSY) || os.Getenv("CI") != "true" {
		return err
	}
	child := filepath.Join(root, "largebox-others")
	if err := os.Mkdir(child, 0o755); err != nil && !errors.Is(err, os.ErrExist) {
		return err
	}
	processes, err := os.ReadFile(filepath.Join(root, "cgroup.procs"))
	if err != nil {
		return err
	}
	for _, pid := range strings.Fields(string(processes)) {
		os.WriteFile(filepath.Join(child, "cgroup.procs"), []byte(pid), 0) // it may have ended
	}
	return enable()
}

func hasWord(file, word string) bool {
	text, err := os.ReadFile(file)
	return err == nil && slices.Contains(strings.Fields(string(text)), word)
}

// hits returns how often the limit was reached, so that the kernel freed memory.
func (c *cgroup) hits(t *testing.T) int {
	t.Helper()
	file, word := "memory.failcnt", ""
	if c.version == 2 {
		file, word = "memory.events", "max "
	}
	text, err := os.ReadFile(filepath.Join(c.dir, file))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		if count, ok := strings.CutPrefix(strings.TrimSpace(line), word); ok {
			n, err := strconv.Atoi(count)
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
	}
	t.Fatal(fmt.Errorf("%s: %q", file, text))
	return 0
}
