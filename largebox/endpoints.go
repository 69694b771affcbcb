package largebox

import "io"

// An Input is where bytes come from: a Path, or a Reader.
type Input interface{ input() }

// An Output is where bytes go: a Path, or a Writer.
type Output interface{ output() }

// A Path is the path of a file, as an Input or an Output.
type Path string

func (Path) input()  {}
func (Path) output() {}

type reader struct{ io.Reader }

func (reader) input() {}

// Reader is a stream as an Input. It is read once, to its end, in order, by one
// goroutine at a time. Cancellation takes effect between two calls of Read.
func Reader(r io.Reader) Input { return reader{r} }

type writer struct{ io.Writer }

func (writer) output() {}

// Writer is a stream as an Output. Its first byte is written when the operation
// is complete: after the tag has verified, where a box is opened. Until then
// the output is in a file that never has a name (see Options.TempDir).
func Writer(w io.Writer) Output { return writer{w} }
