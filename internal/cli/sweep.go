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
		Long: `Remove the temporary files that a killed largebox left in DIR, and print their
names. A temporary file is named .largebox-….tmp. It is removed if it is yours, has
no other name, and is not in use; nothing else is touched. largebox leaves one only
if it is killed while it replaces a file, uses --strategy rename, or works on a file
system that has no files without a name. For output to a pipe, it is in --tmpdir or
$TMPDIR.`,
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
