package cli

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

// untilSignal returns a context that the first SIGINT, SIGTERM or SIGHUP cancels.
// Its cause says which signal came. A second signal ends the process at once.
//
// SIGINT and SIGHUP that are ignored at the start stay ignored, as nohup(1) and
// the background jobs of a shell want it. (Go's runtime does not keep an ignored
// SIGTERM.) SIGPIPE is ignored, so that a pipe without a reader is an error of
// write, after which the command cleans up.
func untilSignal() context.Context {
	ctx, cancel := context.WithCancelCause(context.Background())
	signals := make(chan os.Signal, 1)
	for _, s := range []os.Signal{os.Interrupt, syscall.SIGTERM, syscall.SIGHUP} {
		if !signal.Ignored(s) {
			signal.Notify(signals, s)
		}
	}
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
