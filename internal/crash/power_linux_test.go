package crash

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// A loss of power hits a disk, which may have a volatile write cache, and a file system,
// which may have committed the names just before.
type loss struct{ volatile, commits bool }

func (l loss) String() string {
	s := "plain disk"
	if l.volatile {
		s = "volatile disk"
	}
	if l.commits {
		s += ", names committed"
	}
	return s
}

// disks are the kinds of file system that lose power.
var disks = []string{"ext4", "xfs", "btrfs"}

// TestPowerLoss copies the disk before each step of the command and after the
// last, and mounts the copies. In the second run of each job, the file system commits
// the names before each step: then the files must be durable, too.
func TestPowerLoss(t *testing.T) {
	w := newWork(t, 1200_001)
	total := map[string]int{}
	for i, kind := range disks {
		t.Run(kind, func(t *testing.T) {
			for _, volatile := range []bool{false, true} {
				base := newImage(t, kind, volatile)
				for n, j := range jobsHere(kind) {
					if !long() && !hasTurn(i, n, volatile) {
						continue
					}
					for _, commits := range []bool{false, true} {
						l := loss{volatile, commits}
						t.Run(fmt.Sprintf("%v, %v", l, j), func(t *testing.T) {
							crashes := j.crash(t, w, base, l)
							if len(crashes) < 2 || !crashes[len(crashes)-1].done {
								t.Errorf("only %d different disks, or none at the end", len(crashes))
							}
							for _, c := range crashes {
								outcome := j.after(t, w, c, l)
								for _, step := range c.before {
									total["before "+step+": "+outcome]++
								}
							}
						})
					}
				}
			}
		})
	}
	report(t, total)
}

// hasTurn chooses the jobs of the short form: half of them for each kind of file
// system, and half of those on a volatile disk. A job that both ext4 and btrfs get is
// on different disks.
func hasTurn(kind, job int, volatile bool) bool {
	return (kind^job^job>>1^job>>2)&1 == 0 && (kind>>1^job>>1)&1 == 1 == volatile
}

// TestPowerLossShows runs with --no-sync, to show that TestPowerLoss would find what it
// looks for: names without their bytes, and bytes without their name.
func TestPowerLossShows(t *testing.T) {
	w := newWork(t, 1200_001)
	for _, kind := range disks {
		t.Run(kind, func(t *testing.T) {
			base := newImage(t, kind, false)
			j := job{"seal", false, "mmap", "auto"}
			for _, commits := range []bool{false, true} {
				l := loss{false, commits}
				outcomes := map[string]bool{}
				crashes := j.crash(t, w, base, l, "--no-sync")
				for _, c := range crashes {
					mounted(t, c.image, l, func(dir string) {
						outcome, _, _ := j.look(t, w, dir)
						outcomes[outcome] = true
					})
				}
				t.Logf("%v: %v", l, outcomes)
				if commits && !outcomes[empty] && !outcomes[zeros] && !outcomes[other] {
					t.Error("found no name without its bytes")
				}
				if !commits && (!outcomes[absent] || outcomes[complete]) {
					t.Error("found no bytes without their name")
				}
			}
		})
	}
}

// TestVolatileDisk checks that a volatile disk loses what was written and not flushed,
// and that a plain one keeps it.
func TestVolatileDisk(t *testing.T) {
	before, now := bytes.Repeat([]byte("before"), 4096), bytes.Repeat([]byte("now..."), 4096)
	for _, volatile := range []bool{false, true} {
		l := loss{volatile: volatile}
		t.Run(l.String(), func(t *testing.T) {
			base := newImage(t, "ext4", volatile)
			copied := filepath.Join(t.TempDir(), "copied")
			t.Run("write", func(t *testing.T) {
				d := newDisk(t, base, volatile)
				path := filepath.Join(d.dir, "file")
				put(t, path, before)
				d.settle(t)
				f, err := os.OpenFile(path, os.O_WRONLY, 0)
				if err != nil {
					t.Fatal(err)
				}
				defer f.Close()
				if _, err := f.WriteAt(now, 0); err != nil {
					t.Fatal(err)
				}
				// This writes to the device without a flush (sync_file_range(2)).
				const flags = unix.SYNC_FILE_RANGE_WAIT_BEFORE | unix.SYNC_FILE_RANGE_WRITE | unix.SYNC_FILE_RANGE_WAIT_AFTER
				if err := unix.SyncFileRange(int(f.Fd()), 0, 0, flags); err != nil {
					t.Fatal(err)
				}
				d.copy(t, copied)
			})
			mounted(t, copied, l, func(dir string) {
				got, err := os.ReadFile(filepath.Join(dir, "file"))
				if want := map[bool][]byte{false: now, true: before}[volatile]; err != nil || !bytes.Equal(got, want) {
					t.Errorf("the disk has %.6q, want %.6q, error %v", got, want, err)
				}
			})
		})
	}
}

// A crashed disk is what a loss of power leaves, at any of the steps in before.
type crashed struct {
	image  string
	before []string
	done   bool // the command was about to exit, or had
}

// crash does the job on a copy of base. It returns the different disks, first to last.
func (j job) crash(t *testing.T, w *work, base string, l loss, more ...string) (crashes []*crashed) {
	t.Helper()
	tmp := t.TempDir()
	image := filepath.Join(tmp, "image")
	copyImage(t, base, image)
	t.Run("write", func(t *testing.T) { // its end unmounts the file system
		d := newDisk(t, image, l.volatile)
		j.prepare(t, w, d.dir)
		d.settle(t)
		look := func(before string, done bool) {
			if l.commits {
				d.commit(t)
			}
			path := filepath.Join(tmp, fmt.Sprint(len(crashes)))
			if d.copy(t, path) {
				crashes = append(crashes, &crashed{image: path})
			}
			last := crashes[len(crashes)-1]
			last.before = append(last.before, before)
			last.done = last.done || done
		}
		p := command(t, j.args(w, d.dir, more...)...)
		p.runStopping("all", func(s step) unix.Errno {
			look(s.String(), s.nr == unix.SYS_EXIT_GROUP)
			return goOn
		})
		if p.killed() {
			t.Fatal("the command was killed")
		}
		look("the end", true)
	})
	os.Remove(image)
	return crashes
}

// after mounts a crashed disk, checks what is there, and sweeps.
func (j job) after(t *testing.T, w *work, c *crashed, l loss) (outcome string) {
	t.Helper()
	mounted(t, c.image, l, func(dir string) {
		var temps, others []string
		outcome, temps, others = j.look(t, w, dir)
		when := "power lost before " + strings.Join(c.before, ", ")
		if len(others) > 0 {
			t.Errorf("%s: the directory also has %q", when, others)
		}
		most := j.leftovers()
		if c.done {
			// The copied file is removed after all syncs, so its name can come back.
			most = 0
			if j.workspace == "fallback" && j.copies() {
				most = 1
			}
		}
		j.check(t, dir, when, outcome, temps, c.done, most)
		sweep(t, dir, temps, nil, outcome)
		if len(temps) > 0 {
			outcome += ", and a temporary"
		}
	})
	return outcome
}

// mounted calls fn with the directory on a crashed disk, and removes the image.
func mounted(t *testing.T, image string, l loss, fn func(dir string)) {
	t.Helper()
	t.Run("after", func(t *testing.T) { fn(newDisk(t, image, l.volatile).dir) })
	os.Remove(image)
}
