package publish

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/largebox/largebox/internal/tempfile"
)

// SweepOptions adjust Sweep.
type SweepOptions struct {
	// Prefix is that of CreateOptions and Options.
	Prefix string
	// DryRun only returns what would be removed.
	DryRun bool
}

// Sweep removes the temporary files that killed processes left in the directory
// dir, and returns their paths. It removes a file if the file has the name of a
// temporary with this prefix, is a regular file of the calling user with no
// other name, and is held by no living process. It does not look into
// subdirectories.
func Sweep(dir string, opts SweepOptions) (swept []string, err error) {
	prefix, err := tempfile.ParsePrefix(opts.Prefix)
	if err != nil {
		return nil, &fs.PathError{Op: "sweep", Path: dir, Err: err}
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	names, err := prefix.Sweep(root, opts.DryRun)
	for _, name := range names {
		swept = append(swept, filepath.Join(dir, name))
	}
	if err != nil {
		err = fmt.Errorf("sweep %s: %w", dir, err)
	}
	return swept, err
}
