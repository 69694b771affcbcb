package largebox

import (
	"os"
	"path/filepath"

	"github.com/largebox/largebox/internal/tempfile"
)

// Sweep removes the temporary files that killed processes left in the directory
// dir, and returns their paths; with dryRun it only returns them. A file is
// removed if it has the name of a temporary (.largebox-….tmp), is a regular
// file of the calling user with no other name, and no living process holds it.
// Subdirectories are not looked into. Nothing is swept unless this is called.
func Sweep(dir string, dryRun bool) (swept []string, err error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	names, err := tempfile.Sweep(root, dryRun)
	for _, name := range names {
		swept = append(swept, filepath.Join(dir, name))
	}
	return swept, err
}
