package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"syscall"

	"github.com/largebox/largebox/keyfile"
	"github.com/largebox/largebox/largebox"
	"github.com/largebox/largebox/publish"
)

// Exit statuses. Extensions have those from 10 to 125 for their own.
const (
	exitDone          = 0
	exitFailed        = 1
	exitUsage         = 2
	exitNotAuthentic  = 3
	exitExists        = 4
	exitSourceChanged = 5
	exitNoSpace       = 6
)

// errUsage is a command line that cannot be carried out.
var errUsage = errors.New("wrong usage")

// errSuccess and errOther only have a meaning in the help. No function returns them.
var errSuccess, errOther = errors.New("success"), errors.New("another failure")

// ownOutcomes is where exit statuses are said: the help and the test of the README
// are derived from it. The first that fits serves.
var ownOutcomes = outcomes{
	{errSuccess, exitDone, "success", ""},
	{errOther, exitFailed, "another failure", ""},
	{errUsage, exitUsage, "wrong usage", ""},
	{largebox.ErrNotAuthentic, exitNotAuthentic, "not authentic or too short (wrong key, altered, or cut short)",
		"nothing was written; check that this is the key it was sealed with, and that the copy is complete"},
	{largebox.ErrTooShort, exitNotAuthentic, "", "nothing was written; check that the copy is complete"},
	{fs.ErrExist, exitExists, "the destination exists", "use -f to replace it, or -o to choose another name"},
	{largebox.ErrSourceChanged, exitSourceChanged, "the file changed while it was sealed",
		"nothing was written; seal it again when nobody writes to it"},
	{largebox.ErrNoSpace, exitNoSpace, "no space (disk, quota, or file-size limit)",
		"the output needs as much space as the input, at its destination and in --tmpdir"},
	{largebox.ErrInUse, exitFailed, "", "nothing was changed; close the file in the program that has it open, and try again"},
	{publish.ErrOnlyReplace, exitFailed, "",
		"nothing was written; -f makes it possible, but then replaces a file that gets that name meanwhile"},
	{syscall.EXDEV, exitFailed, "", "--tmpdir is on another file system, so use --strategy auto or copy"},
	{fs.ErrPermission, exitFailed, "", "check the permissions of the file and of its directory"},
	{keyfile.ErrNotAKey, exitFailed, "", "largebox keygen makes a key file"},
	{fs.ErrInvalid, exitUsage, "", ""},
}

// outcomes are the errors that a script decides on, or that a person can do
// something about.
type outcomes []Outcome

// status returns the exit status for err.
func (all outcomes) status(err error) int {
	var stopped interrupted
	if err == nil {
		return exitDone
	} else if errors.As(err, &stopped) {
		return stopped.status()
	}
	for _, o := range all {
		if errors.Is(err, o.Err) {
			return o.Status
		}
	}
	return exitFailed
}

// hint returns what to do about err; empty if there is nothing to say.
func (all outcomes) hint(err error) string {
	var hinted hintedError
	if errors.As(err, &hinted) {
		return hinted.hint
	}
	for _, o := range all {
		if errors.Is(err, o.Err) && o.Hint != "" {
			return o.Hint
		}
	}
	return ""
}

// help returns the list of exit statuses for the help.
func (all outcomes) help() string {
	var lines []string
	for _, o := range all {
		if o.Meaning != "" {
			lines = append(lines, fmt.Sprintf("  %-3d %s", o.Status, o.Meaning))
		}
	}
	slices.SortStableFunc(lines, func(a, b string) int { return statusOf(a) - statusOf(b) })
	return "Exit status:\n" + strings.Join(lines, "\n") + `
  129, 130, 143  stopped by SIGHUP, SIGINT, SIGTERM
With several FILEs, the highest status is returned.`
}

func statusOf(line string) (n int) {
	fmt.Sscan(line, &n)
	return n
}

// A usageError is an errUsage with a text of its own.
type usageError struct{ error }

func (usageError) Is(target error) bool { return target == errUsage }

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
