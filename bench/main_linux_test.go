package bench

import (
	"slices"
	"testing"

	"github.com/largebox/largebox/internal/testfs"
)

// loopKinds are the file systems that -dirs can name.
var loopKinds = []string{"ext4", "xfs", "btrfs"}

func run(m *testing.M, describe func()) int {
	if slices.ContainsFunc(directories(), isLoop) {
		testfs.ImageSize = max(testfs.ImageSize, spaceFactor*int64(slices.Max(fileSizes))+1<<30)
		testfs.Enter()
	}
	describe()
	return testfs.Run(m)
}

func isLoop(dir string) bool { return slices.Contains(loopKinds, dir) }

// loop returns a directory on a file system of that kind, which ends with the process.
func loop(b *testing.B, kind string) string { return testfs.Dir(b, kind) }
