package tempfile

import (
	"os"
	"sync"
	"testing"
)

// An owner creates temporaries. It notes the names of those that it removed and of
// those that it left.
type owner struct {
	removed, left []string
}

func (o *owner) work(t *testing.T, dir string, rounds int) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		t.Error(err)
		return
	}
	defer root.Close()
	for round := range rounds {
		f, name, _, err := Default.Create(root, 0o644)
		if err != nil {
			t.Errorf("Create: %v", err)
			return
		}
		mine, err := f.Stat()
		for range 5 {
			there, e := root.Lstat(name)
			if err != nil || e != nil || !os.SameFile(mine, there) {
				t.Errorf("round %d: %s was removed under its owner: %v, %v", round, name, err, e)
				f.Close()
				return
			}
		}
		if round%2 == 0 {
			o.left = append(o.left, name)
		} else if err := root.Remove(name); err != nil {
			t.Errorf("round %d: its owner cannot remove %s: %v", round, name, err)
		} else {
			o.removed = append(o.removed, name)
		}
		f.Close()
	}
}

// Create and Sweep run at the same time, so that they meet at every step, also at
// the first, empty file of Create, which nobody locks.
func TestCreateAgainstSweep(t *testing.T) {
	dir := t.TempDir()
	root := openRoot(t, dir)
	rounds := 400
	if testing.Short() {
		rounds = 100
	}
	owners := make([]owner, 4)
	var working, sweeping sync.WaitGroup
	for i := range owners {
		working.Go(func() { owners[i].work(t, dir, rounds) })
	}
	done := make(chan struct{})
	swept := make([]map[string]bool, 2)
	for i := range swept {
		swept[i] = map[string]bool{}
		sweeping.Go(func() {
			for {
				names, err := Default.Sweep(root, false)
				if err != nil {
					t.Errorf("Sweep: %v", err)
				}
				for _, name := range names {
					swept[i][name] = true
				}
				select {
				case <-done:
					return
				default:
				}
			}
		})
	}
	working.Wait()
	close(done)
	sweeping.Wait()
	// A Sweep may have left a file because the other Sweep held its lock.
	names, err := Default.Sweep(root, false)
	if err != nil {
		t.Error(err)
	}
	for _, name := range names {
		swept[0][name] = true
	}
	has(t, root)
	if removalIsDeferred(t, root) {
		t.Log("what is removed keeps its name until it is closed: names may be removed, and swept, twice")
		return
	}
	for _, o := range owners {
		for _, name := range o.removed {
			if swept[0][name] || swept[1][name] {
				t.Errorf("%s was swept while it was held", name)
			}
		}
		for _, name := range o.left {
			if swept[0][name] == swept[1][name] {
				t.Errorf("%s was swept by none, or twice", name)
			}
		}
	}
}

// TestCreateAgainstDryRun checks that Create leaves no file behind when it gives
// one up to a Sweep that only looks.
func TestCreateAgainstDryRun(t *testing.T) {
	dir := t.TempDir()
	root := openRoot(t, dir)
	done := make(chan struct{})
	var sweeping sync.WaitGroup
	for range 2 {
		sweeping.Go(func() {
			for {
				if _, err := Default.Sweep(root, true); err != nil {
					t.Error(err)
				}
				select {
				case <-done:
					return
				default:
				}
			}
		})
	}
	for range 1000 {
		f, name, _, err := Default.Create(root, 0o600)
		if err != nil {
			t.Error(err)
			break
		}
		if err := root.Remove(name); err != nil {
			t.Error(err)
		}
		f.Close()
	}
	close(done)
	sweeping.Wait()
	has(t, root)
}
