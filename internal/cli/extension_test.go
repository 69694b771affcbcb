package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/largebox/largebox/keyfile"
	"github.com/largebox/largebox/largebox"
	"github.com/spf13/cobra"
)

// A store is an extension whose places and keys are in memory, with a verb.
type store struct {
	objects map[string][]byte
	wiped   int
	uses    []string
}

var errBusy = errors.New("the store is busy")

func (s *store) extension() Extension {
	return Extension{
		Verbs:    []func() *cobra.Command{s.newList},
		Keys:     []KeyScheme{{Prefix: "vault://", Sealer: s.sealer, Opener: s.opener}},
		Places:   []PlaceScheme{{Prefix: "mem://", Stat: s.stat, Input: s.input, Output: s.output, Display: s.display}, {Prefix: "mem://frozen/", Input: s.input}},
		Outcomes: []Outcome{{Err: errBusy, Status: 17, Meaning: "the store is busy", Hint: "try again later"}},
	}
}

func (s *store) newList() *cobra.Command {
	var busy string
	cmd := &cobra.Command{
		Use: "list", Short: "List the store", Long: "List the store.", SuggestFor: []string{"ls"},
		RunE: func(cmd *cobra.Command, args []string) error {
			if busy != "" {
				return fmt.Errorf("list: %w", errBusy)
			}
			for name := range s.objects {
				fmt.Fprintln(cmd.OutOrStdout(), name)
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&busy, "busy", "", "fail")
	return cmd
}

func (s *store) key(k KeyRef) (largebox.Key, error) {
	s.uses = append(s.uses, strings.Join([]string{k.Flag, k.Name, k.Peer}, " "))
	if !strings.HasPrefix(k.Name, "vault://k") {
		return nil, fmt.Errorf("vault: no key %s: %w", k.Name, fs.ErrNotExist)
	}
	key := keyfile.SecretFromBytes(&[keyfile.Size]byte{1})
	k.Cleanup(func() { key.Wipe(); s.wiped++ })
	k.Warn("%s is for tests", k.Name)
	return largebox.SecretKey(key), nil
}

func (s *store) sealer(_ context.Context, k KeyRef) (largebox.Sealer, error) { return s.key(k) }
func (s *store) opener(_ context.Context, k KeyRef) (largebox.Opener, error) { return s.key(k) }

func (s *store) display(name string) string { return strings.Replace(name, "password@", "", 1) }

func (s *store) stat(_ context.Context, name string, _ bool) (fs.FileInfo, error) {
	if p, ok := s.objects[name]; ok {
		return objectInfo(len(p)), nil
	}
	return nil, fs.ErrNotExist
}

func (s *store) input(_ context.Context, name string) (largebox.Input, io.Closer, error) {
	p, ok := s.objects[name]
	if !ok {
		return nil, nil, &fs.PathError{Op: "get", Path: s.display(name), Err: fs.ErrNotExist}
	}
	return largebox.ReaderAt(bytes.NewReader(p), int64(len(p))), nil, nil
}

func (s *store) output(_ context.Context, name string, replace bool) (largebox.Output, error) {
	if _, ok := s.objects[name]; ok && !replace {
		return nil, &fs.PathError{Op: "put", Path: s.display(name), Err: fs.ErrExist}
	}
	return largebox.OutputFunc(func(r io.ReaderAt, size int64) error {
		p, err := io.ReadAll(io.NewSectionReader(r, 0, size))
		s.objects[name] = p
		return err
	}), nil
}

type objectInfo int64

func (objectInfo) Name() string       { return "object" }
func (i objectInfo) Size() int64      { return int64(i) }
func (objectInfo) Mode() fs.FileMode  { return 0 }
func (objectInfo) ModTime() time.Time { return time.Time{} }
func (objectInfo) IsDir() bool        { return false }
func (objectInfo) Sys() any           { return nil }

// TestExtension uses a verb, keys and places that an extension brings, together with
// those of the command.
func TestExtension(t *testing.T) {
	secretsDir(t, t.Chdir, t.Setenv)
	s := &store{objects: map[string][]byte{"mem://frozen/x": []byte("frozen")}}
	long := bytes.Repeat([]byte("largebox"), 300_000) // some windows
	if err := os.WriteFile("long", long, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		args   string
		status int
		want   string // of what is said
	}{
		// Places.
		{"seal -k key -o mem://a/long.box long", 0, "long -> mem://a/long.box: sealed, 2.3 MiB"},
		{"seal -k key -o mem://a/long.box long", exitExists, "use -f to replace it"},
		{"seal -f -k key -o mem://a/long.box long", 0, "sealed"},
		{"verify -k key mem://a/long.box", 0, "mem://a/long.box: authentic, 2400000 bytes"},
		{"verify -k hex mem://a/long.box", 0, "authentic"},
		{"verify -i identity mem://a/long.box", exitNotAuthentic, "not authentic"},
		{"open -k key mem://a/long.box", 0, "mem://a/long.box -> mem://a/long: opened"},
		{"open -k key -o here mem://a/long.box", 0, "mem://a/long.box -> here: opened"},
		{"seal -k key -o mem://dir/ long message", 0, "message -> mem://dir/message.box"},
		{"open -k key -o home mem://dir/message.box", 0, "mem://dir/message.box -> home/message"},
		{"seal -k key mem://user:password@host/x", exitFailed, "get mem://user:host/x"},
		{"seal -k key --json -o mem://b mem://a/long", 0, `"src":"mem://a/long","dst":"mem://b","bytes":2400000`},
		{"seal -f -k key -o mem://a/long mem://a/long", exitUsage, "the same file"},
		{"seal -k key -o mem://frozen/y message", exitUsage, "mem://frozen/y cannot be written to"},
		{"verify -k key mem://frozen/x", exitNotAuthentic, "too short"},
		{"seal -k key -o x ftp://message", exitUsage, "ftp://message is a place that this command does not know"},
		// Keys.
		{"seal -k vault://k -o vaulted message", 0, "warning: vault://k is for tests"},
		{"open -k vault://k -o message2 vaulted", 0, "opened"},
		{"seal -r vault://k -o for-vault message", 0, "sealed"},
		{"open -i vault://k -o message3 for-vault", 0, "opened"},
		{"seal -r vault://k -i vault://k -o vault-to-vault message", 0, "sealed"},
		{"seal -r vault://k -i identity -o x message", exitUsage, "must be of the same kind: both vault://, or both local"},
		{"seal -k vault://other -o x message", exitFailed, "vault: no key vault://other"},
		{"seal -k azure://k -o x message", exitUsage, "azure://k is a key that this command does not know"},
		// The verb.
		{"list", 0, "mem://a/long.box"},
		{"list --busy=yes", 17, "try again later"},
		{"list --busy=yes --busy=yes", exitUsage, "--busy is given 2 times"},
		{"list --busy=", exitUsage, "--busy is empty"},
		{"ls", exitUsage, "did you mean largebox list?"},
		{"--help", 0, "List the store"},
		{"list --help", 0, "17  the store is busy"},
		{"seal --help", 0, "17  the store is busy"},
		{"__complete l", 0, "list\tList the store"},
		{"", exitUsage, "bench, list"},
	} {
		var out bytes.Buffer
		status := run(t.Context(), strings.Fields(c.args), strings.NewReader(""), &out, &out, s.extension())
		if status != c.status || !strings.Contains(out.String(), c.want) {
			t.Errorf("%s: status %d, want %d and %q: %s", c.args, status, c.status, c.want, &out)
		}
		if strings.Contains(out.String(), "password") {
			t.Errorf("%s: the name that is not for display: %s", c.args, &out)
		}
	}
	for name, want := range map[string]string{"here": string(long), "message2": "the message", "message3": "the message", "home/message": "the message"} {
		if got, err := os.ReadFile(name); string(got) != want {
			t.Errorf("%s: %d bytes, %v", name, len(got), err)
		}
	}
	if !bytes.Equal(s.objects["mem://a/long"], long) {
		t.Errorf("mem://a/long has %d bytes", len(s.objects["mem://a/long"]))
	}
	if s.wiped != 5 {
		t.Errorf("%d keys were wiped", s.wiped)
	}
	if want := "recipient vault://k vault://k"; s.uses[4] != want {
		t.Errorf("%q, want %q", s.uses[4], want)
	}
}

// TestKeyVariableOfExtension: LARGEBOX_KEY names a key of any kind.
func TestKeyVariableOfExtension(t *testing.T) {
	secretsDir(t, t.Chdir, t.Setenv)
	t.Setenv(keyVariable, "vault://k")
	s := &store{objects: map[string][]byte{}}
	for _, args := range []string{"seal message -o mem://x", "verify mem://x"} {
		var out bytes.Buffer
		if status := run(t.Context(), strings.Fields(args), nil, &out, &out, s.extension()); status != 0 {
			t.Errorf("%s: status %d: %s", args, status, &out)
		}
	}
}
