package largebox

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"testing"

	"github.com/largebox/largebox/internal/testfs"
)

// TestGarbage: a long file allocates no more often than a short one. So memory does not
// grow, not even until the next garbage collection.
func TestGarbage(t *testing.T) {
	if raceEnabled {
		t.Skip("with the race detector, a sync.Pool forgets at random")
	}
	defer debug.SetGCPercent(debug.SetGCPercent(-1)) // a collection empties pools, which then allocate again
	dir := testfs.Dir(t, "tmpfs")
	src, dst := filepath.Join(dir, "source"), filepath.Join(dir, "sealed")
	const short, long = 8, 40 // pieces
	for _, workspace := range []Workspace{Mmap, Fallback} {
		o := Options{Workspace: workspace, Workers: 2, NoSync: true, Replace: true}
		for what, fn := range map[string]func() error{
			"seal": func() error { _, err := SealFile(ctx, dst, src, SecretKey(testSecret), o); return err },
			"verify": func() error {
				if _, err := VerifyFile(ctx, src, SecretKey(testSecret), verifying(o)); !errors.Is(err, ErrNotAuthentic) {
					return fmt.Errorf("zeros as a box: %v", err)
				}
				return nil
			},
		} {
			count := func(pieces int64) (mallocs int) {
				write(t, src, nil)
				if err := os.Truncate(src, pieces*blockSize); err != nil {
					t.Fatal(err)
				}
				var before, after runtime.MemStats
				runtime.ReadMemStats(&before)
				if err := fn(); err != nil {
					t.Fatal(err)
				}
				runtime.ReadMemStats(&after)
				return int(after.Mallocs - before.Mallocs)
			}
			count(long) // the first allocates what pools then keep
			few, many := count(short), count(long)
			t.Logf("%s, %s: %d allocations for %d pieces, %d for %d", what, workspace, few, short, many, long)
			if many-few > (long-short)/4 {
				t.Errorf("%s, %s: %d allocations for %d pieces, %d for %d", what, workspace, few, short, many, long)
			}
		}
	}
}
