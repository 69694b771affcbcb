package publish

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"runtime"
	"testing"
	"unsafe"

	"github.com/largebox/largebox/internal/anon"
	"github.com/largebox/largebox/internal/testfs"
	"golang.org/x/sys/unix"
)

func TestMain(m *testing.M) { testfs.Main(m) }

// reflinks are the kinds of file system that can clone.
var reflinks = map[string]bool{"xfs": true, "btrfs": true}

// eachStrategy runs fn in an empty directory for every strategy that a kind of
// file system has, on every kind.
func eachStrategy(t *testing.T, fn func(t *testing.T, dir string, s Strategy)) {
	for _, kind := range testfs.Kinds {
		for _, s := range Strategies() {
			if s == Clone && !reflinks[kind] {
				continue
			}
			t.Run(kind+"/"+string(s), func(t *testing.T) { fn(t, testfs.Dir(t, kind), s) })
		}
	}
}

// anonymous makes a file without a name in dir.
func anonymous(t testing.TB, dir string, data []byte) *os.File {
	t.Helper()
	return fill(t, createAnonymous(t, dir, false), data)
}

// exclusive makes a file in dir that can never have a name.
func exclusive(t testing.TB, dir string, data []byte) *os.File {
	t.Helper()
	return fill(t, createAnonymous(t, dir, true), data)
}

func createAnonymous(t testing.TB, dir string, exclusive bool) *os.File {
	t.Helper()
	d := openDir(t, dir)
	f, _, err := anon.Create(d.File(), 0o600, exclusive)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// wantRefusal checks a failed Publish.
func wantRefusal(t testing.TB, res Result, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Errorf("error is %v, want %v", err, want)
	}
	var path *fs.PathError
	if !errors.As(err, &path) {
		t.Errorf("error %v does not say which path", err)
	}
	if res != (Result{}) {
		t.Errorf("an error comes with %+v", res)
	}
}

// command runs a tool that a test needs.
func command(t testing.TB, name string, args ...string) {
	t.Helper()
	if out, err := exec.Command(name, args...).CombinedOutput(); err != nil {
		testfs.Missing(t, "%s: %v: %s", name, err, out)
	}
}

// onThread runs fn on a thread that setup has changed. The thread ends with
// fn, because it is never unlocked.
func onThread(t testing.TB, setup func() error, fn func()) {
	t.Helper()
	var err error
	done := make(chan struct{})
	go func() {
		defer close(done)
		runtime.LockOSThread()
		if err = setup(); err == nil {
			fn()
		}
	}()
	if <-done; err != nil {
		testfs.Missing(t, "%v", err)
	}
}

const nobody = 65534

// asNobody runs fn without any privilege. Each call gets new credentials, as
// after another setuid.
func asNobody(t testing.TB, fn func()) {
	t.Helper()
	needRoot(t)
	onThread(t, becomeNobody, fn)
}

// becomeNobody takes all privilege from this thread. It uses raw calls, because
// those of package syscall change all threads.
func becomeNobody() error {
	for _, call := range [][4]uintptr{
		{unix.SYS_SETGROUPS, 0, 0, 0},
		{unix.SYS_SETRESGID, nobody, nobody, nobody},
		{unix.SYS_SETRESUID, nobody, nobody, nobody},
	} {
		if _, _, errno := unix.RawSyscall(call[0], call[1], call[2], call[3]); errno != 0 {
			return errno
		}
	}
	return nil
}

func needRoot(t testing.TB) {
	t.Helper()
	if os.Getuid() != 0 {
		testfs.Missing(t, "needs root, to give it up")
	}
}

// A fault makes a system call fail if one of its arguments, masked with mask, is
// value.
type fault struct {
	call        uint32
	arg         int
	mask, value uint32
	errno       unix.Errno
}

// withFaults runs fn on a thread where the faults hold (seccomp(2)).
func withFaults(t testing.TB, faults []fault, fn func()) {
	t.Helper()
	onThread(t, func() error {
		if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
			return err
		}
		for _, f := range faults {
			// seccomp_data: the number at 0, the arguments from 16 on, low half first.
			filter := []unix.SockFilter{
				{Code: unix.BPF_LD | unix.BPF_W | unix.BPF_ABS, K: 0},
				{Code: unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, K: f.call, Jf: 4},
				{Code: unix.BPF_LD | unix.BPF_W | unix.BPF_ABS, K: uint32(16 + 8*f.arg)},
				{Code: unix.BPF_ALU | unix.BPF_AND | unix.BPF_K, K: f.mask},
				{Code: unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, K: f.value, Jf: 1},
				{Code: unix.BPF_RET | unix.BPF_K, K: unix.SECCOMP_RET_ERRNO | uint32(f.errno)},
				{Code: unix.BPF_RET | unix.BPF_K, K: unix.SECCOMP_RET_ALLOW},
			}
			program := unix.SockFprog{Len: uint16(len(filter)), Filter: &filter[0]}
			if err := unix.Prctl(unix.PR_SET_SECCOMP, unix.SECCOMP_MODE_FILTER, uintptr(unsafe.Pointer(&program)), 0, 0); err != nil {
				return fmt.Errorf("no filters of system calls here: %w", err)
			}
		}
		return nil
	}, fn)
}
