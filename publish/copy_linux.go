package publish

import (
	"context"
	"io/fs"
	"os"

	"golang.org/x/sys/unix"
)

// clone makes dst, which is empty, share the blocks of src.
func clone(_ context.Context, dst, src *os.File) error {
	if err := unix.IoctlFileClone(int(dst.Fd()), int(src.Fd())); err != nil {
		return elsewhere(&fs.PathError{Op: "clone into", Path: dst.Name(), Err: err}, cloneElsewhere)
	}
	return nil
}

// copyFile copies src into dst, which is empty: inside the kernel if it can. A
// way that fails before its first byte, or that stops short, hands over to the
// next.
func copyFile(ctx context.Context, dst, src *os.File) error {
	size, err := sizeOf(src)
	if err != nil {
		return err
	}
	in, out := int(src.Fd()), int(dst.Fd())

	done, err := inKernel(ctx, 0, size, copyRangeElsewhere, func(from int64, n int) (int, error) {
		to := from
		return unix.CopyFileRange(in, &from, out, &to, n, 0)
	})
	if err == nil && done < size {
		if _, err = dst.Seek(done, 0); err == nil {
			done, err = inKernel(ctx, done, size, sendfileElsewhere, func(from int64, n int) (int, error) {
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
// It is no error to come to a halt where another way can go on.
func inKernel(ctx context.Context, start, size int64, elsewhere []error, step func(from int64, n int) (int, error)) (done int64, err error) {
	done = start
	for done < size {
		if err := ctx.Err(); err != nil {
			return done, err
		}
		n, err := retry(func() (int, error) { return step(done, int(min(copyStep, size-done))) })
		if err != nil && done == start && isOneOf(err, elsewhere) {
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
