package pipeline

import (
	"context"
	"io"
	"os"
)

// An Input is where bytes come from: a Path, File, Reader or ReaderAt.
type Input interface {
	openInput(ctx context.Context) (*source, error)
	// name returns the name of the input in errors.
	name() string
}

// An Output is where bytes go: a Path, Writer or Func.
type Output interface {
	openOutput(*target) error
	name() string
}

// A Path is the path of a file, as an Input or an Output. To open a named pipe takes
// until a program opens its other end, also if the context ends.
type Path string

func (p Path) name() string { return string(p) }

// File returns an open file as an Input, from its current offset to its end.
// It does not close f, and does not move the offset of a regular file.
func File(f *os.File) Input { return fileInput{f} }

type fileInput struct{ *os.File }

func (f fileInput) name() string {
	if f.File == nil {
		return streamName
	}
	return f.Name()
}

// Reader returns a stream as an Input. Run reads it once, to its end, in order.
func Reader(r io.Reader) Input { return readerInput{r} }

type readerInput struct{ io.Reader }

func (readerInput) name() string { return streamName }

// ReaderAt returns the first size bytes of r as an Input. Several goroutines
// call r.ReadAt at once. Each byte is read once.
func ReaderAt(r io.ReaderAt, size int64) Input { return readerAtInput{r, size} }

type readerAtInput struct {
	io.ReaderAt
	size int64
}

func (r readerAtInput) name() string {
	if named, ok := r.ReaderAt.(interface{ Name() string }); ok {
		return named.Name()
	}
	return streamName
}

// Writer returns a stream as an Output. Deliver writes to it, and nothing before.
func Writer(w io.Writer) Output { return writerOutput{w} }

type writerOutput struct{ io.Writer }

func (writerOutput) name() string { return streamName }

// Func returns a function as an Output. Deliver calls it with the finished file and
// its size in bytes. The file is gone when the function returns.
func Func(fn func(r io.ReaderAt, size int64) error) Output { return funcOutput(fn) }

type funcOutput func(r io.ReaderAt, size int64) error

func (funcOutput) name() string { return streamName }

const streamName = "stream"
