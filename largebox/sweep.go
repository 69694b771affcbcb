package largebox

import "github.com/largebox/largebox/publish"

// Sweep removes the temporary files that killed processes left in the directory
// dir, and returns their paths; with dryRun it only returns them. See
// publish.Sweep. No other function sweeps.
func Sweep(dir string, dryRun bool) (swept []string, err error) {
	return publish.Sweep(dir, publish.SweepOptions{DryRun: dryRun})
}
