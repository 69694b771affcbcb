package cli

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"

	"github.com/largebox/largebox/internal/tempfile"
	"github.com/largebox/largebox/keyfile"
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

// empty DIR wants nothing in it.
func cmdEmpty(ts *testscript.TestScript, neg bool, args []string) {
	entries, err := os.ReadDir(ts.MkAbs(args[0]))
	ts.Check(err)
	if len(entries) != 0 {
		ts.Fatalf("%v is in %s", entries, args[0])
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

// visible is the name of the command without its care to hide itself.
const visible = "largebox-visible"

func mainVisible() { os.Exit(run(untilSignal(), os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) }

// peakFile is where mainWithPeak says what the peak was.
const peakFile = "PEAK_FILE"

// mainWithPeak is Main, and then its own word on how much memory was resident
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

// for_each_form opens big.box with the key in every form that there is.
func cmdForEachForm(ts *testscript.TestScript, neg bool, args []string) {
	digits, err := os.ReadFile(ts.MkAbs("key"))
	ts.Check(err)
	raw, err := hex.DecodeString(strings.TrimSpace(string(digits)))
	ts.Check(err)
	key := keyfile.SecretFromBytes((*[keyfile.Size]byte)(raw))
	typed, err := key.Text()
	ts.Check(err)
	file, err := key.FileText()
	ts.Check(err)
	for what, form := range map[string]string{
		"hex":             hex.EncodeToString(raw),
		"upper case":      "\n  " + strings.ToUpper(hex.EncodeToString(raw)) + "\r\n\n",
		"base64":          base64.StdEncoding.EncodeToString(raw) + "\n",
		"unpadded base64": base64.RawURLEncoding.EncodeToString(raw),
		"raw":             string(raw),
		"typed":           string(typed),
		"typed, shouted":  strings.ToUpper(string(typed)),
		"file":            string(file),
	} {
		ts.Logf("%s", what)
		ts.Check(os.WriteFile(ts.MkAbs("form"), []byte(form), 0o600))
		ts.Check(ts.Exec("largebox", "open", "-f", "-k", "form", "-o", "opened", "big.box"))
	}
}

// typo FILE swaps two characters at the end of the last line.
func cmdTypo(ts *testscript.TestScript, neg bool, args []string) {
	text, err := os.ReadFile(ts.MkAbs(args[0]))
	ts.Check(err)
	n := len(bytes.TrimSpace(text))
	for i := n - 2; ; i-- {
		if text[i] != text[n-1] {
			text[i], text[n-1] = text[n-1], text[i]
			break
		}
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), text, 0o600))
}

// hold FILE opens and locks FILE, as a living process does that writes it;
// release lets it go.
func cmdHold(ts *testscript.TestScript, neg bool, args []string) {
	f, err := os.OpenFile(ts.MkAbs(args[0]), os.O_RDWR, 0)
	ts.Check(err)
	tempfile.Lock(f)
	held[ts] = f
	ts.Defer(func() { f.Close() })
}

func cmdRelease(ts *testscript.TestScript, neg bool, args []string) { held[ts].Close() }

// held is for one script at a time; there is one that uses it.
var held = map[*testscript.TestScript]*os.File{}

// for_empty_flag VERB FLAG [FILE] wants a usage error for a flag with no value.
func cmdForEmptyFlag(ts *testscript.TestScript, neg bool, args []string) {
	args = append([]string{args[0], args[1], ""}, args[2:]...)
	var exit *exec.ExitError
	if err := ts.Exec("largebox", args...); !errors.As(err, &exit) || exit.ExitCode() != exitUsage {
		ts.Fatalf("%q: %v", args, err)
	}
}
