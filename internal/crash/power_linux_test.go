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

// A loss of power comes to a disk that may have a volatile write cache, and to a
// file system that may just have committed the names.
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

// disks are the kinds of file system that power is taken from.
var disks = []string{"ext4", "xfs", "btrfs"}

// TestPowerLoss copies the disk before each step of the command and after the
// last, and mounts the copies. In the second run of each job the names are made
// durable before each step: then what they name must be, too.
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
								t.Errorf("%d different disks", len(crashes))
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

// hasTurn chooses the jobs of the short form: for each kind of file system half
// of them, half of those on a volatile disk. The jobs that ext4 and btrfs have
// in common they have on different disks.
func hasTurn(kind, job int, volatile bool) bool {
	return (kind^job^job>>1^job>>2)&1 == 0 && (kind>>1^job>>1)&1 == 1 == volatile
}

// TestPowerLossShows has no syncs, so that what the other test looks for is
// there to be found: names without their bytes, and bytes without their name.
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
					t.Error("no name without its bytes")
				}
				if !commits && (!outcomes[absent] || outcomes[complete]) {
					t.Error("no bytes without their name")
				}
			}
		})
	}
}

// TestVolatileDisk loses what was written to it and not flushed, where a plain
// one keeps it.
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
				// To the device, which is not told to flush (sync_file_range(2)).
				const flags = unix.SYNC_FILE_RANGE_WAIT_BEFORE | unix.SYNC_FILE_RANGE_WRITE | unix.SYNC_FILE_RANGE_WAIT_AFTER
				if err := unix.SyncFileRange(int(f.Fd()), 0, 0, flags); err != nil {
					t.Fatal(err)
				}
				d.copy(t, copied)
			})
			mounted(t, copied, l, func(dir string) {
				got, err := os.ReadFile(filepath.Join(dir, "file"))
				if want := map[bool][]byte{false: now, true: before}[volatile]; err != nil || !bytes.Equal(got, want) {
					t.Errorf("%.6q was on the disk, %v", got, err)
				}
			})
		})
	}
}

// A crashed disk is what a loss of power would have left before certain steps.
type crashed struct {
	image  string
	before []string
	done   bool // the command had done all it does
}

// crash does the job on a copy of base, and returns the different disks in the
// order of time.
func (j job) crash(t *testing.T, w *work, base string, l loss, more ...string) (crashes []*crashed) {
	t.Helper()
	tmp := t.TempDir()
	image := filepath.Join(tmp, "image")
	copyImage(t, base, image)
	t.Run("write", func(t *testing.T) { // which ends with the file system unmounted
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

// after mounts a crashed disk, looks, and sweeps.
func (j job) after(t *testing.T, w *work, c *crashed, l loss) (outcome string) {
	t.Helper()
	mounted(t, c.image, l, func(dir string) {
		var temps, others []string
		outcome, temps, others = j.look(t, w, dir)
		when := "power lost before " + strings.Join(c.before, ", ")
		if len(others) > 0 {
			t.Errorf("%s: there is %q", when, others)
		}
		most := j.leftovers()
		if c.done {
			// The file that was copied is removed after all syncs, and can be back.
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

// mounted calls fn with the directory on a crashed disk, which is then gone.
func mounted(t *testing.T, image string, l loss, fn func(dir string)) {
	t.Helper()
	t.Run("after", func(t *testing.T) { fn(newDisk(t, image, l.volatile).dir) })
	os.Remove(image)
}
