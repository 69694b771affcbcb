package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/largebox/largebox/largebox"
	"github.com/largebox/largebox/publish"
	"github.com/spf13/cobra"
)

const suffix = ".box"

func newCommand() *cobra.Command {
	root := &cobra.Command{
		Use:   "largebox",
		Short: "Seal and open files larger than RAM as one NaCl box",
		Long: `largebox seals and opens files of any size as one NaCl secretbox: the bytes of
libsodium and PyNaCl, on all cores, in constant memory. What it opens has no
name before its tag has verified.

A file is sealed into FILE.box and opened into FILE, unless -o says otherwise;
"-" is standard input or output. Nothing is overwritten without -f.

` + exitHelp,
		Example: `  openssl rand -hex 32 > key                # a key: 64 hex digits
  largebox seal -k key backup.tar           # makes backup.tar.box
  largebox verify -k key backup.tar.box
  largebox open -k key backup.tar.box       # makes backup.tar
  tar c dir | largebox seal -k key -o dir.tar.box -
  largebox open -k key -o - dir.tar.box | tar x`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 0 {
				return usagef("unknown command %q: there are seal, open and verify", args[0])
			}
			return nil
		},
		SilenceErrors: true,
		SilenceUsage:  true,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return usagef("a command is missing: seal, open or verify")
		},
	}
	root.CompletionOptions.HiddenDefaultCmd = true
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usageError{err} })
	for _, verb := range verbs {
		root.AddCommand(newVerb(verb))
	}
	return root
}

// A verb is one of the three things that can be done to a file.
type verb struct {
	name, short, long string
	writes            bool
	// output is what FILE becomes without -o.
	output func(src string) (string, error)
	do     func(*call) (largebox.Result, error)
}

var verbs = []verb{
	{
		name: "seal", writes: true,
		short:  "Seal FILE into FILE.box",
		long:   "Seal FILE into FILE.box (nonce, tag, ciphertext; PyNaCl's SecretBox.encrypt).",
		output: func(src string) (string, error) { return src + suffix, nil },
		do: func(c *call) (largebox.Result, error) {
			return largebox.SealStream(c.cmd.Context(), c.dst, c.src, c.key, c.options)
		},
	},
	{
		name: "open", writes: true,
		short: "Open FILE.box into FILE",
		long:  "Open FILE.box into FILE. Nothing is written, not even to a pipe, before the whole\nbox has verified.",
		output: func(src string) (string, error) {
			if dst, ok := strings.CutSuffix(src, suffix); ok && dst != "" {
				return dst, nil
			}
			return "", usagef("%s does not end in %s: use -o to say where its content goes", src, suffix)
		},
		do: func(c *call) (largebox.Result, error) {
			return largebox.OpenStream(c.cmd.Context(), c.dst, c.src, c.key, c.options)
		},
	},
	{
		name:  "verify",
		short: "Check that FILE would open, and write nothing",
		long:  "Check that FILE would open, and write nothing.",
		do: func(c *call) (largebox.Result, error) {
			return largebox.VerifyStream(c.cmd.Context(), c.src, c.key, c.options)
		},
	},
}

// A call is one use of a verb.
type call struct {
	cmd     *cobra.Command
	key     largebox.Key
	src     largebox.Input
	dst     largebox.Output
	options largebox.Options
}

func newVerb(v verb) *cobra.Command {
	var (
		keyFile, out, strategy, workspace string
		asJSON                            bool
		o                                 largebox.Options
	)
	use, example := v.name+" -k KEYFILE [-o OUT] FILE", "  largebox "+v.name+" -k key FILE"
	if !v.writes {
		use = v.name + " -k KEYFILE FILE"
	}
	cmd := &cobra.Command{
		Use: use, DisableFlagsInUseLine: true, Short: v.short, Long: v.long + "\n\n" + exitHelp, Example: example,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return usagef("%s takes one FILE, not %d", v.name, len(args))
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if keyFile == "" {
				return usagef("-k KEYFILE is missing")
			}
			src, dst := args[0], out
			if v.writes && dst == "" {
				var err error
				if dst, err = defaultOutput(v, src); err != nil {
					return err
				}
			}
			if asJSON && dst == "-" {
				return usagef("--json and the output cannot both go to standard output")
			}
			o.Workspace, o.Strategy = largebox.Workspace(workspace), publish.Strategy(strategy)
			key, wipe, err := readKey(keyFile)
			if err != nil {
				return err
			}
			defer wipe()
			start := time.Now()
			result, err := v.do(&call{cmd, largebox.SecretKey(key), input(cmd, src), output(cmd, dst), o})
			if err != nil {
				return err
			}
			if asJSON {
				return printJSON(cmd.OutOrStdout(), v.name, src, dst, time.Since(start), result)
			}
			if !v.writes {
				fmt.Fprintf(cmd.OutOrStdout(), "%s: authentic, %d bytes\n", src, result.Bytes)
			}
			return nil
		},
	}
	flags := cmd.Flags()
	flags.SortFlags = false
	flags.StringVarP(&keyFile, "key", "k", "", "`FILE` with the secret key, 64 hex digits")
	if v.writes {
		flags.StringVarP(&out, "output", "o", "", "write to `OUT` (\"-\": standard output)")
		flags.BoolVarP(&o.Replace, "force", "f", false, "replace OUT if it exists")
		flags.BoolVar(&o.NoSync, "no-sync", false, "do not wait until OUT is on the disk")
		flags.StringVar(&strategy, "strategy", "auto", "how OUT gets its name: auto, link, clone, copy, rename")
	}
	flags.StringVar(&workspace, "workspace", "auto", "how files are read and written: auto, mmap, fallback")
	flags.IntVar(&o.Workers, "workers", 0, "goroutines at work (0: one for each core)")
	flags.BoolVar(&asJSON, "json", false, "print what was done as one JSON object")
	return cmd
}

func defaultOutput(v verb, src string) (string, error) {
	if src == "-" {
		return "-", nil
	}
	return v.output(src)
}

func input(cmd *cobra.Command, name string) largebox.Input {
	if name == "-" {
		return largebox.Reader(cmd.InOrStdin())
	}
	return largebox.Path(name)
}

func output(cmd *cobra.Command, name string) largebox.Output {
	if name == "-" {
		return largebox.Writer(cmd.OutOrStdout())
	}
	return largebox.Path(name)
}

func printJSON(w io.Writer, op, src, dst string, took time.Duration, r largebox.Result) error {
	return json.NewEncoder(w).Encode(struct {
		Op        string             `json:"op"`
		Src       string             `json:"src"`
		Dst       string             `json:"dst"`
		Bytes     int64              `json:"bytes"`
		Seconds   float64            `json:"seconds"`
		Strategy  publish.Strategy   `json:"strategy"`
		Workspace largebox.Workspace `json:"workspace"`
		Engine    string             `json:"engine"`
		Workers   int                `json:"workers"`
		Durable   bool               `json:"durable"`
	}{op, src, dst, r.Bytes, took.Seconds(), r.Strategy, r.Workspace, r.Engine, r.Workers, r.Durable})
}
