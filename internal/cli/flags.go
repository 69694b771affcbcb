package cli

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/largebox/largebox/largebox"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// The values of flags that have only a few.
var (
	strategies = texts(largebox.Host().Strategies)
	workspaces = texts(largebox.Host().Workspaces)
	progresses = []string{"auto", "always", "never"}
)

func texts[S ~string](all []S) (texts []string) {
	for _, s := range all {
		texts = append(texts, string(s))
	}
	return texts
}

// workFlags say how the work is done.
type workFlags struct {
	out, strategy, workspace, progress, mode, tempDir string
	force, noSync, json, quiet, verbose               bool
	workers                                           int
}

func (f *workFlags) add(cmd *cobra.Command, writes bool) {
	flags := cmd.Flags()
	// choice adds a flag with a few values, which the shell completes.
	choice := func(p *string, name, help string, values []string) {
		flags.StringVar(p, name, values[0], fmt.Sprintf("%s, `ONE` of: %s", help, strings.Join(values, ", ")))
		cmd.RegisterFlagCompletionFunc(name, cobra.FixedCompletions(values, cobra.ShellCompDirectiveNoFileComp))
	}
	if writes {
		flags.StringVarP(&f.out, "output", "o", "", "write to `OUT`: a file, with one FILE only, or a directory")
		flags.BoolVarP(&f.force, "force", "f", false, "replace OUT if it exists")
		flags.StringVar(&f.mode, "mode", "", "permission of OUT in `OCTAL`, before umask (seal: 666, open: 600)")
		flags.StringVar(&f.tempDir, "tmpdir", "", "assemble the output in `DIR`, on a disk with room for it")
		flags.BoolVar(&f.noSync, "no-sync", false, "do not wait until OUT is on the disk")
		choice(&f.strategy, "strategy", "how OUT gets its name", strategies)
	}
	choice(&f.workspace, "workspace", "how files are read and written", workspaces)
	flags.IntVar(&f.workers, "workers", 0, "`N` goroutines at work (0: one for each core; at most 256)")
	choice(&f.progress, "progress", "a bar on standard error", progresses)
	flags.Lookup("progress").NoOptDefVal = "always"
	flags.BoolVar(&f.json, "json", false, "print what was done as one JSON object for each FILE")
	flags.BoolVarP(&f.quiet, "quiet", "q", false, "print nothing but warnings and errors")
	flags.BoolVarP(&f.verbose, "verbose", "v", false, "print what was done, and how fast")
}

// check finds what would otherwise be found after a key has been read, or made.
func (f *workFlags) check() error {
	for _, choice := range []struct {
		flag, value string
		of          []string
	}{
		{"strategy", f.strategy, strategies},
		{"workspace", f.workspace, workspaces},
		{"progress", f.progress, progresses},
	} {
		if choice.value != "" && !slices.Contains(choice.of, choice.value) {
			return usagef("--%s %s: choose one of %s", choice.flag, choice.value, strings.Join(choice.of, ", "))
		}
	}
	if f.workers < 0 {
		return usagef("--workers %d: give a number from 0 to 256", f.workers)
	}
	return nil
}

// joinProgress lets --progress have its value as the next word as well, though it
// needs none.
func joinProgress(args []string) (joined []string) {
	for i := 0; i < len(args); i++ {
		if args[i] == "--" {
			return append(joined, args[i:]...)
		}
		if args[i] == "--progress" && i+1 < len(args) && slices.Contains(progresses, args[i+1]) {
			joined = append(joined, args[i]+"="+args[i+1])
			i++
			continue
		}
		joined = append(joined, args[i])
	}
	return joined
}

// A counted value knows how often the command line sets it.
type counted struct {
	pflag.Value
	times int
}

func (c *counted) Set(s string) error {
	c.times++
	return c.Value.Set(s)
}

// countFlags makes the flags of cmd counted, but for those that are lists.
func countFlags(cmd *cobra.Command) {
	cmd.InitDefaultHelpFlag()
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		if _, list := f.Value.(pflag.SliceValue); !list {
			f.Value = &counted{Value: f.Value}
		}
	})
}

// checkFlags refuses a flag that is given twice, of which the last would silently
// win, and an empty one, which is a variable of a script that is not set.
func checkFlags(cmd *cobra.Command, _ []string) (err error) {
	cmd.Flags().Visit(func(f *pflag.Flag) {
		if c, ok := f.Value.(*counted); ok && c.times > 1 {
			err = usagef("--%s is given %d times; it can be given once", f.Name, c.times)
		} else if f.Value.Type() == "string" && f.Value.String() == "" {
			err = usagef("--%s is empty", f.Name)
		}
	})
	return err
}

// flagError says what is wrong with a flag, and what somebody meant who is used to
// another program.
func flagError(_ *cobra.Command, err error) error {
	var unknown *pflag.NotExistError
	var invalid *pflag.InvalidValueError
	switch {
	case errors.As(err, &unknown):
		hint, ok := map[string]string{
			"d": "to decrypt: largebox open FILE", "decrypt": "to decrypt: largebox open FILE",
			"e": "to encrypt: largebox seal FILE", "encrypt": "to encrypt: largebox seal FILE", "c": "to encrypt: largebox seal FILE",
			"p":          "largebox has no passphrases; keys are random, and in files: see largebox keygen --help",
			"passphrase": "largebox has no passphrases; keys are random, and in files: see largebox keygen --help",
			"password":   "largebox has no passphrases; keys are random, and in files: see largebox keygen --help",
			"R":          "-r takes a file with a public key, too",
		}[unknown.GetSpecifiedName()]
		if ok {
			return hintedError{usageError{err}, hint}
		}
	case errors.As(err, &invalid):
		f := invalid.GetFlag()
		kind, ok := map[string]string{"int": "a number", "bool": "true or false", "duration": "a time such as 100ms"}[f.Value.Type()]
		if ok {
			return usagef("--%s %s: give %s", f.Name, invalid.GetValue(), kind)
		}
	}
	return usageError{err}
}
