package publish

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
)

// copyStep is how many bytes are copied between two looks at the context.
const copyStep = 64 << 20

var errNoSize = errors.New("the file has content, but no size")

// sizeOf returns the size of f in bytes. It refuses a file that has content but
// a size of 0 (procfs), which would be published empty.
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

// readWrite copies src to dst from byte done up to byte size. The bytes may be
// secret, so it clears its buffer.
func readWrite(ctx context.Context, dst io.WriterAt, src io.ReaderAt, done, size int64) error {
	// The wrappers keep io.Copy from using sendfile or copy_file_range again.
	type writer struct{ io.Writer }
	type reader struct{ io.Reader }
	buf := make([]byte, 1<<20)
	defer clear(buf)
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
