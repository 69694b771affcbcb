package cli

import (
	"errors"
	"fmt"

	"github.com/largebox/largebox/publish"
	"github.com/spf13/cobra"
)

// dirs checks that there is at least one DIR.
func dirs(_ *cobra.Command, args []string) error {
	if len(args) == 0 {
		return usagef("sweep: the name of a directory is missing")
	}
	return nil
}

func newSweep() *cobra.Command {
	var dryRun bool
	cmd := &cobra.Command{
		Use:   "sweep [--dry-run] DIR...",
		Short: "Remove what a killed largebox left behind",
		Long: `Remove the temporary files that a killed largebox left in DIR: files of the name
.largebox-….tmp that are yours, have no other name, and are not in use. There
are such files where a file system has none without a name (for output to a pipe
in --tmpdir, or $TMPDIR), and for a moment while an existing file is replaced or
--strategy rename is at work. Nothing else is touched.`,
		Example:               "  largebox sweep --dry-run /srv/backup",
		DisableFlagsInUseLine: true,
		Args:                  dirs,
		RunE: func(cmd *cobra.Command, args []string) error {
			var all error
			for _, dir := range args {
				swept, err := publish.Sweep(dir, publish.SweepOptions{DryRun: dryRun})
				for _, path := range swept {
					if _, e := fmt.Fprintln(cmd.OutOrStdout(), path); e != nil {
						return e
					}
				}
				all = errors.Join(all, err)
			}
			return all
		},
	}
	cmd.Flags().BoolVarP(&dryRun, "dry-run", "n", false, "print what would be removed, and remove nothing")
	return cmd
}
