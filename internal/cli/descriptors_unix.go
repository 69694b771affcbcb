//go:build unix

package cli

import (
	"fmt"

	"golang.org/x/sys/unix"
)

// neededFiles is how many descriptors one file takes at the most, with those of
// Go's runtime.
const neededFiles = 12

// enoughFiles is an error where there are too few descriptors to work with. It
// is found out first, because without the few that it needs itself Go's runtime
// ends the process in its own way.
func enoughFiles() error {
	for range neededFiles {
		fd, err := unix.Open("/", unix.O_RDONLY|unix.O_CLOEXEC, 0)
		if err == unix.EMFILE || err == unix.ENFILE {
			return fmt.Errorf("%d file descriptors are needed: %w", neededFiles, err)
		} else if err == nil {
			defer unix.Close(fd)
		}
	}
	return nil
}
