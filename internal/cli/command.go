package cli

import (
	"fmt"
	"io"
	"io/fs"
	"os"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/largebox/largebox/largebox"
	"github.com/spf13/cobra"
)

// NewCommand returns the command with its verbs, for what writes its manual and its
// completions. Main runs it.
func NewCommand(extensions ...Extension) *cobra.Command {
	p := newProgram(extensions)
	p.stdin, p.stdout, p.console.w = os.Stdin, os.Stdout, os.Stderr
	return p.command()
}

func (p *program) command() *cobra.Command {
	root := &cobra.Command{
		Use:   "largebox",
		Short: "Seal and open files larger than RAM as one NaCl box",
		Long: `largebox seals and opens files of any size as one NaCl box: the bytes of libsodium
and PyNaCl, on all cores, in constant memory. Until its tag has verified, what it
opens has no name (or, on file systems without files that have none, a private
temporary one). Nothing is overwritten without -f.

` + defaultKeyHelp + `

"-" as FILE or OUT is standard input or output.`,
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
			return unknownCommand(cmd, args[0])
		},
		SuggestionsMinimumDistance: 2,
		SilenceErrors:              true,
		SilenceUsage:               true,
		Version:                    version(),
		PersistentPreRunE:          checkFlags,
	}
	root.SetVersionTemplate("{{.Version}}")
	root.SetFlagErrorFunc(flagError)
	root.SetHelpCommand(newHelp())
	cobra.EnableCommandSorting = false // seal, open and verify come first
	for _, newVerb := range p.verbs {
		root.AddCommand(newVerb())
	}
	root.RunE = func(cmd *cobra.Command, _ []string) error {
		var names []string
		for _, c := range cmd.Commands() {
			if c.IsAvailableCommand() && c.Name() != "completion" {
				names = append(names, c.Name())
			}
		}
		return usagef("a command is missing: choose one of %s", strings.Join(names, ", "))
	}
	root.AddCommand(newCompletion())
	for _, cmd := range append(root.Commands(), root) {
		if cmd.Name() != "completion" {
			cmd.Long = strings.TrimSpace(cmd.Long) + "\n\n" + p.outcomes.help()
		}
		countFlags(cmd)
	}
	return root
}

func unknownCommand(root *cobra.Command, name string) error {
	err := usagef("unknown command %q", name)
	meant := root.SuggestionsFor(name)
	slices.Sort(meant) // a name and its aliases may all be near
	if meant = slices.Compact(meant); len(meant) > 0 {
		err = hintedError{err, "did you mean largebox " + strings.Join(meant, ", or largebox ") + "?"}
	} else if info, e := os.Stat(name); e == nil && !info.IsDir() {
		err = hintedError{err, "it is a file: to seal it, largebox seal " + name}
	}
	return err
}

// files checks that there are at least min and, unless max is 0, at most max FILEs.
func (p *program) files(min, max int) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		switch {
		case len(args) < min && pipedIn(p.stdin):
			return hintedError{usagef("%s: the name of a file is missing", cmd.Name()), "to read standard input, use - as FILE"}
		case len(args) < min:
			return usagef("%s: the name of a file is missing", cmd.Name())
		case max > 0 && len(args) > max:
			return usagef("%s takes %d name, not %d", cmd.Name(), max, len(args))
		}
		return nil
	}
}

// pipedIn reports whether standard input is a pipe or a file.
func pipedIn(stdin io.Reader) bool {
	f, ok := stdin.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && (info.Mode()&fs.ModeNamedPipe != 0 || info.Mode().IsRegular())
}

// release is the version, if the linker was given one.
var release string

func version() string {
	v := release
	if info, ok := debug.ReadBuildInfo(); ok && v == "" {
		v = info.Main.Version
	}
	if v == "" {
		v = "(devel)"
	}
	h := largebox.Host()
	return fmt.Sprintf(`largebox %s, %s, %s/%s
engine       %s, %d cores
workspaces   %v
strategies   %v
`, v, runtime.Version(), runtime.GOOS, runtime.GOARCH, h.Engine, h.Cores, h.Workspaces, h.Strategies)
}
