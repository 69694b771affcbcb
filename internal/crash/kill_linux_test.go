package crash

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/largebox/largebox/internal/testfs"
	"github.com/largebox/largebox/internal/testlong"
	"golang.org/x/sys/unix"
)

// TestKilledAtEachStep kills the command before its first step, in another run before
// its second, and so on. It checks that it killed it at every kind of step.
func TestKilledAtEachStep(t *testing.T) {
	w := newWork(t, 1200_001) // three blocks
	total := map[string]int{}
	for _, kind := range kinds("ext4", testfs.Kinds...) {
		t.Run(kind, func(t *testing.T) {
			dir := testfs.Dir(t, kind)
			decoys := plant(t, dir)
			for _, j := range jobsHere(kind) {
				t.Run(j.String(), func(t *testing.T) {
					met, killedAt := map[string]bool{}, map[string]bool{}
					for k := 0; ; k++ {
						j.prepare(t, w, dir)
						at, last := 0, ""
						p := command(t, j.args(w, dir)...)
						p.runStopping("all", func(s step) unix.Errno {
							met[s.String()] = true
							if at++; at <= k {
								return goOn
							}
							if last == "" {
								last = s.String()
								p.Process.Kill()
							}
							return dead
						})
						killed := p.killed()
						if killed {
							killedAt[last] = true
						}
						when := fmt.Sprintf("killed before step %d, %s", k, last)
						outcome := j.lookAndSweep(t, w, dir, decoys, when, !killed)
						if !killed {
							total["not killed: "+outcome]++
							break
						}
						total["before "+last+": "+outcome]++
					}
					if len(killedAt) < 4 || len(killedAt) < len(met) {
						t.Errorf("steps %v, killed at %v", met, killedAt)
					}
				})
			}
		})
	}
	report(t, total)
}

// TestKilledAtRandom kills the command at moments spread over the time that the job
// takes. The number of bytes that it dirtied shows how far it came.
func TestKilledAtRandom(t *testing.T) {
	w := newWork(t, testlong.Rounds(16<<20, 48<<20)+1)
	rounds := testlong.Rounds(6, 150)
	total := map[string]int{}
	for _, kind := range kinds("ext4", "ext4", "xfs", "btrfs") {
		t.Run(kind, func(t *testing.T) {
			t.Setenv("TMPDIR", testfs.Dir(t, "tmpfs")) // a disk as fast as memory
			dir := filepath.Join(testfs.Mount(t, "-o", "loop", testfs.Image(t, kind, 1<<30)), "dir")
			if err := os.Mkdir(dir, 0o755); err != nil {
				t.Fatal(err)
			}
			decoys := plant(t, dir)
			for _, j := range jobs("auto") {
				t.Run(j.String(), func(t *testing.T) {
					phases := map[string]int{}
					// Measure again if another load on the machine spoilt the time.
					for try := 0; phases[writing]+phases[written] == 0; try++ {
						if try == 5 {
							t.Fatalf("no kill came while it was writing: %v", phases)
						}
						took := j.measure(t, w, dir)
						for round := range rounds {
							after := took * time.Duration(2*round+1) / time.Duration(2*rounds)
							phase, outcome := j.killAfter(t, w, dir, decoys, after)
							phases[phase]++
							total[phase+": "+outcome]++
						}
						t.Logf("in %v: %v", took, phases)
					}
				})
			}
		})
	}
	report(t, total)
}

// killAfter starts the job and kills it after that time. It returns how far the job
// came, and what it left.
func (j job) killAfter(t *testing.T, w *work, dir string, decoys []string, after time.Duration) (phase, outcome string) {
	t.Helper()
	j.prepare(t, w, dir)
	p := command(t, j.args(w, dir)...)
	if err := p.Start(); err != nil {
		t.Fatal(err)
	}
	time.Sleep(after)
	p.Process.Kill()
	p.Wait()
	killed := p.killed()
	outcome = j.lookAndSweep(t, w, dir, decoys, fmt.Sprint("killed after ", after), !killed)
	return phaseOf(p, killed, outcome, len(w.message)), outcome
}

// lookAndSweep checks what the command left, sweeps, and returns the outcome.
func (j job) lookAndSweep(t *testing.T, w *work, dir string, decoys []string, when string, done bool) string {
	t.Helper()
	outcome, temps, _ := j.look(t, w, dir)
	temps = temporaries(temps, decoys)
	most := j.leftovers()
	if done {
		most = 0
	}
	j.check(t, dir, when, outcome, temps, done, most)
	sweep(t, dir, temps, decoys, outcome)
	if len(temps) > 0 {
		outcome += ", and a temporary"
	}
	return outcome
}

// measure returns how long the job takes, as the median of three runs.
func (j job) measure(t *testing.T, w *work, dir string) time.Duration {
	t.Helper()
	var took []time.Duration
	for range 3 {
		j.prepare(t, w, dir)
		p := command(t, j.args(w, dir)...)
		start := time.Now()
		p.succeed()
		took = append(took, time.Since(start))
	}
	slices.Sort(took)
	return took[1]
}

// How far a killed command came.
const (
	starting = "before writing"
	writing  = "while writing"
	written  = "written, not named"
	named    = "named, not done"
	finished = "done"
)

func phaseOf(p *process, killed bool, outcome string, size int) string {
	dirtied := int(p.ProcessState.SysUsage().(*syscall.Rusage).Oublock) * 512
	switch {
	case !killed:
		return finished
	case strings.HasPrefix(outcome, complete):
		return named
	case dirtied == 0:
		return starting
	case dirtied < size:
		return writing
	}
	return written
}

// long reports whether this is the long form of the tests.
func long() bool { return testlong.Rounds(0, 1) == 1 }

// kinds returns one kind of file system or, in the long form, all.
func kinds(one string, all ...string) []string {
	if !long() {
		return []string{one}
	}
	return all
}

// jobsHere returns the jobs that a kind of file system can do. The short form has only
// the automatic strategy.
func jobsHere(kind string) []job {
	strategies := []string{"auto"}
	if long() {
		strategies = append(strategies, "rename", "copy")
		if kind == "xfs" || kind == "btrfs" {
			strategies = append(strategies, "clone")
		}
	}
	return jobs(strategies...)
}

// report logs how many rounds ended in each way.
func report(t *testing.T, total map[string]int) {
	t.Helper()
	sum := 0
	var lines []string
	for _, what := range slices.Sorted(maps.Keys(total)) {
		lines = append(lines, fmt.Sprintf("%6d  %s", total[what], what))
		sum += total[what]
	}
	t.Logf("%s: %d rounds\n%s", filepath.Base(t.Name()), sum, strings.Join(lines, "\n"))
}
