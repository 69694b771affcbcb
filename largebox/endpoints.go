package largebox

import (
	"io"
	"os"

	"github.com/largebox/largebox/internal/pipeline"
)

// An Input is where bytes come from: a Path, File, ReaderAt or Reader.
type Input = pipeline.Input

// An Output is where bytes go: a Path, Writer or OutputFunc.
type Output = pipeline.Output

// A Path is the path of a file (a string), as an Input or an Output. To open a named
// pipe takes until a program opens its other end, also if the context ends.
type Path = pipeline.Path

// File returns an open file as an Input, from its current offset to its end. A
// regular file is mapped or read by all workers at once, and its offset does not
// move; anything else is read as a stream. File does not close f.
func File(f *os.File) Input { return pipeline.File(f) }

// ReaderAt returns the first size bytes of r as an Input. r may be an object in a
// bucket. Workers call r.ReadAt at the same time. Each byte is read once.
func ReaderAt(r io.ReaderAt, size int64) Input { return pipeline.ReaderAt(r, size) }

// Reader returns a stream as an Input. It is read once, to its end, in order, by
// one goroutine at a time. Cancellation takes effect between two calls of Read.
func Reader(r io.Reader) Input { return pipeline.Reader(r) }

// Writer returns a stream as an Output. Its first byte is written when the
// operation is complete: for a box that is opened, after the tag has verified.
// Until then the output is in a private temporary file (see Options.TempDir).
func Writer(w io.Writer) Output { return pipeline.Writer(w) }

// OutputFunc returns a function as an Output. It is called once, when the operation is
// complete, with the finished output and its size in bytes; for a box that is opened,
// after the tag has verified. It may read r as often as it likes, for instance to send
// it to a server that asks twice. The output is gone when fn returns. The operation
// returns fn's error.
func OutputFunc(fn func(r io.ReaderAt, size int64) error) Output { return pipeline.Func(fn) }
