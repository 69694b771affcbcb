package cli

import (
	"context"
	"io"
	"io/fs"

	"github.com/largebox/largebox/largebox"
	"github.com/spf13/cobra"
)

// An Extension adds to the command: verbs, kinds of keys, kinds of places, and the
// outcomes that these have. What the command brings itself is added in the same
// way (see newProgram).
type Extension struct {
	// Verbs make the commands that are added under largebox. The context of such a
	// command ends with a signal. The error of its RunE becomes the exit status and
	// the advice that the outcomes have for it.
	Verbs    []func() *cobra.Command
	Keys     []KeyScheme
	Places   []PlaceScheme
	Outcomes []Outcome
}

// A KeyScheme is a kind of key, which the flags -k, -r, -i and --from name by a
// prefix. The scheme without a prefix is the local one: key files, and public keys
// as text.
type KeyScheme struct {
	Prefix string // such as "awskms://"
	// Sealer returns what files are sealed with; nil if the scheme only opens.
	Sealer func(ctx context.Context, k KeyRef) (largebox.Sealer, error)
	// Opener returns what files are opened with; nil if the scheme only seals.
	Opener func(ctx context.Context, k KeyRef) (largebox.Opener, error)
}

// A KeyRef says which key is to be used, as the command line names it.
type KeyRef struct {
	Flag string // the flag that Name was given with: key, recipient or identity
	Name string // with its prefix
	// Peer is the other party of a box between two: the -i beside a -r, or the --from
	// beside an -i. It is empty if there is none, and of the same scheme otherwise.
	Peer string
	// Warn prints a message, but does not end the command.
	Warn func(format string, args ...any)
	// Cleanup registers what is to be done when the key is not used any more, for
	// instance to wipe it.
	Cleanup func(func())
}

// A PlaceScheme is a kind of place that FILE and OUT name by a prefix. The scheme
// without a prefix is the local one: files, and "-".
type PlaceScheme struct {
	Prefix string // such as "s3://"
	// Stat says whether the place is a directory, and how long it is. It returns
	// fs.ErrNotExist if nothing is there. out is true for an OUT. Two places for which
	// os.SameFile is true are the same. Stat may be nil.
	Stat func(ctx context.Context, name string, out bool) (fs.FileInfo, error)
	// Input returns the place as a FILE, and what is to be closed after use, or nil.
	Input func(ctx context.Context, name string) (largebox.Input, io.Closer, error)
	// Output returns the place as an OUT; nil if the scheme is only read. Only if
	// replace is true may it replace what is there; otherwise that is fs.ErrExist.
	Output func(ctx context.Context, name string, replace bool) (largebox.Output, error)
	// Display returns the name that messages use; nil if that is the name itself.
	Display func(name string) string
}

// An Outcome maps an error to the exit status, and to advice for a person.
type Outcome struct {
	Err    error // as errors.Is finds it
	Status int
	// Meaning explains Status in the help. It is empty where another outcome of that
	// status has it.
	Meaning string
	// Hint says what to do, if that is the same for all commands.
	Hint string
}

// A program is the command with its extensions, for one run.
type program struct {
	stdin    io.Reader
	stdout   io.Writer
	console  console
	verbs    []func() *cobra.Command
	keys     []KeyScheme
	places   []PlaceScheme
	outcomes outcomes
	cleanups []func()
}

func newProgram(extensions []Extension) *program {
	p := &program{}
	own := Extension{
		Verbs:    append(p.boxVerbs(), p.newKeygen, p.newPubkey, newSweep, p.newBench),
		Keys:     []KeyScheme{keyFiles},
		Places:   []PlaceScheme{p.localPlaces()},
		Outcomes: ownOutcomes,
	}
	for _, e := range append([]Extension{own}, extensions...) {
		p.verbs = append(p.verbs, e.Verbs...)
		p.keys = append(p.keys, e.Keys...)
		p.places = append(p.places, e.Places...)
		p.outcomes = append(p.outcomes, e.Outcomes...)
	}
	p.console.outcomes = p.outcomes
	return p
}
