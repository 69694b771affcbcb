package crash

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/largebox/largebox/internal/testfs"
	"golang.org/x/sys/unix"
)

// A disk is a file system on a loop device. A copy of its image, taken while it is in
// use, is what a loss of power would leave: it has what was written to the device, and
// nothing of what is still in the page cache above it. A volatile disk also has a
// write cache. Its image is a file in another file system, and the copy is one of that
// file system's image. So what was written to the device but not flushed is in a page
// cache, too, and is lost.
type disk struct {
	image  string
	dir    string
	stat   string // the file in which the kernel counts writes
	copied string // the counts at the last copy
}

// inside is the name of the file that holds a volatile disk.
const inside = "disk"

// newDisk mounts the image.
func newDisk(t *testing.T, image string, volatile bool) *disk {
	t.Helper()
	at := testfs.Mount(t, "-o", "loop", image)
	d := &disk{image: image, stat: "/sys/block/" + filepath.Base(deviceOf(t, at)) + "/stat"}
	if volatile {
		at = testfs.Mount(t, "-o", "loop", filepath.Join(at, inside))
	}
	d.dir = filepath.Join(at, "dir")
	return d
}

func deviceOf(t *testing.T, at string) string {
	t.Helper()
	mounts, err := os.ReadFile("/proc/self/mountinfo")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(mounts)) {
		fields := strings.Fields(line)
		if fields[4] == at {
			return fields[slices.Index(fields, "-")+2] // after it: type, source, options (proc(5))
		}
	}
	t.Fatalf("%s is not among the mounts", at)
	return ""
}

// copy copies the image, unless nothing was written since the last copy. If something
// is written meanwhile, it starts again: a copy must show one moment.
func (d *disk) copy(t *testing.T, to string) (changed bool) {
	t.Helper()
	for {
		before, idle := d.counted(t)
		if before == d.copied {
			return false
		}
		if !idle {
			continue
		}
		copyImage(t, d.image, to)
		if after, idle := d.counted(t); idle && after == before {
			d.copied = before
			return true
		}
	}
}

// counted returns the counts of what was written and discarded so far, and whether no
// request is in flight (Documentation/block/stat.rst).
func (d *disk) counted(t *testing.T) (counts string, idle bool) {
	t.Helper()
	text, err := os.ReadFile(d.stat)
	if err != nil {
		t.Fatal(err)
	}
	fields := strings.Fields(string(text))
	return strings.Join([]string{fields[4], fields[6], fields[11], fields[13]}, " "), fields[8] == "0"
}

// commit makes the file system write its journal, with the names in the directory, as
// it does every few seconds and when another program asks for it. It need not write
// the content of the files.
func (d *disk) commit(t *testing.T) {
	t.Helper()
	dir, err := os.Open(d.dir)
	if err == nil {
		err = dir.Sync()
		dir.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
}

// settle writes everything to the device.
func (d *disk) settle(t *testing.T) {
	t.Helper()
	dir, err := os.Open(d.dir)
	if err == nil {
		err = unix.Syncfs(int(dir.Fd()))
		dir.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
}

// newImage makes a file system with an empty directory dir. The image is in memory, to
// be fast.
func newImage(t *testing.T, kind string, volatile bool) (path string) {
	t.Helper()
	t.Setenv("TMPDIR", testfs.Dir(t, "tmpfs"))
	path = testfs.Image(t, kind, 512<<20)
	made := false
	t.Run("mkdir", func(t *testing.T) {
		if err := os.Mkdir(filepath.Join(testfs.Mount(t, "-o", "loop", path), "dir"), 0o755); err != nil {
			t.Fatal(err)
		}
		made = true
	})
	if !made {
		t.SkipNow() // the subtest was skipped, or has failed
	}
	if !volatile {
		return path
	}
	outer := testfs.Image(t, "ext4", 1<<30)
	t.Run("inside", func(t *testing.T) {
		copyImage(t, path, filepath.Join(testfs.Mount(t, "-o", "loop,init_itable=0", outer), inside))
	})
	return outer
}

func copyImage(t *testing.T, from, to string) {
	t.Helper()
	if out, err := exec.Command("cp", "--sparse=always", from, to).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
}
