package cli

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"
	"syscall"

	"github.com/largebox/largebox/keyfile"
	"github.com/largebox/largebox/largebox"
	"github.com/largebox/largebox/publish"
)

// Exit statuses.
const (
	exitDone          = 0
	exitFailed        = 1
	exitUsage         = 2
	exitNotAuthentic  = 3
	exitExists        = 4
	exitSourceChanged = 5
	exitNoSpace       = 6
)

const exitHelp = `Exit status:
  0  done
  1  another failure
  2  wrong usage
  3  not authentic (wrong key, or altered), or too short to be a box
  4  the destination exists
  5  the file changed while it was being sealed
  6  no space left (disk, quota or file-size limit)
  129, 130, 143  stopped by SIGHUP, SIGINT, SIGTERM
With several FILEs, the highest of theirs.`

// A usageError is a command line that cannot be carried out.
type usageError struct{ error }

func usagef(format string, args ...any) error { return usageError{fmt.Errorf(format, args...)} }

// A hintedError says what to do where that is not the same for all commands.
type hintedError struct {
	error
	hint string
}

func (e hintedError) Unwrap() error { return e.error }

// A reportedError is the exit status of failures that have been reported.
type reportedError int

func (e reportedError) Error() string { return fmt.Sprintf("exit status %d", int(e)) }

// outcomes are the errors that a script decides on, or that a person can do
// something about, with what that is.
var outcomes = []struct {
	err    error
	status int
	hint   string
}{
	{largebox.ErrNotAuthentic, exitNotAuthentic, "nothing was written; check that this is the key it was sealed with, and that the copy is complete"},
	{largebox.ErrTooShort, exitNotAuthentic, "nothing was written; check that the copy is complete"},
	{fs.ErrExist, exitExists, "use -f to replace it, or -o to choose another name"},
	{largebox.ErrSourceChanged, exitSourceChanged, "nothing was written; seal it again when nobody writes it"},
	{largebox.ErrNoSpace, exitNoSpace, "the output needs as much space as the input, where it goes and in --tmpdir"},
	{largebox.ErrInUse, exitFailed, "nothing was changed; close the file in the program that has it open, and try again"},
	{publish.ErrOnlyReplace, exitFailed, "nothing was written; with -f it can be, and takes the place of what may get that name meanwhile"},
	{syscall.EXDEV, exitFailed, "--tmpdir is on another file system: --strategy auto or copy leads from there"},
	{fs.ErrPermission, exitFailed, "check the permissions of the file and of its directory"},
	{keyfile.ErrNotAKey, exitFailed, "largebox keygen makes a key file"},
	{fs.ErrInvalid, exitUsage, ""},
}

func status(err error) int {
	var usage usageError
	var stopped interrupted
	switch {
	case err == nil:
		return exitDone
	case errors.As(err, &stopped):
		return stopped.status()
	case errors.As(err, &usage):
		return exitUsage
	}
	for _, o := range outcomes {
		if errors.Is(err, o.err) {
			return o.status
		}
	}
	return exitFailed
}

// withoutKeys keeps what looks like a key, and stands where none belongs, out of
// an error about the command line args. Other errors name files, whose names may
// look like that.
func withoutKeys(err error, args []string) error {
	var usage usageError
	if !errors.As(err, &usage) {
		return err
	}
	text := err.Error()
	for _, arg := range args {
		flag := strings.TrimLeft(arg, "-")
		name, value, _ := strings.Cut(flag, "=")
		for _, word := range []string{flag, name, value, flag[min(1, len(flag)):]} { // -oOUT
			if keyfile.Resembles(word) {
				text = strings.ReplaceAll(text, word, "…")
			}
		}
	}
	return usageError{errors.New(text)}
}

func report(w io.Writer, err error) {
	fmt.Fprintln(w, "largebox:", err)
	var usage usageError
	if errors.As(err, &usage) {
		fmt.Fprintln(w, "Try 'largebox --help'.")
		return
	}
	var hinted hintedError
	if errors.As(err, &hinted) {
		fmt.Fprintf(w, "largebox: %s\n", hinted.hint)
		return
	}
	for _, o := range outcomes {
		if errors.Is(err, o.err) && o.hint != "" {
			fmt.Fprintf(w, "largebox: %s\n", o.hint)
			return
		}
	}
}
