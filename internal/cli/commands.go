package cli

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"strings"

	"github.com/largebox/largebox/largebox"
	"github.com/spf13/cobra"
)

func newCommand() *cobra.Command {
	root := &cobra.Command{
		Use:   "largebox",
		Short: "Seal and open files larger than RAM as one NaCl box",
		Long: `largebox seals and opens files of any size as one NaCl box: the bytes of libsodium
and PyNaCl, on all cores, in constant memory. Until its tag has verified, what it
opens has no name (or, on file systems without files that have none, a private
temporary one). Nothing is overwritten without -f.

Without a key, largebox uses your default secret key, which it makes when you
first seal a file. "-" as FILE or OUT is standard input or output.

` + exitHelp,
		Example: `  largebox seal backup.tar                        # makes backup.tar.box
  largebox open backup.tar.box                    # makes backup.tar
  tar c dir | largebox seal -o dir.tar.box -
  largebox open -o - dir.tar.box | tar x

  largebox keygen --type box -o me                # an identity; its public key is printed
  largebox seal -r largebox-public1… report.pdf   # only its owner can open report.pdf.box
  largebox open -i me report.pdf.box`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return nil
			}
			if meant := cmd.SuggestionsFor(args[0]); len(meant) > 0 {
				return usagef("unknown command %q: did you mean %s?", args[0], strings.Join(meant, ", or "))
			}
			return usagef("unknown command %q", args[0])
		},
		SuggestionsMinimumDistance: 2,
		SilenceErrors:              true,
		SilenceUsage:               true,
		Version:                    version(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return usagef("a command is missing: seal, open, verify, keygen, pubkey, sweep or bench")
		},
	}
	root.SetVersionTemplate("{{.Version}}")
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usageError{err} })
	for _, v := range verbs {
		root.AddCommand(newVerb(v))
	}
	root.AddCommand(newKeygen(), newPubkey(), newSweep(), newBench())
	return root
}

// files wants so many FILEs at the least and at the most, if that is not 0.
func files(least, most int) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		switch {
		case len(args) < least:
			return usagef("%s: the name of a file is missing", cmd.Name())
		case most > 0 && len(args) > most:
			return usagef("%s takes %d name, not %d", cmd.Name(), most, len(args))
		}
		return nil
	}
}

func version() string {
	release := "(devel)"
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		release = info.Main.Version
	}
	h := largebox.Host()
	return fmt.Sprintf(`largebox %s, %s, %s/%s
engine       %s, %d cores
workspaces   %v
strategies   %v
`, release, runtime.Version(), runtime.GOOS, runtime.GOARCH, h.Engine, h.Cores, h.Workspaces, h.Strategies)
}
