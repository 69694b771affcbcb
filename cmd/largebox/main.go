// Command largebox seals and opens files larger than RAM as one NaCl box. See
// largebox --help.
package main

import (
	"context"
	"errors"
	"io"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	hideMemory()
	ctx, received := untilSignal()
	status := run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
	if s := received(); s != 0 && status != exitDone {
		status = 128 + int(s)
	}
	os.Exit(status)
}

// untilSignal returns a context that the first SIGINT or SIGTERM cancels, and
// which of them it was. A second one ends the process at once.
func untilSignal() (context.Context, func() syscall.Signal) {
	ctx, cancel := context.WithCancelCause(context.Background())
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() {
		s := <-signals
		signal.Stop(signals)
		cancel(interrupted(s.(syscall.Signal)))
	}()
	return ctx, func() syscall.Signal {
		var s interrupted
		errors.As(context.Cause(ctx), &s)
		return syscall.Signal(s)
	}
}

// interrupted is the signal that ended an operation.
type interrupted syscall.Signal

func (s interrupted) Error() string { return "stopped by a signal: " + syscall.Signal(s).String() }

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
		report(stderr, err)
	}
	return status(err)
}
