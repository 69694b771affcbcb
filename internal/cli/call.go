package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"syscall"
	"time"

	"github.com/largebox/largebox/largebox"
	"github.com/largebox/largebox/publish"
	"github.com/spf13/cobra"
)

// A call is one use of a verb.
type call struct {
	verb
	p       *program
	ctx     context.Context
	flags   *workFlags
	files   []work
	ref     KeyRef
	sealer  largebox.Sealer
	opener  largebox.Opener
	options largebox.Options

	// Of the file at hand.
	src largebox.Input
	dst largebox.Output
}

// newCall checks what can be checked before anything is read.
func (p *program) newCall(cmd *cobra.Command, v verb, f *workFlags, k *keyFlags, args []string) (*call, error) {
	c := &call{verb: v, p: p, ctx: cmd.Context(), flags: f, options: largebox.Options{
		Workspace: largebox.Workspace(f.workspace),
		Strategy:  publish.Strategy(f.strategy),
		Workers:   f.workers,
		Replace:   f.force,
		NoSync:    f.noSync,
		TempDir:   f.tempDir,
	}}
	if err := f.check(); err != nil {
		return nil, err
	}
	if f.mode != "" {
		mode, err := strconv.ParseUint(f.mode, 8, 32)
		if err != nil || mode == 0 || mode > 0o777 {
			return nil, usagef("--mode %s: give an octal permission, such as 640", f.mode)
		}
		c.options.Mode = fs.FileMode(mode)
	}
	if len(args) > 1 && slices.Contains(args, "-") {
		return nil, usagef("- (standard input) goes alone, not with other FILEs")
	}
	if err := c.plan(args, k); err != nil {
		return nil, err
	}
	for _, f := range c.files {
		if f.dst != "-" {
			continue
		} else if c.flags.json {
			return nil, usagef("--json and the output cannot both go to standard output")
		} else if c.seals && isTerminal(p.stdout) {
			return nil, usagef("a box is not text for a terminal: use -o, or redirect the output")
		}
	}
	return c, nil
}

// all performs the verb on each file. It reports a failure, and goes on with the
// next file.
func (c *call) all() error {
	worst := exitDone
	for _, f := range c.files {
		err := context.Cause(c.ctx)
		if err != nil {
			err = fmt.Errorf("%s %s: not begun: %w", c.name, c.p.display(f.src), err)
		} else {
			err = c.one(f)
		}
		if err != nil {
			c.p.console.report(err)
			worst = max(worst, c.p.outcomes.status(err))
		}
	}
	if worst != exitDone {
		return reportedError(worst)
	}
	return nil
}

func (c *call) one(f work) error {
	start := time.Now()
	result, err := c.perform(f)
	took := time.Since(start)
	f.src, f.dst = c.p.display(f.src), c.p.display(f.dst)
	if c.flags.json {
		if e := c.printJSON(f, took, result, err); err == nil {
			err = e
		}
	}
	if err != nil {
		return c.advise(f, err)
	}
	return c.describe(f, took, result)
}

// perform opens both ends, performs the verb, and closes them.
func (c *call) perform(f work) (result largebox.Result, err error) {
	from, err := c.p.place(f.src)
	if err != nil {
		return result, err
	}
	if info, e := c.stat(f.src, false); e == nil && info.IsDir() {
		return result, c.isDirectory(f.src)
	}
	var closer io.Closer
	if c.src, closer, err = from.Input(c.ctx, f.src); err != nil {
		return result, fmt.Errorf("%s: %w", c.name, err)
	} else if closer != nil {
		defer closer.Close()
	}
	if c.writes {
		to, err := c.p.place(f.dst)
		if err != nil {
			return result, err
		} else if to.Output == nil {
			return result, usagef("%s cannot be written to", c.p.display(f.dst))
		}
		if c.dst, err = to.Output(c.ctx, f.dst, c.flags.force); err != nil {
			return result, fmt.Errorf("%s: %w", c.name, err)
		}
		c.warnOfMemory(f)
	}
	bar := c.newBar(c.p.display(f.src))
	if bar != nil {
		c.options.Progress = bar.progress
		defer bar.finish()
	}
	result, err = c.run(c)
	var named *largebox.Error
	if errors.As(err, &named) { // which knows no name of a stream
		named.Src, named.Dst = c.p.display(f.src), c.p.display(f.dst)
	}
	return result, err
}

// outputOptions returns the options that the output at hand can use: a stream has no
// mode, for one.
func (c *call) outputOptions() largebox.Options {
	o := c.options
	if _, ok := c.dst.(largebox.Path); !ok {
		o.Strategy, o.Mode, o.Replace, o.NoSync = "", 0, false, false
	}
	return o
}

func (c *call) isDirectory(src string) error {
	err := &fs.PathError{Op: c.name, Path: src, Err: syscall.EISDIR}
	hint := "name a file in it"
	if c.seals {
		hint = fmt.Sprintf("tar makes one file of it: tar c %s | largebox seal -o %s.tar.box -", src, filepath.Base(filepath.Clean(src)))
	}
	return hintedError{err, hint}
}

// advise adds what to do about err where that depends on the flags.
func (c *call) advise(f work, err error) error {
	switch {
	case errors.Is(err, fs.ErrExist) && c.flags.force:
		return hintedError{err, "-f does not replace a directory, a device or a pipe; -o chooses another name, and -o - is for pipes"}
	case errors.Is(err, fs.ErrNotExist) && pipedIn(c.p.stdin):
		if _, e := c.stat(f.src, false); errors.Is(e, fs.ErrNotExist) {
			return hintedError{err, "to read standard input, use - as FILE"}
		}
	case c.seals || !errors.Is(err, largebox.ErrNotAuthentic) && !errors.Is(err, largebox.ErrTooShort):
	case c.ref.Flag == "key":
		return hintedError{err, "nothing was written; check that this is the key it was sealed with, and that the copy is complete; " +
			"if it was sealed with -r, open it with -i; if with -r and -i, with -i and --from"}
	case c.ref.Peer == "":
		return hintedError{err, "nothing was written; check that it was sealed for this identity, and that the copy is complete; " +
			"if it was sealed with -r and -i, add --from; if with a secret key, use -k instead"}
	default:
		return hintedError{err, "nothing was written; check that it was sealed for this identity by that owner, and that the copy is complete; " +
			"if it was sealed with -r alone, leave out --from"}
	}
	return err
}

// memoryMatters is the size in bytes from which output in memory is worth a
// warning.
const memoryMatters = 64 << 20

// warnOfMemory warns if the output for a pipe is kept in a tmpfs, which is memory,
// until it is complete.
func (c *call) warnOfMemory(f work) {
	dir := c.flags.tempDir
	if dir == "" {
		dir = os.TempDir()
	}
	if f.dst != "-" || c.flags.quiet || !isTmpfs(dir) {
		return
	}
	if info, err := c.stat(f.src, false); f.src != "-" && (err != nil || info.Mode().IsRegular() && info.Size() < memoryMatters) {
		return
	}
	c.p.console.printf("largebox: until it is complete, the output is kept in %s, which is memory (tmpfs); --tmpdir chooses a disk", dir)
}
