package main

import (
	"errors"
	"fmt"

	"github.com/largebox/largebox/largebox"
	"github.com/spf13/cobra"
)

func newSweep() *cobra.Command {
	var dryRun bool
	cmd := &cobra.Command{
		Use:   "sweep [--dry-run] DIR...",
		Short: "Remove what a killed largebox left behind",
		Long: `Remove the temporary files that a killed largebox left in DIR: files of the name
.largebox-….tmp that are yours, have no other name, and are not in use. There
are such files only where a file system has none without a name, and for a
moment while an existing file is replaced. Nothing else is touched.`,
		Example:               "  largebox sweep --dry-run /srv/backup",
		DisableFlagsInUseLine: true,
		Args:                  files(1, 0),
		RunE: func(cmd *cobra.Command, args []string) error {
			var all error
			for _, dir := range args {
				swept, err := largebox.Sweep(dir, dryRun)
				for _, path := range swept {
					fmt.Fprintln(cmd.OutOrStdout(), path)
				}
				all = errors.Join(all, err)
			}
			return all
		},
	}
	cmd.Flags().BoolVarP(&dryRun, "dry-run", "n", false, "print what would be removed, and remove nothing")
	return cmd
}
