//go:build linux

// Package testfs gives tests real file systems to work on: tmpfs, and ext4, xfs,
// btrfs and overlay on loop devices, bind mounts and subvolumes.
//
// A package that uses it has this function:
//
//	func TestMain(m *testing.M) { testfs.Main(m) }
//
// As root, Main runs the tests in a mount namespace of their own, so that nothing
// stays mounted, whatever happens to them. If something is missing (root, mkfs), a
// test skips and says why; in CI (CI=true) it fails.
package testfs

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
)

// Kinds are the file systems that Dir can make.
var Kinds = []string{"tmpfs", "ext4", "xfs", "btrfs", "overlay"}

// ImageSize is the size in bytes of the images behind loop devices. They are sparse.
// Set it before the first call of Dir.
var ImageSize int64 = 3 << 30

const inside = "LARGEBOX_TESTFS_NAMESPACE"

// Main runs the tests and exits.
func Main(m *testing.M) {
	Enter()
	os.Exit(Run(m))
}

// Run runs the tests and unmounts. Main calls it after Enter.
func Run(m *testing.M) int {
	defer mounts.cleanUp()
	return m.Run()
}

// Enter starts the program again in a mount namespace of its own. There, and without
// root, it does nothing.
func Enter() {
	if os.Getuid() == 0 && os.Getenv(inside) == "" {
		if unshare, err := exec.LookPath("unshare"); err == nil && exec.Command(unshare, "--mount", "true").Run() == nil {
			os.Setenv(inside, "1")
			args := append([]string{unshare, "--mount", "--propagation", "private", "--"}, os.Args...)
			fmt.Fprintln(os.Stderr, syscall.Exec(unshare, args, os.Environ()))
			os.Exit(1)
		}
	}
}

// Missing skips a test that cannot run here. In CI it fails the test.
func Missing(t testing.TB, format string, args ...any) {
	t.Helper()
	if os.Getenv("CI") == "true" {
		t.Fatalf("missing in CI: "+format, args...)
	}
	t.Skipf(format, args...)
}

// Each runs fn as a subtest on every kind of file system, with an empty
// directory on it.
func Each(t *testing.T, fn func(t *testing.T, kind, dir string)) {
	for _, kind := range Kinds {
		t.Run(kind, func(t *testing.T) { fn(t, kind, Dir(t, kind)) })
	}
}

// Dir returns a new directory on a file system of that kind. The tests of a package
// share the file system. The directory is removed after the test.
func Dir(t testing.TB, kind string) string {
	t.Helper()
	root, err := mounts.get(kind)
	if err != nil {
		Missing(t, "%s: %v", kind, err)
	}
	dir, err := os.MkdirTemp(root, "test-")
	if err != nil {
		t.Fatal(err)
	}
	os.Chmod(dir, 0o755)
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}

// Bind mounts dir a second time and returns where: another mount of the same file
// system, with the same st_dev.
func Bind(t testing.TB, dir string) string {
	t.Helper()
	return mountFor(t, "--bind", dir)
}

// Mount mounts a file system for one test and returns where. args are those of mount(8)
// without the mount point.
func Mount(t testing.TB, args ...string) string {
	t.Helper()
	return mountFor(t, args...)
}

func mountFor(t testing.TB, args ...string) string {
	t.Helper()
	if err := canMount(); err != nil {
		Missing(t, "mount: %v", err)
	}
	at := t.TempDir()
	os.Chmod(at, 0o755)
	if err := run("mount", append(args, at)...); err != nil {
		Missing(t, "%v", err)
	}
	t.Cleanup(func() {
		if err := run("umount", "-l", at); err != nil {
			t.Error(err)
		}
	})
	return at
}

// Subvolume makes a subvolume in dir, which must be on btrfs, and returns its path.
func Subvolume(t testing.TB, dir string) string {
	t.Helper()
	at := filepath.Join(dir, "subvolume")
	if err := run("btrfs", "subvolume", "create", at); err != nil {
		Missing(t, "%v", err)
	}
	return at
}

// Image makes a file system of that kind (ext4, xfs, btrfs) in a sparse file,
// and returns its path.
func Image(t testing.TB, kind string, size int64) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), kind+".img")
	if err := makeImage(path, kind, size); err != nil {
		Missing(t, "%v", err)
	}
	return path
}

func canMount() error {
	if os.Getenv(inside) == "" {
		return fmt.Errorf("needs root and unshare(1)")
	}
	return nil
}

var mkfs = map[string][]string{
	"ext4":  {"mkfs.ext4", "-q", "-F", "-E", "lazy_itable_init=1,lazy_journal_init=1"},
	"xfs":   {"mkfs.xfs", "-q", "-f"},
	"btrfs": {"mkfs.btrfs", "-q", "-f"},
}

func makeImage(path, kind string, size int64) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := f.Truncate(size); err != nil {
		return err
	}
	args := mkfs[kind]
	return run(args[0], append(args[1:], path)...)
}

// table holds the mounts that the tests of one process share.
type table struct {
	mu   sync.Mutex
	base string
	made map[string]func() (string, error)
}

var mounts table

func (m *table) get(kind string) (string, error) {
	m.mu.Lock()
	if m.made == nil {
		m.made = map[string]func() (string, error){}
	}
	if m.made[kind] == nil {
		m.made[kind] = sync.OnceValues(func() (string, error) { return m.mount(kind) })
	}
	made := m.made[kind]
	m.mu.Unlock()
	return made()
}

func (m *table) mount(kind string) (string, error) {
	if err := canMount(); err != nil {
		if kind == "tmpfs" {
			if info, e := os.Stat("/dev/shm"); e == nil && info.IsDir() {
				return "/dev/shm", nil
			}
		}
		return "", err
	}
	at, err := m.mountPoint(kind)
	if err != nil {
		return "", err
	}
	switch kind {
	case "tmpfs":
		err = run("mount", "-t", "tmpfs", "-o", "size=3g", "tmpfs", at)
	case "overlay":
		var below string
		if below, err = m.get("ext4"); err != nil {
			return "", err
		}
		layers := []any{filepath.Join(below, "lower"), filepath.Join(below, "upper"), filepath.Join(below, "work")}
		for _, dir := range layers {
			if err := os.Mkdir(dir.(string), 0o755); err != nil {
				return "", err
			}
		}
		err = run("mount", "-t", "overlay", "-o", fmt.Sprintf("lowerdir=%s,upperdir=%s,workdir=%s", layers...), "overlay", at)
	default:
		image := at + ".img"
		if err = makeImage(image, kind, ImageSize); err == nil {
			err = run("mount", "-o", "loop", image, at)
		}
		os.Remove(image) // the loop device keeps the file
	}
	if err == nil {
		err = os.Chmod(at, 0o755)
	}
	return at, err
}

func (m *table) mountPoint(kind string) (string, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.base == "" {
		base, err := os.MkdirTemp("", "largebox-testfs-")
		if err != nil {
			return "", err
		}
		os.Chmod(base, 0o755)
		m.base = base
	}
	at := filepath.Join(m.base, kind)
	return at, os.Mkdir(at, 0o755)
}

func (m *table) cleanUp() {
	if m.base == "" {
		return
	}
	for _, kind := range []string{"overlay", "tmpfs", "ext4", "xfs", "btrfs"} {
		at := filepath.Join(m.base, kind)
		if _, err := os.Stat(at); err == nil {
			run("umount", "-l", at)
			os.Remove(at)
		}
	}
	os.Remove(m.base)
}

func run(name string, args ...string) error {
	if out, err := exec.Command(name, args...).CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w: %s", name, err, out)
	}
	return nil
}
