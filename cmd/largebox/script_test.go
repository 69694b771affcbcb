package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
)

// status N CMD ARG... wants exactly that exit status.
func cmdStatus(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: status N CMD [ARG...]")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	var exit *exec.ExitError
	if err := ts.Exec(args[1], args[2:]...); errors.As(err, &exit) {
		got = exit.ExitCode()
	} else {
		ts.Check(err)
	}
	if got != want {
		ts.Fatalf("exit status %d, want %d", got, want)
	}
}

// flip FILE OFFSET changes one bit; a negative offset counts from the end.
func cmdFlip(ts *testscript.TestScript, neg bool, args []string) {
	name := ts.MkAbs(args[0])
	p, err := os.ReadFile(name)
	ts.Check(err)
	at, err := strconv.Atoi(args[1])
	ts.Check(err)
	if at < 0 {
		at += len(p)
	}
	p[at] ^= 0x10
	ts.Check(os.WriteFile(name, p, 0o600))
}

// mode FILE PERM wants that permission.
func cmdMode(ts *testscript.TestScript, neg bool, args []string) {
	info, err := os.Stat(ts.MkAbs(args[0]))
	ts.Check(err)
	if got := strconv.FormatUint(uint64(info.Mode().Perm()), 8); got != args[1] {
		ts.Fatalf("%s has mode %s, want %s", args[0], got, args[1])
	}
}

// getsize FILE N wants that many bytes.
func cmdSize(ts *testscript.TestScript, neg bool, args []string) {
	info, err := os.Stat(ts.MkAbs(args[0]))
	ts.Check(err)
	if got := strconv.FormatInt(info.Size(), 10); got != args[1] {
		ts.Fatalf("%s has %s bytes, want %s", args[0], got, args[1])
	}
}

// hidden wants no file here whose name starts with a dot: no temporary.
func cmdHidden(ts *testscript.TestScript, neg bool, args []string) {
	entries, err := os.ReadDir(ts.MkAbs("."))
	ts.Check(err)
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), ".largebox") {
			ts.Fatalf("%s was left behind", e.Name())
		}
	}
}

// sparse FILE N makes a file of that many zeros.
func cmdSparse(ts *testscript.TestScript, neg bool, args []string) {
	n, err := strconv.ParseInt(args[1], 10, 64)
	ts.Check(err)
	name := ts.MkAbs(args[0])
	ts.Check(os.WriteFile(name, nil, 0o600))
	ts.Check(os.Truncate(name, n))
}

// peakFile is where mainWithPeak says what the peak was.
const peakFile = "PEAK_FILE"

// mainWithPeak is main, and then its own word on how much memory was resident
// at the most: what the parent gets from wait4(2) counts the parent's as well.
func mainWithPeak() {
	status := run(context.Background(), os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
	text, err := os.ReadFile("/proc/self/status")
	if err == nil {
		_, peak, _ := strings.Cut(string(text), "VmHWM:")
		err = os.WriteFile(os.Getenv(peakFile), []byte(strings.Fields(peak)[0]), 0o600)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		status = exitFailed
	}
	os.Exit(status)
}

// peak MIB ARG... runs largebox and wants it to succeed with less than that
// resident at any time.
func cmdPeak(ts *testscript.TestScript, neg bool, args []string) {
	limit, err := strconv.Atoi(args[0])
	ts.Check(err)
	file := ts.MkAbs("peak")
	ts.Setenv(peakFile, file)
	ts.Check(ts.Exec("largebox-peak", args[1:]...))
	text, err := os.ReadFile(file)
	ts.Check(err)
	kib, err := strconv.Atoi(string(text))
	ts.Check(err)
	ts.Logf("peak: %d KiB", kib)
	if !raceEnabled && kib > limit<<10 {
		ts.Fatalf("%d KiB were resident, more than %d MiB", kib, limit)
	}
}
