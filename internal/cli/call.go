package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strconv"
	"time"

	"github.com/largebox/largebox/largebox"
	"github.com/largebox/largebox/publish"
	"github.com/spf13/cobra"
)

// A call is one use of a verb.
type call struct {
	verb
	cmd     *cobra.Command
	ctx     context.Context
	flags   *workFlags
	sealer  largebox.Sealer
	opener  largebox.Opener
	options largebox.Options

	// Of the file at hand.
	src largebox.Input
	dst largebox.Output
}

// newCall checks what can be checked before anything is read.
func newCall(cmd *cobra.Command, v verb, f *workFlags, args []string) (*call, error) {
	c := &call{verb: v, cmd: cmd, ctx: cmd.Context(), flags: f, options: largebox.Options{
		Workspace: largebox.Workspace(f.workspace),
		Strategy:  publish.Strategy(f.strategy),
		Workers:   f.workers,
		Replace:   f.force,
		NoSync:    f.noSync,
		TempDir:   f.tempDir,
	}}
	if err := f.check(cmd); err != nil {
		return nil, err
	}
	if f.mode != "" {
		mode, err := strconv.ParseUint(f.mode, 8, 32)
		if err != nil || mode == 0 || mode > 0o777 {
			return nil, usagef("--mode %s: an octal permission is needed, such as 640", f.mode)
		}
		c.options.Mode = fs.FileMode(mode)
	}
	if len(args) > 1 {
		if f.out != "" {
			return nil, usagef("-o goes with one FILE, not with %d", len(args))
		}
		if slices.Contains(args, "-") {
			return nil, usagef("- (standard input) goes alone, not with other FILEs")
		}
	}
	for _, src := range args {
		dst, err := c.outputOf(src)
		switch {
		case err != nil:
			return nil, err
		case dst == "-" && f.json:
			return nil, usagef("--json and the output cannot both go to standard output")
		case dst == "-" && v.name == "seal" && isTerminal(cmd.OutOrStdout()):
			return nil, usagef("a box is no text for a terminal: use -o, or redirect the output")
		}
	}
	return c, nil
}

// outputOf is where src goes; empty for a verb that writes nothing.
func (c *call) outputOf(src string) (string, error) {
	switch {
	case !c.writes:
		return "", nil
	case c.flags.out != "":
		return c.flags.out, nil
	case src == "-":
		return "-", nil
	}
	return c.output(src)
}

// all does it to each file. What goes wrong with one is reported, and the next
// has its turn.
func (c *call) all(srcs []string) error {
	worst := exitDone
	for _, src := range srcs {
		err := context.Cause(c.ctx)
		if err != nil {
			err = fmt.Errorf("%s %s: not begun: %w", c.name, src, err)
		} else {
			err = c.one(src)
		}
		if err != nil {
			report(c.cmd.ErrOrStderr(), err)
			worst = max(worst, status(err))
		}
	}
	if worst != exitDone {
		return reportedError(worst)
	}
	return nil
}

func (c *call) one(src string) error {
	dst, err := c.outputOf(src)
	if err != nil {
		return err
	}
	c.src, c.dst = c.input(src), largebox.Path(dst)
	if dst == "-" {
		c.dst = largebox.Writer(interruptibleWriter(c.ctx, c.cmd.OutOrStdout()))
		c.warnOfMemory(src)
	}
	bar := c.newBar(src)
	c.options.Progress = showOn(bar)
	start := time.Now()
	result, err := c.do(c)
	took := time.Since(start)
	if bar != nil {
		bar.Clear()
	}
	if c.flags.json {
		if e := c.printJSON(src, dst, took, result, err); err == nil {
			err = e
		}
	}
	if errors.Is(err, fs.ErrExist) && c.flags.force {
		return hintedError{err, "a directory, a device or a pipe is not replaced; -o chooses another name, and -o - is for pipes"}
	} else if err != nil {
		return err
	}
	if c.flags.verbose {
		c.describe(src, dst, took, result)
	} else if !c.writes && !c.flags.quiet && !c.flags.json {
		_, err = fmt.Fprintf(c.cmd.OutOrStdout(), "%s: authentic, %d bytes\n", src, result.Bytes)
	}
	return err
}

// input is src, so that a signal ends the work also while nothing comes from it,
// or while it is being opened.
func (c *call) input(src string) largebox.Input {
	if src == "-" {
		return largebox.Reader(interruptible(c.ctx, c.cmd.InOrStdin()))
	}
	if info, err := os.Stat(src); err == nil && info.Mode()&(fs.ModeNamedPipe|fs.ModeDevice|fs.ModeSocket) != 0 {
		return largebox.Reader(interruptible(c.ctx, &lazyFile{path: src}))
	}
	return largebox.Path(src)
}

// describe says on standard error what was done, for people.
func (c *call) describe(src, dst string, took time.Duration, r largebox.Result) {
	what := src
	if dst != "" {
		what += " -> " + dst
	}
	how := ""
	if r.Strategy != "" {
		how = ", published by " + string(r.Strategy)
	}
	if r.Durable {
		how += ", durable"
	}
	fmt.Fprintf(c.cmd.ErrOrStderr(), "%s: %s in %.2f s, %.0f MB/s (%s, %s, %d workers%s)\n", what, inUnits(r.Bytes),
		took.Seconds(), float64(r.Bytes)/1e6/max(took.Seconds(), 1e-9), r.Engine, r.Workspace, r.Workers, how)
}

func inUnits(n int64) string {
	v, units := float64(n), []string{"bytes", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"}
	i := 0
	for v >= 1024 && i < len(units)-1 {
		v, i = v/1024, i+1
	}
	if i == 0 {
		return fmt.Sprintf("%d bytes", n)
	}
	return fmt.Sprintf("%.1f %s", v, units[i])
}

func (c *call) printJSON(src, dst string, took time.Duration, r largebox.Result, err error) error {
	if err != nil {
		return json.NewEncoder(c.cmd.OutOrStdout()).Encode(struct {
			Op     string `json:"op"`
			Src    string `json:"src"`
			Dst    string `json:"dst"`
			Error  string `json:"error"`
			Status int    `json:"status"`
		}{c.name, src, dst, err.Error(), status(err)})
	}
	return json.NewEncoder(c.cmd.OutOrStdout()).Encode(struct {
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
	}{c.name, src, dst, r.Bytes, took.Seconds(), r.Strategy, r.Workspace, r.Engine, r.Workers, r.Durable})
}

// memoryMatters is the size in bytes from which it is worth a word that output
// is kept in memory.
const memoryMatters = 64 << 20

// warnOfMemory says so where output for a pipe is kept in a tmpfs, which is
// memory, until it is complete.
func (c *call) warnOfMemory(src string) {
	dir := c.flags.tempDir
	if dir == "" {
		dir = os.TempDir()
	}
	info, err := os.Stat(src)
	if c.flags.quiet || !isTmpfs(dir) || src != "-" && (err != nil || info.Mode().IsRegular() && info.Size() < memoryMatters) {
		return
	}
	fmt.Fprintf(c.cmd.ErrOrStderr(), "largebox: until it is complete, the output is kept in %s, which is memory (tmpfs); --tmpdir chooses a disk\n", dir)
}
