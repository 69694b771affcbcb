package cli

import (
	"fmt"
	"slices"
	"strings"

	"github.com/largebox/largebox/largebox"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

const suffix = ".box"

// A verb is one of the three things that can be done to a file.
type verb struct {
	name, use, short, long, example string
	writes                          bool
	// output is what FILE becomes without -o.
	output func(src string) (string, error)
	// do does it.
	do func(*call) (largebox.Result, error)
	// keys adds the flags that say with which key, and read reads it.
	keys func(*pflag.FlagSet, *keyFlags)
	read func(*call, *keyFlags) error
}

var verbs = []verb{
	{
		name: "seal", writes: true,
		use:   "seal [-k KEYFILE | -r PUBLICKEY [-i IDENTITYFILE]] [-o OUT] FILE...",
		short: "Seal FILE into FILE.box",
		long: `Seal each FILE into FILE.box:
  with a secret key (-k, or your default key), as a secretbox;
  for the owner of a public key (-r), as a sealed box, in which nothing tells who
  made it;
  for the owner of a public key, from you (-r and -i), as a box.`,
		example: `  largebox seal backup.tar
  largebox seal -k key -o /mnt/usb/backup.box backup.tar
  largebox seal -r largebox-public1… report.pdf notes.txt
  pg_dump db | largebox seal -o db.box -`,
		output: func(src string) (string, error) { return src + suffix, nil },
		do: func(c *call) (largebox.Result, error) {
			return largebox.SealStream(c.ctx, c.dst, c.src, c.sealer, c.options)
		},
		keys: sealKeys, read: readSealer,
	},
	{
		name: "open", writes: true,
		use:   "open [-k KEYFILE | -i IDENTITYFILE [--from PUBLICKEY]] [-o OUT] FILE...",
		short: "Open FILE.box into FILE",
		long: `Open each FILE.box into FILE, with the secret key that sealed it (-k, or your
default key), or with the identity that it was sealed for (-i, and --from who
sealed it, if it is a box). Nothing is written, not even to a pipe, before the
whole box has verified.`,
		example: `  largebox open backup.tar.box
  largebox open -i me -o report.pdf report.pdf.box
  largebox open -o - db.box | psql db`,
		output: func(src string) (string, error) {
			if dst, ok := strings.CutSuffix(src, suffix); ok && dst != "" && !strings.HasSuffix(dst, "/") {
				return dst, nil
			}
			return "", usagef("%s does not end in %s: use -o to say where its content goes", src, suffix)
		},
		do: func(c *call) (largebox.Result, error) {
			return largebox.OpenStream(c.ctx, c.dst, c.src, c.opener, c.options)
		},
		keys: openKeys, read: readOpener,
	},
	{
		name:    "verify",
		use:     "verify [-k KEYFILE | -i IDENTITYFILE [--from PUBLICKEY]] FILE...",
		short:   "Check that FILE would open, and write nothing",
		long:    "Check that each FILE would open, and write nothing. Keys are as for open.",
		example: `  largebox verify backup.tar.box`,
		do: func(c *call) (largebox.Result, error) {
			return largebox.VerifyStream(c.ctx, c.src, c.opener, largebox.VerifyOptions{
				Workspace: c.options.Workspace, Workers: c.options.Workers, Progress: c.options.Progress,
			})
		},
		keys: openKeys, read: readOpener,
	},
}

func newVerb(v verb) *cobra.Command {
	var k keyFlags
	var f workFlags
	cmd := &cobra.Command{
		Use: v.use, Short: v.short, Long: v.long + "\n\n" + exitHelp, Example: v.example,
		DisableFlagsInUseLine: true,
		Args:                  files(1, 0),
		RunE: func(cmd *cobra.Command, args []string) error {
			c, err := newCall(cmd, v, &f, args)
			if err != nil {
				return err
			}
			defer k.wipe()
			if err := v.read(c, &k); err != nil {
				return err
			}
			return c.all(args)
		},
	}
	flags := cmd.Flags()
	flags.SortFlags = false
	v.keys(flags, &k)
	f.add(cmd, v.writes)
	return cmd
}

// The values of flags that have a few.
var (
	strategies = []string{"auto", "link", "clone", "copy", "rename"}
	workspaces = []string{"auto", "mmap", "fallback"}
	progresses = []string{"auto", "always", "never"}
)

// check is for what would otherwise be found when a key has been read, or made.
func (f *workFlags) check(cmd *cobra.Command) (err error) {
	cmd.Flags().Visit(func(flag *pflag.Flag) {
		if flag.Value.Type() == "string" && flag.Value.String() == "" {
			err = usagef("--%s is empty", flag.Name) // a variable of a script that is not set
		}
	})
	choice := func(name, value string, of []string) {
		if err == nil && value != "" && !slices.Contains(of, value) {
			err = usagef("--%s %s: there are %s", name, value, strings.Join(of, ", "))
		}
	}
	choice("strategy", f.strategy, strategies)
	choice("workspace", f.workspace, workspaces)
	choice("progress", f.progress, progresses)
	if err == nil && f.workers < 0 {
		err = usagef("--workers %d: a number from 0 to 256 is needed", f.workers)
	}
	return err
}

// workFlags say how the work is done.
type workFlags struct {
	out, strategy, workspace, progress, mode, tempDir string
	force, noSync, json, quiet, verbose               bool
	workers                                           int
}

func (f *workFlags) add(cmd *cobra.Command, writes bool) {
	flags := cmd.Flags()
	// choice is a flag with a few values, which the shell completes.
	choice := func(p *string, name, help string, values []string) {
		flags.StringVar(p, name, values[0], fmt.Sprintf("%s, `ONE` of: %s", help, strings.Join(values, ", ")))
		cmd.RegisterFlagCompletionFunc(name, cobra.FixedCompletions(values, cobra.ShellCompDirectiveNoFileComp))
	}
	if writes {
		flags.StringVarP(&f.out, "output", "o", "", "write to `OUT`; with one FILE only")
		flags.BoolVarP(&f.force, "force", "f", false, "replace OUT if it exists")
		flags.StringVar(&f.mode, "mode", "", "permission of OUT in `OCTAL`, before umask (seal: 666, open: 600)")
		flags.StringVar(&f.tempDir, "tmpdir", "", "assemble the output in `DIR`, on a disk with room for it")
		flags.BoolVar(&f.noSync, "no-sync", false, "do not wait until OUT is on the disk")
		choice(&f.strategy, "strategy", "how OUT gets its name", strategies)
	}
	choice(&f.workspace, "workspace", "how files are read and written", workspaces)
	flags.IntVar(&f.workers, "workers", 0, "`N` goroutines at work (0: one for each core; at most 256)")
	choice(&f.progress, "progress", "a bar on standard error", progresses)
	flags.BoolVar(&f.json, "json", false, "print what was done as one JSON object for each FILE")
	flags.BoolVarP(&f.quiet, "quiet", "q", false, "print nothing but errors")
	flags.BoolVarP(&f.verbose, "verbose", "v", false, "print what was done, and how fast")
}
