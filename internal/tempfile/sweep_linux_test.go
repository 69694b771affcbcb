package tempfile

import (
	"os"
	"path/filepath"
	"runtime"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/largebox/largebox/internal/testfs"
)

func TestSweepKeepsLinks(t *testing.T) {
	dir := t.TempDir()
	root := openRoot(t, dir)
	a := leave(t, root)
	two, one, outside := leave(t, root), Name(), filepath.Join(t.TempDir(), Name())
	if err := os.WriteFile(outside, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	near, far, nowhere := Name(), Name(), Name()
	for _, err := range []error{
		root.Link(two, one),
		root.WriteFile("plain", nil, 0o600), root.Symlink("plain", near),
		root.Symlink(outside, far), root.Symlink("nothing", nowhere),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	sweeps(t, root, true, a)
	sweeps(t, root, false, a)
	has(t, root, two, one, near, far, nowhere, "plain")
	if _, err := os.Stat(outside); err != nil {
		t.Errorf("a link was followed: %v", err)
	}
	// A file with one name is a temporary again.
	if err := root.Remove(one); err != nil {
		t.Fatal(err)
	}
	sweeps(t, root, false, two)
}

// Sweep does not open a FIFO, which would wait for the other end.
func TestSweepKeepsFIFO(t *testing.T) {
	dir := t.TempDir()
	fifo := Name()
	if err := syscall.Mkfifo(filepath.Join(dir, fifo), 0o600); err != nil {
		t.Fatal(err)
	}
	root := openRoot(t, dir)
	sweeps(t, root, false)
	has(t, root, fifo)
}

func TestSweepKeepsOthersFiles(t *testing.T) {
	if os.Geteuid() != 0 {
		testfs.Missing(t, "only root can give a file away")
	}
	root := openRoot(t, t.TempDir())
	a, others := leave(t, root), leave(t, root)
	if err := root.Chown(others, 12345, -1); err != nil {
		t.Fatal(err)
	}
	sweeps(t, root, true, a)
	sweeps(t, root, false, a)
	has(t, root, others)
}

// A temporary may have its final, read-only permission already. The test gives up
// root's capability to open it for writing all the same.
func TestSweepReadOnly(t *testing.T) {
	root := openRoot(t, t.TempDir())
	a, b := leave(t, root), leave(t, root)
	for _, name := range []string{a, b} {
		if err := root.Chmod(name, 0o400); err != nil {
			t.Fatal(err)
		}
	}
	held, err := root.Open(b)
	if err != nil {
		t.Fatal(err)
	}
	defer held.Close()
	Lock(held)
	withoutOverride(t, func() {
		if f, err := root.OpenFile(a, os.O_RDWR, 0); err == nil {
			f.Close()
			t.Error("the file can be opened for writing: this test shows nothing")
		}
		sweeps(t, root, false, a)
	})
	has(t, root, b)
}

// withoutOverride runs fn on a thread that has to obey permissions. The thread
// ends with fn.
func withoutOverride(t *testing.T, fn func()) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		runtime.LockOSThread()
		header := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
		var data [2]unix.CapUserData
		err := unix.Capget(&header, &data[0])
		data[0].Effective &^= 1<<unix.CAP_DAC_OVERRIDE | 1<<unix.CAP_DAC_READ_SEARCH
		if err == nil {
			err = unix.Capset(&header, &data[0])
		}
		if err != nil {
			t.Error(err)
			return
		}
		fn()
	}()
	<-done
}

// Several Sweeps at once remove each file once, and none of them fails.
func TestSweepTwice(t *testing.T) {
	dir := t.TempDir()
	root := openRoot(t, dir)
	for range 20 {
		want := map[string]int{}
		for range 20 {
			want[leave(t, root)] = 0
		}
		results := make(chan []string)
		for range 3 {
			go func() {
				swept, err := Default.Sweep(root, false)
				if err != nil {
					t.Error(err)
				}
				results <- swept
			}()
		}
		for range 3 {
			for _, name := range <-results {
				want[name]++
			}
		}
		for name, times := range want {
			if times > 1 {
				t.Errorf("%s was swept %d times", name, times)
			}
		}
		// A Sweep that found a file locked left it to the Sweep with the lock.
		has(t, root)
	}
}
