package largebox

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/largebox/largebox/internal/faultfs"
	"github.com/largebox/largebox/internal/tempfile"
	"github.com/largebox/largebox/internal/testlong"
	"github.com/largebox/largebox/mmapio"
	"github.com/largebox/largebox/publish"
	"golang.org/x/crypto/nacl/secretbox"
)

// faultySize is two windows and a bit.
const faultySize = 2*windowSize + 12345

// An action seals, opens or verifies a file.
type action struct {
	name    string
	content []byte // of the source
	do      func(dst, src string, o Options) error
}

func actions(n int) []action {
	m := message(n)
	nonce := [NonceSize]byte{3}
	box := secretbox.Seal(nonce[:], m, &nonce, &testKey)
	key := SecretKey(testSecret)
	return []action{
		{"seal", m, func(dst, src string, o Options) error { _, err := SealFile(ctx, dst, src, key, o); return err }},
		{"open", box, func(dst, src string, o Options) error { _, err := OpenFile(ctx, dst, src, key, o); return err }},
		{"verify", box, func(_, src string, o Options) error { _, err := VerifyFile(ctx, src, key, verifying(o)); return err }},
	}
}

// TestSourceDeviceFails reads from a device whose blocks are bad from some byte on, in
// each window of the source. A mapping and a read both give an error and no name.
func TestSourceDeviceFails(t *testing.T) {
	below, dir := t.TempDir(), t.TempDir()
	disk := faultfs.Mount(t, below, "")
	src, dst := filepath.Join(disk.Dir, "source"), filepath.Join(dir, "out")
	step := testlong.Rounds(windowSize, blockSize/4)
	for _, a := range actions(faultySize) {
		write(t, filepath.Join(below, "source"), a.content)
		for _, workspace := range []Workspace{Mmap, Fallback} {
			for bad := 0; bad < len(a.content); bad += step {
				disk.Fail(faultfs.Read, int64(bad), syscall.EIO)
				err := a.do(dst, src, Options{Workspace: workspace, Workers: 2})
				var fault *mmapio.FaultError
				var path *Error
				if !errors.As(err, &path) || !errors.As(err, &fault) && !errors.Is(err, syscall.EIO) || errors.Is(err, ErrNotAuthentic) {
					t.Errorf("%s, %s, bad from byte %d: %v", a.name, workspace, bad, err)
				} else if mapped := workspace == Mmap && bad > blockSize; mapped && fault == nil {
					t.Errorf("%s, bad from byte %d: want a fault of the mapping, got %v", a.name, bad, err)
				}
				if disk.Hits(faultfs.Read) == 0 {
					t.Errorf("%s, %s: byte %d was never read", a.name, workspace, bad)
				}
				wantNames(t, dir)
			}
			disk.Fail(faultfs.Read, 0, 0)
			if err := a.do(dst, src, Options{Workspace: workspace}); err != nil {
				t.Errorf("%s, %s, when the device is whole again: %v", a.name, workspace, err)
			}
			os.Remove(dst)
		}
	}
}

// TestDestinationDeviceFails writes to a device that fails at each step of a new
// file, and at each window of it. The error is the device's, and no name is left. If
// the device does not even remove names, a temporary is left.
func TestDestinationDeviceFails(t *testing.T) {
	below := t.TempDir()
	disk := faultfs.Mount(t, below, "")
	dst := filepath.Join(disk.Dir, "out")
	type failing struct {
		op   faultfs.Op
		from int
	}
	cases := []failing{{faultfs.Create, 0}, {faultfs.Setattr, 0}, {faultfs.Fsync, 0}, {faultfs.Rename, 0}}
	for at := 0; at < faultySize; at += testlong.Rounds(windowSize, blockSize/4) {
		cases = append(cases, failing{faultfs.Write, at})
	}
	for _, a := range actions(faultySize)[:2] {
		src := write(t, filepath.Join(t.TempDir(), "source"), a.content)
		for _, workspace := range []Workspace{AutoWorkspace, Fallback} {
			for _, c := range cases {
				for _, errno := range []syscall.Errno{syscall.EIO, syscall.ENOSPC, syscall.EDQUOT, syscall.EROFS}[:testlong.Rounds(2, 4)] {
					disk.Fail(c.op, int64(c.from), errno)
					err := a.do(dst, src, Options{Workspace: workspace})
					var path *Error
					full := errno == syscall.ENOSPC || errno == syscall.EDQUOT
					if !errors.Is(err, errno) || !errors.As(err, &path) || errors.Is(err, ErrNoSpace) != full {
						t.Errorf("%s, %s, %v at %v from byte %d: %v", a.name, workspace, errno, c.op, c.from, err)
					}
					if disk.Hits(c.op) == 0 {
						t.Errorf("%s, %s: there was no %v", a.name, workspace, c.op)
					}
					disk.Fail(c.op, 0, 0)
					wantNames(t, below)
				}
			}
			// Nothing can be removed, either.
			disk.Fail(faultfs.Unlink, 0, syscall.EIO)
			disk.Fail(faultfs.Rename, 0, syscall.EIO)
			if err := a.do(dst, src, Options{Workspace: workspace}); !errors.Is(err, syscall.EIO) {
				t.Errorf("%s, %s: %v", a.name, workspace, err)
			}
			disk.Fail(faultfs.Unlink, 0, 0)
			disk.Fail(faultfs.Rename, 0, 0)
			entries, err := os.ReadDir(below)
			if err != nil || len(entries) != 1 || !tempfile.IsName(entries[0].Name()) {
				t.Errorf("%s, %s: %v, %v", a.name, workspace, entries, err)
			}
			if swept, err := publish.Sweep(disk.Dir, publish.SweepOptions{}); err != nil || len(swept) != 1 {
				t.Errorf("%s, %s: swept %v, %v", a.name, workspace, swept, err)
			}
		}
	}
}

// TestTruncatedAtEveryWindow truncates the source while it is read. The file system of
// the destination does that when it is given a block: it truncates the source to the
// end of that block, within a page, in the last page, and so on.
func TestTruncatedAtEveryWindow(t *testing.T) {
	src := filepath.Join(t.TempDir(), "source")
	below := t.TempDir()
	disk := faultfs.Mount(t, below, src)
	dst := filepath.Join(disk.Dir, "out")
	step := testlong.Rounds(windowSize, blockSize)
	for _, a := range actions(faultySize)[:2] {
		n := len(a.content)
		for _, workspace := range []Workspace{AutoWorkspace, Fallback} {
			for written := 1; written < faultySize-windowSize; written += step {
				next := (written + blockSize) &^ (blockSize - 1) // all before it has been read
				for _, size := range []int{1, next, next + 1, next + 4096, next + 1000, next + blockSize, n - 1000, n - 1} {
					write(t, src, a.content)
					disk.Truncate(faultfs.Write, int64(written), int64(size))
					err := a.do(dst, src, Options{Workspace: workspace, Workers: 1, NoSync: true})
					what := fmt.Sprintf("%s, %s, cut to %d when byte %d is written", a.name, workspace, size, written)
					if disk.Hits(faultfs.Write) != 1 {
						t.Errorf("%s: cut %d times", what, disk.Hits(faultfs.Write))
					}
					var fault *mmapio.FaultError
					switch {
					case err == nil:
						t.Errorf("%s: no error", what)
					case a.name == "seal" && !errors.Is(err, ErrSourceChanged),
						a.name == "open" && workspace == Fallback && !errors.Is(err, io.ErrUnexpectedEOF),
						a.name == "open" && workspace != Fallback && !errors.As(err, &fault) && (!errors.Is(err, ErrNotAuthentic) || size < n-4096):
						t.Errorf("%s: %v", what, err)
					}
					wantNames(t, below)
					os.Remove(dst) // in case that it is there
				}
			}
		}
	}
}
