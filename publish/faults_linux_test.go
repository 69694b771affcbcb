package publish

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/largebox/largebox/internal/testfs"
	"golang.org/x/sys/unix"
)

// Faults, without their errno, which the tests add.
var (
	noLink      = fault{call: unix.SYS_LINKAT}
	noClone     = fault{call: unix.SYS_IOCTL, arg: 1, mask: ^uint32(0), value: unix.FICLONE}
	noCopyRange = fault{call: unix.SYS_COPY_FILE_RANGE}
	noSendfile  = fault{call: sysSendfile}
	noRenameat2 = fault{call: unix.SYS_RENAMEAT2}
	noFsync     = fault{call: unix.SYS_FSYNC}
	noTmpfile   = fault{call: unix.SYS_OPENAT, arg: 2, mask: unix.O_TMPFILE, value: unix.O_TMPFILE}
	// A directory is opened without O_PATH only to be synced.
	noOpenDir = fault{call: unix.SYS_OPENAT, arg: 2, mask: unix.O_TMPFILE | unix.O_PATH, value: unix.O_DIRECTORY}
	// An open file cannot be linked, in either form. A name still can be.
	noEmptyPath  = fault{call: unix.SYS_LINKAT, arg: 4, mask: unix.AT_EMPTY_PATH, value: unix.AT_EMPTY_PATH}
	noProc       = fault{call: unix.SYS_LINKAT, arg: 4, mask: unix.AT_SYMLINK_FOLLOW, value: unix.AT_SYMLINK_FOLLOW}
	noLinkOfFile = []fault{noEmptyPath.with(unix.ENOENT), noProc.with(unix.ENOENT)}
)

func (f fault) with(errno unix.Errno) fault {
	f.errno = errno
	return f
}

// finalErrors are errors after which auto does not go on.
var finalErrors = []unix.Errno{
	unix.EACCES, unix.ENOSPC, unix.EDQUOT, unix.EFBIG, unix.EEXIST, unix.EIO, unix.EROFS,
	unix.ENAMETOOLONG, unix.ENOTDIR, unix.ELOOP, unix.EMFILE, unix.ENFILE, unix.ENOMEM, unix.ESTALE, unix.EBADF,
}

func TestTables(t *testing.T) {
	tables := map[string][]error{"link": linkUnavailable, "clone": cloneUnavailable, "rename": noReplaceUnavailable}
	for name, table := range tables {
		for _, errno := range finalErrors {
			err := &fs.PathError{Op: "link", Path: final, Err: errno}
			if got := unavailable(err, table); got != error(err) || errors.Is(got, errUnavailable) {
				t.Errorf("%s: auto goes on after %v", name, errno)
			}
		}
		for _, errno := range table {
			err := &fs.PathError{Op: "link", Path: final, Err: errno}
			got := unavailable(err, table)
			if !errors.Is(got, errUnavailable) || !errors.Is(got, errno) || got.Error() != err.Error() {
				t.Errorf("%s: %v became %v", name, err, got)
			}
		}
	}
	if unavailable(nil, linkUnavailable) != nil {
		t.Error("success is taken for an error")
	}
}

// TestFinalErrorsEndAuto makes each strategy of auto fail in turn with a final
// error, after the strategies before it were unavailable.
func TestFinalErrorsEndAuto(t *testing.T) {
	dir := testfs.Dir(t, "xfs")
	d, f := openDir(t, dir), anonymous(t, dir, newData)
	for _, errno := range finalErrors {
		for step, faults := range map[Strategy][]fault{
			Link:  {noLink.with(errno)},
			Clone: {noLink.with(unix.EXDEV), noClone.with(errno)},
			Copy:  {noLink.with(unix.EXDEV), noClone.with(unix.EXDEV), noCopyRange.with(errno), noSendfile.with(errno)},
		} {
			if step == Copy && errno == unix.EIO {
				continue // read and write may have another opinion
			}
			withFaults(t, faults, func() {
				p := publication{ctx: t.Context(), file: f, dir: d, name: final, opts: Options{Mode: filePerm}}
				if s, err := p.auto(); s != step || !errors.Is(err, errno) || errors.Is(err, errUnavailable) {
					t.Errorf("%s with %v: auto ended in %s, %v", step, errno, s, err)
				}
				_, err := Publish(t.Context(), f, d, final, Options{})
				full := errno == unix.ENOSPC || errno == unix.EDQUOT || errno == unix.EFBIG
				if !errors.Is(err, errno) || errors.Is(err, ErrNoSpace) != full {
					t.Errorf("%s with %v: %v", step, errno, err)
				}
			})
			wantNames(t, dir)
		}
	}
}

// TestHandover checks that auto goes on to the next strategy after each errno of
// the tables.
func TestHandover(t *testing.T) {
	dir := testfs.Dir(t, "btrfs")
	auto := func(source func(testing.TB, string, []byte) *os.File, want Strategy, faults ...fault) {
		t.Helper()
		f := source(t, dir, newData)
		withFaults(t, faults, func() {
			if res, err := publishTo(t, dir, final, f, Options{}); err != nil || res.Strategy != want {
				t.Errorf("%+v, %v; want %s", res, err, want)
			}
		})
		wantNames(t, dir, final)
		wantFile(t, filepath.Join(dir, final), newData, filePerm)
		os.Remove(filepath.Join(dir, final))
	}
	for _, errno := range cloneUnavailable {
		auto(exclusive, Copy, noClone.with(errno.(unix.Errno)))
	}
	for _, errno := range []unix.Errno{unix.EOPNOTSUPP, unix.EISDIR, unix.ENOSYS} {
		f := anonymous(t, dir, newData)
		withFaults(t, []fault{noTmpfile.with(errno)}, func() {
			res, err := publishTo(t, dir, final, f, Options{Strategy: Clone})
			wantRefusal(t, res, err, errors.ErrUnsupported)
		})
		auto(func(testing.TB, string, []byte) *os.File { return f }, Link, noTmpfile.with(errno))
	}
	for _, way := range [][]fault{
		{noCopyRange.with(unix.ENOSYS)},
		{noCopyRange.with(unix.EXDEV), noSendfile.with(unix.EINVAL)},
	} {
		auto(exclusive, Copy, append(way, noClone.with(unix.EOPNOTSUPP))...)
	}
}

// TestForms makes one form of linkat fail, so that the other has to serve.
func TestForms(t *testing.T) {
	dir := testfs.Dir(t, "tmpfs")
	for _, missing := range []fault{
		noProc.with(unix.ENOENT), noEmptyPath.with(unix.ENOENT), // as unprivileged before Linux 6.10
		noEmptyPath.with(unix.EINVAL), noEmptyPath.with(unix.EPERM), noEmptyPath.with(unix.EACCES),
	} {
		f := anonymous(t, dir, newData)
		withFaults(t, []fault{missing}, func() {
			if _, err := publishTo(t, dir, final, f, Options{Strategy: Link}); err != nil {
				t.Error(err)
			}
		})
		wantFile(t, filepath.Join(dir, final), newData, filePerm)
		os.Remove(filepath.Join(dir, final))
	}
}

// TestNamedTemporary publishes in a sandbox or kernel where anonymous files
// cannot be created or cannot be linked. Auto copies into a named temporary.
func TestNamedTemporary(t *testing.T) {
	testfs.Each(t, func(t *testing.T, _, dir string) {
		f := anonymous(t, dir, newData)
		for _, also := range []fault{
			{}, noTmpfile.with(unix.EOPNOTSUPP), noTmpfile.with(unix.EISDIR), noTmpfile.with(unix.ENOSYS),
			noRenameat2.with(unix.EINVAL), noRenameat2.with(unix.ENOSYS), noRenameat2.with(unix.EOPNOTSUPP),
		} {
			faults := noLinkOfFile
			if also != (fault{}) {
				faults = append(faults, also)
			}
			for _, s := range []Strategy{Auto, Copy} {
				withFaults(t, faults, func() {
					if res, err := publishTo(t, dir, final, f, Options{Strategy: s}); err != nil || res.Strategy != Copy {
						t.Errorf("%s: %+v, %v", s, res, err)
					}
					res, err := publishTo(t, dir, final, f, Options{Strategy: s})
					wantRefusal(t, res, err, fs.ErrExist)
					if _, err := publishTo(t, dir, final, f, Options{Strategy: s, Replace: true}); err != nil {
						t.Errorf("%s: %v", s, err)
					}
				})
				wantNames(t, dir, final)
				wantFile(t, filepath.Join(dir, final), newData, filePerm)
				os.Remove(filepath.Join(dir, final))
			}
		}
	})
}

// TestRenameWithoutFlags checks that a file whose name appears after Available is
// not replaced, also where renameat2 has no RENAME_NOREPLACE.
func TestRenameWithoutFlags(t *testing.T) {
	testfs.Each(t, func(t *testing.T, _, dir string) {
		d := openDir(t, dir)
		for _, faults := range [][]fault{nil, {noRenameat2.with(unix.ENOSYS)}} {
			f, temp := temporary(t, dir, newData)
			withFaults(t, faults, func() {
				write(t, filepath.Join(dir, final), oldData)
				if err := d.renameNew(f, temp, final, false); !errors.Is(err, fs.ErrExist) {
					t.Errorf("error is %v", err)
				}
				wantNames(t, dir, final, temp)
				wantFile(t, filepath.Join(dir, final), oldData, filePerm)
				os.Remove(filepath.Join(dir, final))
				if err := d.renameNew(f, temp, final, false); err != nil {
					t.Error(err)
				}
			})
			wantNames(t, dir, final)
			wantFile(t, filepath.Join(dir, final), newData, filePerm)
			os.Remove(filepath.Join(dir, final))
		}
	})
}
