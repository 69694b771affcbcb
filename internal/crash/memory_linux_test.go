package crash

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/largebox/largebox/internal/testfs"
	"github.com/largebox/largebox/internal/testlong"
	"golang.org/x/sys/unix"
)

const (
	kib = 1 << 10
	mib = 1 << 20
	gib = 1 << 30
)

// TestSmallMemory seals, verifies and opens a file in 64 MiB of memory, page cache
// included: in a quarter of its size or, in the long form, a 128th.
func TestSmallMemory(t *testing.T) {
	size := int64(testlong.Rounds(256, 8<<10)) * mib
	dir := onDisk(t, 2*size)
	key, src, box, opened := filepath.Join(dir, "key"), filepath.Join(dir, "source"), filepath.Join(dir, "box"), filepath.Join(dir, "opened")
	put(t, key, bytes.Repeat([]byte("ab"), 32))
	sparse(t, src, size)
	for _, workspace := range []string{"mmap", "fallback"} {
		t.Run(workspace, func(t *testing.T) {
			for _, args := range [][]string{
				{"seal", "-k", key, "--workspace", workspace, "-o", box, src},
				{"verify", "-k", key, "--workspace", workspace, box},
				{"open", "-k", key, "--workspace", workspace, "-o", opened, box},
			} {
				c := newCgroup(t, 64*mib)
				p := command(t, args...)
				p.cgroup = c.dir
				peak := p.peak()
				hits := c.hits(t)
				t.Logf("%s of %d MiB: %d KiB resident at most, %d times at the limit", args[0], size/mib, peak/kib, hits)
				if hits == 0 {
					t.Errorf("%s never reached the limit", args[0])
				}
			}
			wantSame(t, opened, src)
			os.Remove(box)
			os.Remove(opened)
		})
	}
}

// TestResidentMemory checks that resident memory is bounded by the workers' share, at
// most 32 MiB, whatever the size of the file.
func TestResidentMemory(t *testing.T) {
	sizes := []int64{1 * mib, 128 * mib}
	if long() {
		sizes = []int64{1 * mib, 64 * mib, 256 * mib, 1 * gib, 16 * gib}
	}
	const process = 16 * mib // the command itself, without its workers
	dir := onDisk(t, sizes[len(sizes)-1])
	key, src, box := filepath.Join(dir, "key"), filepath.Join(dir, "source"), filepath.Join(dir, "box")
	put(t, key, bytes.Repeat([]byte("ab"), 32))

	type way struct {
		workers         int64
		verb, workspace string
	}
	peaks := map[way][]int64{}
	measure := func(size int64, w way, src, dst string) {
		args := []string{w.verb, "-k", key, "--workspace", w.workspace, "--workers", fmt.Sprint(w.workers)}
		if dst != "" {
			os.Remove(dst)
			args = append(args, "--no-sync", "-o", dst)
		}
		peak := command(t, append(args, src)...).peak()
		peaks[w] = append(peaks[w], peak)
		share := min(w.workers*5*mib/2, 32*mib)
		if peak > process+share {
			t.Errorf("%v of %d MiB: %d KiB were resident", w, size/mib, peak/kib)
		}
	}
	var ways []way
	for _, workspace := range []string{"mmap", "fallback"} {
		ways = append(ways, way{2, "", workspace}, way{64, "", workspace})
	}
	for _, size := range sizes {
		sparse(t, src, size)
		for _, w := range ways {
			w.verb = "seal"
			measure(size, w, src, box)
		}
		os.Remove(src)
		for _, w := range ways {
			w.verb = "verify"
			measure(size, w, box, "")
			if w.verb = "open"; size <= gib { // the disk has space for two of the largest files
				measure(size, w, box, src)
			}
		}
		os.Remove(box)
	}
	table := fmt.Sprintf("resident at most, in KiB, for files of %d bytes\n", sizes)
	for _, verb := range []string{"seal", "open", "verify"} {
		for _, w := range ways {
			w.verb = verb
			table += fmt.Sprintf("%-8s %-8s %3d workers", w.verb, w.workspace, w.workers)
			for _, peak := range peaks[w] {
				table += fmt.Sprintf(" %8d", peak/kib)
			}
			table += "\n"
		}
	}
	t.Log(table)
}

// peak runs the command, which must succeed, and returns the most bytes that were
// resident. It reads them from /proc before the command exits (proc(5)): the number of
// wait4(2) includes the parent's memory before execve(2).
func (p *process) peak() (bytes int64) {
	p.t.Helper()
	p.runStopping("exit", func(step) unix.Errno {
		status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.Process.Pid))
		if err == nil {
			_, peak, _ := strings.Cut(string(status), "VmHWM:")
			bytes, err = strconv.ParseInt(strings.Fields(peak + " ?")[0], 10, 64)
		}
		if err != nil {
			p.t.Error(err)
		}
		return goOn
	})
	if code := p.ProcessState.ExitCode(); code != 0 {
		p.t.Fatalf("%q: exit status %d: %s", p.Args, code, &p.said)
	}
	return bytes * kib
}

// onDisk returns a directory on a disk with size bytes free, and 1 GiB more.
func onDisk(t *testing.T, size int64) (dir string) {
	t.Helper()
	dir = t.TempDir()
	var st unix.Statfs_t
	if err := unix.Statfs(dir, &st); err != nil {
		t.Fatal(err)
	}
	if uint32(st.Type) == unix.TMPFS_MAGIC || uint32(st.Type) == unix.RAMFS_MAGIC {
		testfs.Missing(t, "%s is in memory; TMPDIR chooses a disk", dir)
	}
	if free := int64(st.Bavail) * int64(st.Bsize); free < size+gib {
		testfs.Missing(t, "%d MiB are needed in %s, and %d are free", (size+gib)/mib, dir, free/mib)
	}
	return dir
}

// sparse makes a file of zeros with a few other bytes.
func sparse(t *testing.T, path string, size int64) {
	t.Helper()
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := f.Truncate(size); err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(uint64(size), 0))
	for range 64 {
		if _, err := f.WriteAt([]byte("some other bytes"), r.Int64N(size-16)); err != nil {
			t.Fatal(err)
		}
	}
}

// wantSame compares two files without keeping them in memory.
func wantSame(t *testing.T, path, want string) {
	t.Helper()
	a, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	b, err := os.Open(want)
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	p, q := make([]byte, mib), make([]byte, mib)
	for {
		n, e1 := io.ReadFull(a, p)
		m, e2 := io.ReadFull(b, q)
		if !bytes.Equal(p[:n], q[:m]) {
			t.Fatalf("%s differs from %s", path, want)
		}
		if e1 != nil || e2 != nil {
			if e1 != e2 || e1 != io.EOF && e1 != io.ErrUnexpectedEOF {
				t.Errorf("reading: %v, %v", e1, e2)
			}
			return
		}
	}
}
