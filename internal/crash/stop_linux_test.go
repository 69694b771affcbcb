package crash

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"strings"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// A step is a system call that the command is about to make. While a test looks at it,
// the thread that makes it is stopped (seccomp_unotify(2)).
type step struct {
	nr   uint32
	args [6]uint64
}

// steps are the calls that change what is on a disk, and the last call of a process.
var steps = []struct {
	nr   uint32
	name string
}{
	{unix.SYS_OPENAT, "create"}, // see changes
	{unix.SYS_FTRUNCATE, "ftruncate"},
	{unix.SYS_FALLOCATE, "fallocate"},
	{unix.SYS_PWRITE64, "pwrite"},
	{unix.SYS_FCHMOD, "fchmod"},
	{unix.SYS_FSYNC, "fsync"},
	{unix.SYS_IOCTL, "ioctl"}, // see changes
	{unix.SYS_COPY_FILE_RANGE, "copy_file_range"},
	{unix.SYS_LINKAT, "linkat"},
	{sysRenameat, "renameat"},
	{unix.SYS_RENAMEAT2, "renameat2"},
	{unix.SYS_UNLINKAT, "unlinkat"},
	{unix.SYS_EXIT_GROUP, "exit"},
}

func (s step) String() string {
	for _, known := range steps {
		if known.nr == s.nr {
			return known.name
		}
	}
	return fmt.Sprint("system call ", s.nr)
}

// changes reports whether the call changes something. An openat may only open a file,
// and an ioctl may only ask a terminal for its size.
func (s step) changes() bool {
	switch s.nr {
	case unix.SYS_OPENAT:
		return s.args[2]&unix.O_CREAT != 0 || s.args[2]&unix.O_TMPFILE == unix.O_TMPFILE
	case unix.SYS_IOCTL:
		return uint32(s.args[1]) == unix.FICLONE
	}
	return true
}

// The environment of a process that is to become the command.
const (
	becomes  = "LARGEBOX_CRASH_COMMAND" // the file to execute
	stopsAt  = "LARGEBOX_CRASH_STOPS"   // the names of steps
	inCgroup = "LARGEBOX_CRASH_CGROUP"  // the directory of a cgroup
	socket   = 3                        // over which it sends the listener
)

// become makes this process the command. It never returns.
func become(path string) {
	runtime.LockOSThread() // the filter holds for this thread and what it executes
	err := enterCgroup(os.Getenv(inCgroup))
	if names := os.Getenv(stopsAt); err == nil && names != "" {
		err = stop(strings.Fields(names))
	}
	if err == nil {
		env := os.Environ()
		err = syscall.Exec(path, append([]string{"largebox"}, os.Args[1:]...), env)
	}
	fmt.Fprintln(os.Stderr, "becoming the command:", err)
	os.Exit(125)
}

// stop installs a filter: every later call of these names waits for whoever has the
// listener. It sends the listener over the socket.
func stop(names []string) error {
	filter := []unix.SockFilter{{Code: unix.BPF_LD | unix.BPF_W | unix.BPF_ABS, K: 0}} // seccomp_data.nr
	for _, known := range steps {
		for _, name := range names {
			if name == known.name || name == "all" {
				filter = append(filter,
					unix.SockFilter{Code: unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, K: known.nr, Jf: 1},
					unix.SockFilter{Code: unix.BPF_RET | unix.BPF_K, K: unix.SECCOMP_RET_USER_NOTIF})
				break
			}
		}
	}
	filter = append(filter, unix.SockFilter{Code: unix.BPF_RET | unix.BPF_K, K: unix.SECCOMP_RET_ALLOW})
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return err
	}
	program := unix.SockFprog{Len: uint16(len(filter)), Filter: &filter[0]}
	// WAIT_KILLABLE_RECV: Go's own signals do not make a stopped thread repeat its call.
	listener, _, errno := unix.Syscall(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER,
		unix.SECCOMP_FILTER_FLAG_NEW_LISTENER|unix.SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV, uintptr(unsafe.Pointer(&program)))
	if errno != 0 {
		return fmt.Errorf("seccomp: %w", errno)
	}
	unix.CloseOnExec(socket)
	return unix.Sendmsg(socket, []byte{0}, unix.UnixRights(int(listener)), nil, 0)
}

// receive takes the listener from the socket.
func receive(socket int) (listener int, err error) {
	oob := make([]byte, unix.CmsgSpace(4))
	_, n, _, _, err := unix.Recvmsg(socket, make([]byte, 1), oob, unix.MSG_CMSG_CLOEXEC)
	if err != nil {
		return -1, err
	}
	messages, err := unix.ParseSocketControlMessage(oob[:n])
	if err != nil || len(messages) != 1 {
		return -1, errors.New("the command did not send its listener")
	}
	fds, err := unix.ParseUnixRights(&messages[0])
	if err != nil {
		return -1, err
	}
	return fds[0], nil
}

// A notification and a response are the structs of seccomp_unotify(2).
type notification struct {
	id         uint64
	pid, flags uint32
	nr, arch   uint32
	ip         uint64
	args       [6]uint64
}

type response struct {
	id    uint64
	val   int64
	errno int32
	flags uint32
}

// What at can return, besides an errno for the call to fail with.
const (
	goOn = unix.Errno(0)
	dead = ^unix.Errno(0) // the command was killed, and never makes the call
)

// supervise calls at for every step, and does what at returns, until the process is
// gone.
func supervise(listener int, at func(step) unix.Errno) error {
	for {
		ready := []unix.PollFd{{Fd: int32(listener), Events: unix.POLLIN}}
		if _, err := unix.Poll(ready, -1); err == unix.EINTR {
			continue
		} else if err != nil {
			return err
		}
		if ready[0].Revents&unix.POLLIN == 0 {
			return nil // POLLHUP: nobody is left
		}
		var n notification
		if errno := notify(listener, unix.SECCOMP_IOCTL_NOTIF_RECV, unsafe.Pointer(&n)); errno == unix.ENOENT || errno == unix.EINTR {
			continue // the command was killed meanwhile
		} else if errno != 0 {
			return errno
		}
		r := response{id: n.id, flags: unix.SECCOMP_USER_NOTIF_FLAG_CONTINUE}
		if s := (step{n.nr, n.args}); s.changes() {
			switch errno := at(s); errno {
			case goOn:
			case dead:
				continue
			default:
				r.flags, r.errno = 0, -int32(errno)
			}
		}
		if errno := notify(listener, unix.SECCOMP_IOCTL_NOTIF_SEND, unsafe.Pointer(&r)); errno != 0 && errno != unix.ENOENT {
			return errno
		}
	}
}

func notify(listener int, request uintptr, arg unsafe.Pointer) unix.Errno {
	_, _, errno := unix.Syscall(unix.SYS_IOCTL, uintptr(listener), request, uintptr(arg))
	return errno
}
