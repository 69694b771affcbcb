package cli

import (
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// TestFlagTwice gives every flag of every verb twice: that is wrong usage, unless
// the flag is a list.
func TestFlagTwice(t *testing.T) {
	secretsDir(t, t.Chdir, t.Setenv)
	operands := map[string][]string{"seal": {"message"}, "open": {"message.box"}, "verify": {"message.box"}, "pubkey": {"identity"}, "sweep": {"."}}
	tried := 0
	for _, cmd := range NewCommand().Commands() {
		cmd.Flags().VisitAll(func(f *pflag.Flag) {
			if f.Name == "help" {
				return
			}
			values := map[string]string{"bool": "", "string": "=x", "int": "=1", "duration": "=1ms", "stringSlice": "=1KiB"}
			value, ok := values[f.Value.Type()]
			if !ok {
				t.Fatalf("--%s has the type %s", f.Name, f.Value.Type())
			}
			spellings := []string{"--" + f.Name + value}
			if f.Shorthand != "" {
				spellings = append(spellings, "-"+f.Shorthand+strings.TrimPrefix(value, "="))
			}
			for _, spelling := range spellings {
				args := slices.Concat([]string{cmd.Name(), "--" + f.Name + value, spelling}, operands[cmd.Name()])
				status, out := said(args...)
				twice := strings.Contains(out, "--"+f.Name+" is given 2 times")
				if f.Value.Type() == "stringSlice" {
					if twice {
						t.Errorf("%q: %s", args, out)
					}
				} else if status != exitUsage || !twice {
					t.Errorf("%q: status %d: %s", args, status, out)
				}
				tried++
			}
		})
	}
	if tried < 50 {
		t.Errorf("only %d flags", tried)
	}
}

// TestRecipientTwice: of two recipients, one would be left out.
func TestRecipientTwice(t *testing.T) {
	secretsDir(t, t.Chdir, t.Setenv)
	for _, args := range []string{"seal -r public -r public message", "seal -rpublic --recipient public message", "seal -k key message -k key"} {
		if status, out := said(strings.Fields(args)...); status != exitUsage {
			t.Errorf("%s: status %d: %s", args, status, out)
		}
	}
}

// TestHelps: every command has a short and a long help and says the exit statuses.
func TestHelps(t *testing.T) {
	for _, cmd := range NewCommand().Commands() {
		if cmd.Hidden || cmd.Name() == "completion" {
			continue
		}
		if cmd.Short == "" || !strings.Contains(cmd.Long, "Exit status:") {
			t.Errorf("%s: %q", cmd.Name(), cmd.Long)
		}
		checkWidth(t, cmd)
	}
}

// checkWidth wants lines that fit on a terminal.
func checkWidth(t *testing.T, cmd *cobra.Command) {
	t.Helper()
	for line := range strings.Lines(cmd.Long + "\n" + cmd.Example) {
		if n := len([]rune(strings.TrimRight(line, "\n"))); n > 84 {
			t.Errorf("%s: %d characters: %s", cmd.Name(), n, line)
		}
	}
}
