package publish

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
)

// copyStep is how much is copied between two looks at the context, in bytes.
const copyStep = 64 << 20

var errNoSize = errors.New("the file has content, but no size")

// sizeOf is how many bytes of f there are to copy. A file of procfs says none,
// and would be published empty.
func sizeOf(f *os.File) (int64, error) {
	info, err := f.Stat()
	if err != nil {
		return 0, err
	}
	if info.Size() == 0 {
		if n, _ := f.ReadAt(make([]byte, 1), 0); n > 0 {
			return 0, &fs.PathError{Op: "copy", Path: f.Name(), Err: errNoSize}
		}
	}
	return info.Size(), nil
}

// readWrite copies size bytes of src to dst from byte done on.
func readWrite(ctx context.Context, dst, src *os.File, done, size int64) error {
	// Without the wrappers, io.Copy would ask the kernel again.
	type writer struct{ io.Writer }
	type reader struct{ io.Reader }
	buf := make([]byte, 1<<20)
	for done < size {
		if err := ctx.Err(); err != nil {
			return err
		}
		n, err := io.CopyBuffer(writer{io.NewOffsetWriter(dst, done)},
			reader{io.NewSectionReader(src, done, min(copyStep, size-done))}, buf)
		if err != nil {
			return err
		}
		if n == 0 {
			return io.ErrUnexpectedEOF
		}
		done += n
	}
	return nil
}
