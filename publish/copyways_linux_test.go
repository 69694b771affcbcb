package publish

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"slices"
	"strconv"
	"testing"

	"github.com/largebox/largebox/internal/testfs"
	"golang.org/x/sys/unix"
)

// ways are the ways to copy src to dst, from byte from up to byte size. Each uses
// one kind of system call.
var ways = map[string]func(ctx context.Context, dst, src *os.File, from, size int64) (int64, error){
	"copy_file_range": func(ctx context.Context, dst, src *os.File, from, size int64) (int64, error) {
		return inKernel(ctx, from, size, nil, func(from int64, n int) (int, error) {
			to := from
			return unix.CopyFileRange(int(src.Fd()), &from, int(dst.Fd()), &to, n, 0)
		})
	},
	"sendfile": func(ctx context.Context, dst, src *os.File, from, size int64) (int64, error) {
		if _, err := dst.Seek(from, io.SeekStart); err != nil {
			return 0, err
		}
		return inKernel(ctx, from, size, nil, func(from int64, n int) (int, error) {
			return unix.Sendfile(int(dst.Fd()), int(src.Fd()), &from, n)
		})
	},
	"read and write": func(ctx context.Context, dst, src *os.File, from, size int64) (int64, error) {
		return size, readWrite(ctx, dst, src, from, size)
	},
}

// TestWays copies the first part of a file in one way and the rest in another,
// for all pairs of ways and several cuts.
func TestWays(t *testing.T) {
	for _, kind := range []string{"tmpfs", "xfs"} {
		dir := testfs.Dir(t, kind)
		for _, size := range []int{0, 1, 4096, 4097, 1<<20 + 1, 2<<20 + 7} {
			data := content(size)
			src := anonymous(t, dir, data)
			for first, begin := range ways {
				for second, end := range ways {
					for _, cut := range slices.Compact([]int{0, size / 3, size - size/4096, size}) {
						dst := anonymous(t, dir, nil)
						if n, err := begin(t.Context(), dst, src, 0, int64(cut)); err != nil || n != int64(cut) {
							t.Fatalf("%s to %d: %d, %v", first, cut, n, err)
						}
						if n, err := end(t.Context(), dst, src, int64(cut), int64(size)); err != nil || n != int64(size) {
							t.Fatalf("%s from %d to %d: %d, %v", second, cut, size, n, err)
						}
						if got := must[[]byte](t)(os.ReadFile("/proc/self/fd/" + strconv.Itoa(int(dst.Fd())))); !bytes.Equal(got, data) {
							t.Errorf("%s to %d of %d, then %s: other bytes", first, cut, size, second)
						}
						dst.Close()
					}
				}
			}
		}
	}
}

// TestCopyFile checks which way copyFile uses where others fail. It proves that a
// way is used by making that way fail.
func TestCopyFile(t *testing.T) {
	data := content(100_000)
	dir := testfs.Dir(t, "ext4")
	here, there := anonymous(t, dir, data), anonymous(t, testfs.Dir(t, "tmpfs"), data)
	const stop = unix.ENOSPC // is final
	for _, c := range []struct {
		name   string
		src    *os.File
		faults []fault
		want   error
	}{
		{"one file system needs copy_file_range alone", here, []fault{noSendfile.with(stop)}, nil},
		{"and uses it", here, []fault{noCopyRange.with(stop)}, stop},
		{"two need no copy_file_range", there, []fault{noCopyRange.with(unix.ENOSYS)}, nil},
		{"and use sendfile", there, []fault{noSendfile.with(stop)}, stop},
		{"copy_file_range gives an I/O error", here, []fault{noCopyRange.with(unix.EIO)}, nil},
		{"neither", here, []fault{noCopyRange.with(unix.ENOSYS), noSendfile.with(unix.ENOSYS)}, nil},
		{"neither for two", there, []fault{noCopyRange.with(unix.EPERM), noSendfile.with(unix.EINVAL)}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			dst := anonymous(t, dir, nil)
			withFaults(t, c.faults, func() {
				if err := copyFile(t.Context(), dst, c.src); !errors.Is(err, c.want) {
					t.Errorf("error is %v, want %v", err, c.want)
				}
			})
			got := make([]byte, len(data)+1)
			if n, _ := dst.ReadAt(got, 0); c.want == nil && !bytes.Equal(got[:n], data) {
				t.Errorf("%d other bytes", n)
			}
		})
	}
}

func TestInKernel(t *testing.T) {
	const stop, other = unix.EXDEV, unix.EIO
	type reply struct {
		n   int
		err error
	}
	for _, c := range []struct {
		name    string
		replies []reply
		done    int64
		err     error
	}{
		{"all at once", []reply{{100, nil}}, 100, nil},
		{"in pieces", []reply{{1, nil}, {98, nil}, {1, nil}}, 100, nil},
		{"interrupted", []reply{{-1, unix.EINTR}, {50, nil}, {-1, unix.EINTR}, {-1, unix.EINTR}, {50, nil}}, 100, nil},
		{"not here", []reply{{-1, stop}}, 0, nil},
		{"not here any more", []reply{{10, nil}, {-1, stop}}, 10, stop},
		{"broken", []reply{{-1, other}}, 0, other},
		{"short", []reply{{10, nil}, {0, nil}}, 10, nil},
		{"nothing", []reply{{0, nil}}, 0, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			replies := c.replies
			place := int64(7)
			done, err := inKernel(t.Context(), 7, 107, []error{stop}, func(from int64, n int) (int, error) {
				if from != place || n != int(107-from) {
					t.Errorf("asked for %d bytes from %d, at %d", n, from, place)
				}
				r := replies[0]
				replies = replies[1:]
				place += int64(max(r.n, 0))
				return r.n, r.err
			})
			if done != c.done+7 || !errors.Is(err, c.err) || len(replies) > 0 {
				t.Errorf("came to %d, %v, with %d calls to go", done, err, len(replies))
			}
		})
	}
}

// TestOddSizes publishes files of the kernel whose size is wrong.
func TestOddSizes(t *testing.T) {
	dir := testfs.Dir(t, "tmpfs")
	for path, want := range map[string]error{
		"/proc/version":             errNoSize,
		"/sys/kernel/uevent_seqnum": io.ErrUnexpectedEOF,
	} {
		f, err := os.Open(path)
		if err != nil {
			testfs.Missing(t, "%v", err)
		}
		defer f.Close()
		if _, err := publishTo(t, dir, final, f, Options{Strategy: Copy}); !errors.Is(err, want) {
			t.Errorf("%s: error is %v, want %v", path, err, want)
		}
		wantNames(t, dir)
	}
}

func TestShrunkSource(t *testing.T) {
	dir := testfs.Dir(t, "tmpfs")
	src, dst := anonymous(t, dir, content(1000)), anonymous(t, dir, nil)
	if err := readWrite(t.Context(), dst, src, 0, 1001); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("error is %v", err)
	}
}
