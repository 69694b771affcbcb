package publish

import (
	"context"
	"io/fs"
	"os"

	"github.com/largebox/largebox/internal/eintr"
	"golang.org/x/sys/unix"
)

// clone makes dst, which is empty, share the blocks of src.
func clone(_ context.Context, dst, src *os.File) error {
	err := eintr.Retry(func() error { return unix.IoctlFileClone(int(dst.Fd()), int(src.Fd())) })
	if err != nil {
		return unavailable(&fs.PathError{Op: "clone into", Path: dst.Name(), Err: err}, cloneUnavailable)
	}
	return nil
}

// copyFile copies src into dst, which is empty: by copy_file_range, or else by
// sendfile, or else by read and write. The next of them continues where one
// stops short, or fails before its first byte.
func copyFile(ctx context.Context, dst, src *os.File) error {
	size, err := sizeOf(src)
	if err != nil {
		return err
	}
	in, out := int(src.Fd()), int(dst.Fd())

	done, err := inKernel(ctx, 0, size, copyRangeUnavailable, func(from int64, n int) (int, error) {
		to := from
		return unix.CopyFileRange(in, &from, out, &to, n, 0)
	})
	if err == nil && done < size {
		if _, err = dst.Seek(done, 0); err == nil {
			done, err = inKernel(ctx, done, size, sendfileUnavailable, func(from int64, n int) (int, error) {
				return unix.Sendfile(out, in, &from, n)
			})
		}
	}
	if err != nil {
		return &fs.PathError{Op: "copy into", Path: dst.Name(), Err: err}
	}
	return readWrite(ctx, dst, src, done, size)
}

// inKernel calls step from byte start up to size, and returns how far it came.
// It returns no error if the first step fails with an error of the table, or if
// a step copies nothing.
func inKernel(ctx context.Context, start, size int64, table []error, step func(from int64, n int) (int, error)) (done int64, err error) {
	done = start
	for done < size {
		if err := ctx.Err(); err != nil {
			return done, err
		}
		n, err := eintr.RetryValue(func() (int, error) { return step(done, int(min(copyStep, size-done))) })
		if err != nil && done == start && isOneOf(err, table) {
			return done, nil
		} else if err != nil {
			return done, err
		}
		if n == 0 {
			return done, nil
		}
		done += int64(n)
	}
	return done, nil
}
