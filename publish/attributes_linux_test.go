package publish

import (
	"context"
	"errors"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"

	"github.com/largebox/largebox/internal/testfs"
	"golang.org/x/sys/unix"
)

// TestImmutable publishes into an immutable directory, and over an immutable
// file (chattr(1)). tmpfs has the attribute since Linux 6.6.
func TestImmutable(t *testing.T) {
	eachStrategy(t, func(t *testing.T, parent string, s Strategy) {
		dir, source := filepath.Join(parent, "dir"), filepath.Join(parent, "source")
		try(t, errors.Join(os.Mkdir(dir, 0o755), os.Mkdir(source, 0o755)))
		write(t, filepath.Join(dir, "old"), oldData)
		f := anonymous(t, source, newData)

		for _, at := range []string{filepath.Join(dir, "old"), dir} {
			command(t, "chattr", "+i", at)
			t.Cleanup(func() { command(t, "chattr", "-i", at) })
			res, err := publishTo(t, dir, "old", f, Options{Strategy: s, Replace: true})
			wantRefusal(t, res, err, unix.EPERM)
			wantNames(t, dir, "old")
			wantFile(t, filepath.Join(dir, "old"), oldData, filePerm)
		}
		res, err := publishTo(t, dir, final, f, Options{Strategy: s})
		wantRefusal(t, res, err, fs.ErrPermission)
		wantNames(t, dir, "old")
		wantNames(t, source)
	})
}

// TestAppendOnlyFile publishes over an append-only file, which keeps its name. No
// temporary name may stay.
func TestAppendOnlyFile(t *testing.T) {
	eachStrategy(t, func(t *testing.T, dir string, s Strategy) {
		path := filepath.Join(dir, "old")
		write(t, path, oldData)
		command(t, "chattr", "+a", path)
		t.Cleanup(func() { command(t, "chattr", "-a", path) })
		res, err := publishTo(t, dir, "old", anonymous(t, dir, newData), Options{Strategy: s, Replace: true})
		wantRefusal(t, res, err, unix.EPERM)
		wantNames(t, dir, "old")
		wantFile(t, path, oldData, filePerm)
	})
}

// TestSpecialFiles publishes over special files, which keep their names.
func TestSpecialFiles(t *testing.T) {
	eachStrategy(t, func(t *testing.T, parent string, s Strategy) {
		for name, create := range map[string]func(path string) error{
			"fifo":             func(path string) error { return unix.Mkfifo(path, 0o600) },
			"character device": func(path string) error { return unix.Mknod(path, unix.S_IFCHR|0o600, int(unix.Mkdev(1, 3))) },
			"block device":     func(path string) error { return unix.Mknod(path, unix.S_IFBLK|0o600, int(unix.Mkdev(7, 250))) },
			"socket": func(path string) error {
				l, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
				if err == nil {
					l.SetUnlinkOnClose(false)
					err = l.Close()
				}
				return err
			},
			"directory that is not empty": func(path string) error { return os.MkdirAll(filepath.Join(path, "inner"), 0o700) },
			"mount point": func(path string) error {
				return errors.Join(os.Mkdir(path, 0o700), unix.Mount(parent, path, "", unix.MS_BIND, ""))
			},
		} {
			t.Run(name, func(t *testing.T) {
				needRoot(t)
				dir := must[string](t)(os.MkdirTemp(parent, ""))
				path := filepath.Join(dir, final)
				try(t, create(path))
				t.Cleanup(func() { unix.Unmount(path, unix.MNT_DETACH) })
				before := must[fs.FileInfo](t)(os.Lstat(path))
				f := anonymous(t, dir, newData)
				for _, replace := range []bool{false, true} {
					res, err := publishTo(t, dir, final, f, Options{Strategy: s, Replace: replace})
					wantRefusal(t, res, err, fs.ErrExist)
					wantNames(t, dir, final)
					if now, err := os.Lstat(path); err != nil || !os.SameFile(before, now) {
						t.Errorf("it is another one now: %v", err)
					}
				}
			})
		}
	})
}

// A hook is a context that calls a function each time its Err is called.
type hook struct {
	context.Context
	do func(look int)
	at *int
}

func (h hook) Err() error {
	h.do(*h.at)
	*h.at++
	return nil
}

// TestDirectoryRemovedMidway removes the directory at the first step that looks
// at the context, at the second, and so on.
func TestDirectoryRemovedMidway(t *testing.T) {
	for _, kind := range []string{"tmpfs", "ext4", "xfs", "btrfs"} {
		for _, s := range []Strategy{Auto, Link, Copy, Rename} {
			t.Run(kind+"/"+string(s), func(t *testing.T) {
				parent := testfs.Dir(t, kind)
				for look := 0; ; look++ {
					dir := filepath.Join(parent, "dir"+strconv.Itoa(look))
					try(t, os.Mkdir(dir, 0o755))
					f := exclusive(t, parent, newData)
					if s == Link || s == Rename {
						f = anonymous(t, parent, newData)
					}
					looks := 0
					ctx := hook{t.Context(), func(now int) {
						if now == look {
							try(t, os.RemoveAll(dir))
						}
					}, &looks}
					_, err := Publish(ctx, f, openDir(t, dir), final, Options{Strategy: s})
					if looks <= look { // it was not removed
						if err != nil {
							t.Error(err)
						}
						wantFile(t, filepath.Join(dir, final), newData, filePerm)
						if look == 0 {
							t.Error("nothing looks at the context")
						}
						return
					}
					if !isOneOf(err, []error{unix.ENOENT, unix.EPERM}) {
						t.Errorf("look %d: error is %v", look, err)
					}
					if _, err := os.Lstat(dir); !errors.Is(err, fs.ErrNotExist) {
						t.Errorf("look %d: the directory is back: %v", look, err)
					}
				}
			})
		}
	}
}

// TestChroot publishes without /proc, where AT_EMPTY_PATH is the only form of
// linkat. It works for the process that opened the file (Linux 6.10), and for
// root. Others have to copy.
func TestChroot(t *testing.T) {
	testfs.Each(t, func(t *testing.T, kind, dir string) {
		needRoot(t)
		inChroot := func(setup func() error, fn func()) {
			t.Helper()
			onThread(t, func() error {
				if err := errors.Join(unix.Unshare(unix.CLONE_FS), unix.Chroot(dir), unix.Chdir("/")); err != nil {
					return err
				}
				return setup()
			}, func() {
				if _, err := os.Stat("/proc/self"); err == nil {
					t.Error("there is a /proc")
				}
				fn()
			})
		}
		try(t, os.Chmod(dir, 0o777))
		fresh := Copy
		if reflinks[kind] {
			fresh = Clone
		}
		publish := func(name string, f *os.File, want Strategy) {
			t.Helper()
			for _, o := range []Options{{}, {Replace: true}} {
				if res, err := publishTo(t, "/", name, f, o); err != nil || res.Strategy != want {
					t.Errorf("%s: %+v, %v; want %s", name, res, err, want)
				}
			}
		}
		var f *os.File
		inChroot(func() error { return nil }, func() { publish("root", anonymous(t, "/", newData), Link) })
		inChroot(becomeNobody, func() {
			want := Link
			if !canLinkOwn(t) {
				want = fresh
			}
			f = anonymous(t, "/", newData)
			publish("own", f, want)
		})
		inChroot(becomeNobody, func() { publish("others", f, fresh) })
		wantNames(t, dir, "others", "own", "root")
		for _, name := range []string{"others", "own", "root"} {
			wantFile(t, filepath.Join(dir, name), newData, filePerm)
		}
	})
}

// canLinkOwn reports whether this thread may link, without /proc, a file that it
// opened itself (Linux 6.10).
func canLinkOwn(t *testing.T) bool {
	t.Helper()
	err := unix.Linkat(int(anonymous(t, "/", nil).Fd()), "", unix.AT_FDCWD, "/probe", unix.AT_EMPTY_PATH)
	os.Remove("/probe")
	return err == nil
}

// TestSetgidDirectory checks that a fresh file gets the group of a set-group-ID
// directory.
func TestSetgidDirectory(t *testing.T) {
	const group = 54321
	defer unix.Umask(unix.Umask(0o022))
	eachStrategy(t, func(t *testing.T, dir string, s Strategy) {
		needRoot(t)
		f := anonymous(t, dir, newData) // made before the directory has its group
		try(t, errors.Join(os.Chown(dir, 0, group), os.Chmod(dir, 0o775|fs.ModeSetgid)))
		inside := anonymous(t, dir, newData)
		for i, f := range []*os.File{f, inside} {
			name := final + strconv.Itoa(i)
			res, err := publishTo(t, dir, name, f, Options{Strategy: s, Mode: 0o664})
			if err != nil {
				t.Fatal(err)
			}
			want, perm := uint32(group), fs.FileMode(0o644)
			if res.Strategy == Link || res.Strategy == Rename { // the inode as it is
				perm = filePerm
				if i == 0 {
					want = 0
				}
			}
			wantFile(t, filepath.Join(dir, name), newData, perm)
			st := must[fs.FileInfo](t)(os.Lstat(filepath.Join(dir, name))).Sys().(*syscall.Stat_t)
			if st.Gid != want || st.Uid != 0 {
				t.Errorf("%s: owner %d, group %d; want group %d", s, st.Uid, st.Gid, want)
			}
		}
	})
}

// TestUnlinked publishes a file that had a name once, and cannot be linked again.
func TestUnlinked(t *testing.T) {
	testfs.Each(t, func(t *testing.T, kind, dir string) {
		f := named(t, dir, "gone", newData)
		try(t, os.Remove(filepath.Join(dir, "gone")))
		for _, s := range []Strategy{Link, Rename} {
			res, err := publishTo(t, dir, final, f, Options{Strategy: s})
			wantRefusal(t, res, err, unix.ENOENT)
		}
		want := Copy
		if reflinks[kind] {
			want = Clone
		}
		if res, err := publishTo(t, dir, final, f, Options{}); err != nil || res.Strategy != want {
			t.Errorf("%+v, %v; want %s", res, err, want)
		}
		wantNames(t, dir, final)
		wantFile(t, filepath.Join(dir, final), newData, filePerm)
	})
}

// TestMostLinks publishes a file that has as many links as ext4 allows.
func TestMostLinks(t *testing.T) {
	dir := testfs.Dir(t, "ext4")
	full, to := filepath.Join(dir, "full"), filepath.Join(dir, "to")
	try(t, errors.Join(os.Mkdir(full, 0o755), os.Mkdir(to, 0o755)))
	f := named(t, full, "0", newData)
	var err error
	for i := 1; err == nil; i++ {
		err = os.Link(filepath.Join(full, "0"), filepath.Join(full, strconv.Itoa(i)))
	}
	if !errors.Is(err, unix.EMLINK) {
		t.Fatal(err)
	}
	res, err := publishTo(t, to, final, f, Options{Strategy: Link})
	wantRefusal(t, res, err, unix.EMLINK)
	wantNames(t, to)
	if res, err := publishTo(t, to, final, f, Options{}); err != nil || res.Strategy != Copy {
		t.Errorf("%+v, %v", res, err)
	}
	wantNames(t, to, final)
	wantFile(t, filepath.Join(to, final), newData, filePerm)
}

// TestReadOnlyKinds is TestReadOnly for file systems on a disk, and for a
// read-only bind mount of a writable file system.
func TestReadOnlyKinds(t *testing.T) {
	testfs.Each(t, func(t *testing.T, _, dir string) {
		write(t, filepath.Join(dir, "old"), oldData)
		f := anonymous(t, dir, newData)
		at := testfs.Bind(t, dir)
		try(t, unix.Mount("", at, "", unix.MS_REMOUNT|unix.MS_BIND|unix.MS_RDONLY, ""))
		for _, s := range Strategies() {
			res, err := publishTo(t, at, final, f, Options{Strategy: s})
			if s == Link || s == Rename { // EXDEV, where the kernel looks at that first
				if !isOneOf(err, []error{unix.EROFS, unix.EXDEV}) {
					t.Errorf("%s: %v", s, err)
				}
			} else {
				wantRefusal(t, res, err, unix.EROFS)
			}
			res, err = publishTo(t, at, "old", f, Options{Strategy: s, Replace: true})
			if err == nil {
				t.Errorf("%s: %+v", s, res)
			}
		}
		wantNames(t, dir, "old")
		wantFile(t, filepath.Join(dir, "old"), oldData, filePerm)
	})
}
