package sysfault

import (
	"fmt"
	"runtime"
	"testing"
	"unsafe"

	"github.com/largebox/largebox/internal/testfs"
	"golang.org/x/sys/unix"
)

// A Call is a system call that the supervisor is asked about.
type Call struct {
	Number int
	Args   [6]uint64
}

// names are the calls that work on files. The calls that Go's runtime makes for
// itself, and close(2), which must not be repeated, are not among them.
var names = map[int]string{
	unix.SYS_OPENAT: "openat", unix.SYS_NEWFSTATAT: "newfstatat", unix.SYS_FSTAT: "fstat", unix.SYS_STATX: "statx",
	unix.SYS_FSTATFS: "fstatfs", unix.SYS_FLOCK: "flock", unix.SYS_IOCTL: "ioctl", unix.SYS_COPY_FILE_RANGE: "copy_file_range",
	unix.SYS_SENDFILE: "sendfile", unix.SYS_PREAD64: "pread64", unix.SYS_PWRITE64: "pwrite64", unix.SYS_FTRUNCATE: "ftruncate",
	unix.SYS_FALLOCATE: "fallocate", unix.SYS_SYNC_FILE_RANGE: "sync_file_range", unix.SYS_FCHMOD: "fchmod", unix.SYS_FSYNC: "fsync",
	unix.SYS_LINKAT: "linkat", unix.SYS_RENAMEAT: "renameat", unix.SYS_RENAMEAT2: "renameat2", unix.SYS_UNLINKAT: "unlinkat",
}

// String returns the name of the call.
func (c Call) String() string { return names[c.Number] }

// Do makes the call. decide uses it for a call that does its work and fails all
// the same.
func (c Call) Do() unix.Errno {
	a := c.Args
	_, _, errno := unix.Syscall6(uintptr(c.Number), uintptr(a[0]), uintptr(a[1]), uintptr(a[2]), uintptr(a[3]), uintptr(a[4]), uintptr(a[5]))
	return errno
}

// Run runs fn on a thread of its own, and asks decide about each system call
// that fn makes on a file, in order. The call is made if decide returns 0, and
// otherwise fails with what decide returns. Goroutines that fn starts are not
// supervised. decide runs on another goroutine, but never at the same time as
// fn goes on.
func Run(t testing.TB, decide func(Call) unix.Errno, fn func()) {
	t.Helper()
	ended, err := unix.Eventfd(0, unix.EFD_CLOEXEC)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Close(ended)
	installed, done := make(chan int), make(chan struct{})
	go func() {
		defer close(done)
		runtime.LockOSThread() // the thread ends with the goroutine
		var fd int
		if fd, err = install(); err != nil {
			close(installed)
			return
		}
		installed <- fd
		defer unix.Write(ended, []byte{1, 0, 0, 0, 0, 0, 0, 0})
		fn()
	}()
	fd, ok := <-installed
	if !ok {
		testfs.Missing(t, "no supervisor of system calls here: %v", err)
	}
	defer unix.Close(fd)
	if err := supervise(fd, ended, decide); err != nil {
		t.Fatalf("the supervisor of system calls: %v", err)
	}
	<-done
}

// install installs the filter for this thread, and returns the descriptor that
// tells of its system calls.
func install() (int, error) {
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return 0, err
	}
	filter := []unix.SockFilter{{Code: unix.BPF_LD | unix.BPF_W | unix.BPF_ABS, K: 0}} // the number
	for number := range names {
		filter = append(filter,
			unix.SockFilter{Code: unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, K: uint32(number), Jf: 1},
			unix.SockFilter{Code: unix.BPF_RET | unix.BPF_K, K: unix.SECCOMP_RET_USER_NOTIF})
	}
	filter = append(filter, unix.SockFilter{Code: unix.BPF_RET | unix.BPF_K, K: unix.SECCOMP_RET_ALLOW})
	program := unix.SockFprog{Len: uint16(len(filter)), Filter: &filter[0]}
	// Without WAIT_KILLABLE_RECV (Linux 5.19), a signal of Go's scheduler would
	// make the kernel ask about a call twice.
	const flags = unix.SECCOMP_FILTER_FLAG_NEW_LISTENER | unix.SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV
	fd, _, errno := unix.Syscall(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER, flags, uintptr(unsafe.Pointer(&program)))
	if errno != 0 {
		return 0, fmt.Errorf("seccomp: %w", errno)
	}
	return int(fd), nil
}

// The structures of linux/seccomp.h.
type (
	notification struct {
		id         uint64
		pid, flags uint32
		number     int32
		arch       uint32
		pointer    uint64
		args       [6]uint64
	}
	response struct {
		id    uint64
		value int64
		errno int32
		flags uint32
	}
)

// supervise answers until there is something to read from ended.
func supervise(fd, ended int, decide func(Call) unix.Errno) error {
	for {
		ready := []unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}, {Fd: int32(ended), Events: unix.POLLIN}}
		if _, err := unix.Poll(ready, -1); err == unix.EINTR {
			continue
		} else if err != nil {
			return err
		}
		if ready[0].Revents&unix.POLLIN == 0 {
			return nil
		}
		var n notification
		if err := ioctl(fd, unix.SECCOMP_IOCTL_NOTIF_RECV, unsafe.Pointer(&n)); err == unix.ENOENT || err == unix.EINTR {
			continue // the call was interrupted before, and is made again
		} else if err != 0 {
			return err
		}
		r := response{id: n.id, flags: unix.SECCOMP_USER_NOTIF_FLAG_CONTINUE}
		if errno := decide(Call{int(n.number), n.args}); errno != 0 {
			r.flags, r.errno = 0, -int32(errno)
		}
		if err := ioctl(fd, unix.SECCOMP_IOCTL_NOTIF_SEND, unsafe.Pointer(&r)); err != 0 && err != unix.ENOENT {
			return err
		}
	}
}

func ioctl(fd int, request uintptr, arg unsafe.Pointer) unix.Errno {
	_, _, errno := unix.Syscall(unix.SYS_IOCTL, uintptr(fd), request, uintptr(arg))
	return errno
}
