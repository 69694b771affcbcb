//go:build unix

package cli

import (
	"os"
	"syscall"
	"testing"
	"time"
)

// TestBenchInterrupted stops bench when its directory is there, in memory or
// while the file is being made: nothing stays.
func TestBenchInterrupted(t *testing.T) {
	for _, signal := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM} {
		for _, inside := range []bool{false, true} {
			dir := t.TempDir()
			each := "1h" // it does not get beyond memory
			if inside {
				each = "1ms"
			}
			cmd := command(dir, "bench", "--size", "256MiB", "--messages", "1KiB", "--time", each)
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			waitFor(t, func() bool {
				entries, err := os.ReadDir(dir)
				if err != nil || len(entries) == 0 {
					return false
				}
				made, err := os.ReadDir(dir + "/" + entries[0].Name())
				return err == nil && (len(made) > 0 || !inside)
			})
			stop(t, "bench", cmd, signal)
			wantOnly(t, dir)
		}
	}
}

func waitFor(t *testing.T, fn func() bool) {
	t.Helper()
	for range 10_000 {
		if fn() {
			return
		}
		time.Sleep(2 * time.Millisecond)
	}
	t.Fatal("it does not come to that")
}
