package cli

import (
	"fmt"
	"slices"
	"testing"
)

// TestEveryStepInPairs runs the command with a step that fails, and the step that
// cleans up after it failing as well.
func TestEveryStepInPairs(t *testing.T) { newTrial(t).failsInPairs(t) }

// pairs are a step that fails and the step that would undo what came before it,
// which fails as well. Some need a step before them that is not to be had, as on
// other file systems and hosts. A number after a call is which of its kind
// fails; otherwise all do.
var pairs = []struct {
	flags, faults []string
	call          string // the fault that there must be
}{
	// The directory is not synced, and the name not taken back: link.
	{nil, []string{"fsync:error=EIO:when=2+", "unlinkat:error=EIO"}, "unlinkat"},
	// The same, and the name cannot be looked at.
	{nil, []string{"fsync:error=EIO:when=2+", "newfstatat:error=EIO:when=2+"}, "newfstatat"},
	// The same, for a copy.
	{[]string{"--strategy", "copy"}, []string{"fsync:error=EIO:when=2+", "unlinkat:error=EIO"}, "unlinkat"},
	// The same, where a temporary was renamed.
	{[]string{"--strategy", "rename"}, []string{"fsync:error=EIO:when=2+", "renameat2:error=EIO:when=2+"}, "renameat2"},
	{[]string{"--workspace", "fallback"}, []string{"fsync:error=EIO:when=2+", "renameat2:error=EIO:when=2+"}, "renameat2"},
	{[]string{"--workspace", "fallback"}, []string{"fsync:error=EIO:when=2+", "renameat2:error=EIO:when=2+", "unlinkat:error=EIO"}, "unlinkat"},
	// The rename fails, and the temporary is not removed.
	{[]string{"--strategy", "rename"}, []string{"renameat2:error=EIO", "unlinkat:error=EIO"}, "unlinkat"},
	{[]string{"--workspace", "fallback"}, []string{"renameat2:error=EIO", "unlinkat:error=EIO"}, "unlinkat"},
	{[]string{"--workspace", "fallback"}, []string{"pwrite64:error=EIO", "unlinkat:error=EIO"}, "unlinkat"},
	// A rename that spares existing names is not to be had: link, and unlink fails.
	{[]string{"--strategy", "rename"}, []string{"renameat2:error=EINVAL", "unlinkat:error=EIO"}, "unlinkat"},
	{[]string{"--workspace", "fallback"}, []string{"renameat2:error=EINVAL", "unlinkat:error=EIO"}, "unlinkat"},
	{[]string{"--workspace", "fallback"}, []string{"renameat2:error=EINVAL", "linkat:error=EIO", "unlinkat:error=EIO"}, "unlinkat"},
	// The name cannot be looked at after the rename, and not given back.
	{[]string{"--workspace", "fallback"}, []string{"newfstatat:error=EIO:when=3+", "renameat2:error=EIO:when=2+"}, "newfstatat"},
	// Replacing.
	{[]string{"-f"}, []string{"renameat:error=EIO", "unlinkat:error=EIO"}, "unlinkat"},
	{[]string{"-f", "--workspace", "fallback"}, []string{"renameat:error=EIO", "unlinkat:error=EIO"}, "unlinkat"},
}

// failsInPairs lets a step fail, and the step that cleans up after it as well.
// Only a whole file has the final name, with status 0 or with a message that it
// is in place; a temporary may be left.
func (b *trial) failsInPairs(t *testing.T) {
	for _, verb := range [][]string{{"open", "-k", "key", "-o", "out", "box"}, {"seal", "-k", "key", "-o", "out", "message"}} {
		for _, pair := range pairs {
			u := use{writes: true, replaces: slices.Contains(pair.flags, "-f"), mayStay: true}
			args := slices.Concat(verb, []string{"--workers", "1"}, pair.flags)
			what := fmt.Sprint(args, pair.faults)
			// strace counts the calls of each thread, and Go may change threads between two.
			hit := false
			for round := 0; round < 20 && !hit; round++ {
				dir := b.fresh(t, u.replaces)
				status, said, hits := b.run(t, dir, pair.faults, args...)
				hit = hits[pair.call] != ""
				if status != exitDone && status != exitFailed {
					t.Errorf("%s: status %d: %s", what, status, said)
				}
				b.check(t, what, dir, u, true, status, said)
			}
			if !hit {
				t.Errorf("%s: %s never failed", what, pair.call)
			}
		}
	}
}
