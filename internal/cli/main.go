// Package cli is the command largebox. A package main calls [Main], perhaps with
// extensions that add verbs, kinds of keys and kinds of places.
package cli

import (
	"context"
	"errors"
	"io"
	"os"
)

// Main runs the command with the arguments of the process, and ends the process
// with the command's exit status.
func Main(extensions ...Extension) {
	hideMemory()
	if err := enoughFiles(); err != nil {
		(&console{w: os.Stderr, outcomes: ownOutcomes}).report(err)
		os.Exit(ownOutcomes.status(err))
	}
	os.Exit(run(untilSignal(), os.Args[1:], os.Stdin, os.Stdout, os.Stderr, extensions...))
}

// run is the whole program without its process. It returns the exit status.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer, extensions ...Extension) int {
	p := newProgram(extensions)
	p.stdin, p.stdout, p.console.w = stdin, stdout, stderr
	p.console.hidden = keysAmong(args)
	root := p.command()
	root.SetArgs(joinProgress(args))
	root.SetIn(stdin)
	root.SetOut(stdout)
	root.SetErr(&p.console)
	cmd, err := root.ExecuteContextC(ctx)
	if reported, ok := err.(reportedError); ok {
		return int(reported)
	}
	if err != nil {
		if errors.Is(err, errUsage) && p.outcomes.hint(err) == "" {
			err = hintedError{err, "try '" + cmd.CommandPath() + " --help'"}
		}
		p.console.report(err)
	}
	return p.outcomes.status(err)
}
