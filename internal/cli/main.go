// Package cli is the command largebox. Package main calls [Main].
package cli

import (
	"context"
	"io"
	"os"
	"os/signal"
	"syscall"
)

// Main runs the command with the arguments of the process, and ends the process
// with its exit status.
func Main() {
	hideMemory()
	if err := enoughFiles(); err != nil {
		report(os.Stderr, err)
		os.Exit(status(err))
	}
	os.Exit(run(untilSignal(), os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
}

// untilSignal returns a context that the first SIGINT, SIGTERM or SIGHUP cancels,
// and which of them it was. A second one ends the process at once. A pipe that
// nobody reads any more is an error, after which is cleaned up, and no signal.
func untilSignal() context.Context {
	ctx, cancel := context.WithCancelCause(context.Background())
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	signal.Ignore(syscall.SIGPIPE)
	go func() {
		s := <-signals
		signal.Stop(signals)
		cancel(interrupted(s.(syscall.Signal)))
	}()
	return ctx
}

// interrupted is the signal that ended an operation.
type interrupted syscall.Signal

func (s interrupted) Error() string { return "stopped by a signal: " + syscall.Signal(s).String() }

func (s interrupted) status() int { return 128 + int(s) }

// run is the program, but for its process.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	root := newCommand()
	root.SetArgs(args)
	root.SetIn(stdin)
	root.SetOut(stdout)
	root.SetErr(stderr)
	err := root.ExecuteContext(ctx)
	if reported, ok := err.(reportedError); ok {
		return int(reported)
	}
	if err != nil {
		report(stderr, withoutKeys(err, args))
	}
	return status(err)
}
