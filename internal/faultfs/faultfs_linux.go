// Package faultfs mounts a directory for tests through a file system (FUSE) that
// fails where and when a test says. Another process of the test's program serves
// it, because a process that waits for a page of a file system that it serves
// itself waits for ever.
//
// A package that uses it calls Main at the start of its TestMain.
package faultfs

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"sync/atomic"
	"syscall"
	"testing"
	"unsafe"

	"github.com/hanwen/go-fuse/v2/fs"
	"github.com/hanwen/go-fuse/v2/fuse"
	"github.com/largebox/largebox/internal/testfs"
	"golang.org/x/sys/unix"
)

// An Op is an operation that can fail.
type Op int

// The operations, in the order in which they happen to a new file.
const (
	Read Op = iota
	Create
	Write
	Setattr // chmod, truncate
	Fsync
	Rename
	Unlink
	ops
)

func (o Op) String() string {
	return [...]string{"read", "create", "write", "setattr", "fsync", "rename", "unlink"}[o]
}

// An FS is a mounted directory. Its methods may be called at any time.
type FS struct {
	// Dir is where it is mounted.
	Dir   string
	rules *rules
}

// rules are in memory that the test and the server share. A rule holds for
// operations that reach byte from; those without an offset reach byte 0.
type rules [ops]struct {
	errno, hits atomic.Uint32
	from        atomic.Int64
	truncateTo  atomic.Int64 // see Truncate; 0 for none
}

// Fail makes op fail with errno where it reaches byte from of any file. An errno
// of 0 makes it succeed again.
func (f *FS) Fail(op Op, from int64, errno syscall.Errno) {
	rule := &f.rules[op]
	rule.from.Store(from)
	rule.hits.Store(0)
	rule.errno.Store(uint32(errno))
}

// Hits returns how often op has failed or truncated since Fail or Truncate.
func (f *FS) Hits(op Op) int { return int(f.rules[op].hits.Load()) }

// Truncate truncates the file at the path victim, which is not in Dir, to size
// bytes, which is not 0, before the first op that reaches byte from.
func (f *FS) Truncate(op Op, from, size int64) {
	f.Fail(op, from, 0)
	f.rules[op].truncateTo.Store(size)
}

// Main serves the file system and does not return, in the process that Mount
// starts. In other processes it does nothing.
func Main() {
	below := os.Getenv("LARGEBOX_FAULTFS_BELOW")
	if below == "" {
		return
	}
	if err := serve(below, os.Getenv("LARGEBOX_FAULTFS_DIR"), os.Getenv("LARGEBOX_FAULTFS_RULES")); err != nil {
		fmt.Fprintln(os.Stderr, "faultfs:", err)
		os.Exit(1)
	}
	os.Exit(0)
}

// Mount mounts below until the test ends. victim is the path of the file that
// Truncate truncates.
func Mount(t testing.TB, below, victim string) *FS {
	t.Helper()
	if _, err := os.Stat("/dev/fuse"); err != nil || os.Getuid() != 0 {
		testfs.Missing(t, "FUSE needs root, and /dev/fuse: %v", err)
	}
	f := &FS{Dir: t.TempDir()}
	path := filepath.Join(t.TempDir(), "rules")
	if err := os.WriteFile(path, make([]byte, os.Getpagesize()), 0o600); err != nil {
		t.Fatal(err)
	}
	var err error
	if f.rules, err = mapRules(path); err != nil {
		t.Fatal(err)
	}
	server := exec.Command("/proc/self/exe")
	server.Env = append(os.Environ(), "LARGEBOX_FAULTFS_BELOW="+below, "LARGEBOX_FAULTFS_DIR="+f.Dir,
		"LARGEBOX_FAULTFS_RULES="+path, "LARGEBOX_FAULTFS_VICTIM="+victim, "GORACE=atexit_sleep_ms=0")
	server.Stderr = os.Stderr
	alive, err := server.StdinPipe() // until this is closed
	if err != nil {
		t.Fatal(err)
	}
	ready, err := server.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		unix.Unmount(f.Dir, unix.MNT_DETACH)
		alive.Close()
		if err := server.Wait(); err != nil {
			t.Errorf("faultfs: %v", err)
		}
		unix.Munmap(unsafe.Slice((*byte)(unsafe.Pointer(f.rules)), os.Getpagesize()))
	})
	if _, err := io.ReadFull(ready, make([]byte, 1)); err != nil {
		t.Fatalf("faultfs is not served: %v", err)
	}
	return f
}

func mapRules(path string) (*rules, error) {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	m, err := unix.Mmap(int(f.Fd()), 0, os.Getpagesize(), unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED)
	if err != nil {
		return nil, err
	}
	return (*rules)(unsafe.Pointer(&m[0])), nil
}

func serve(below, dir, path string) error {
	rules, err := mapRules(path)
	if err != nil {
		return err
	}
	root, err := fs.NewLoopbackRoot(below)
	if err != nil {
		return err
	}
	options := &fs.Options{MountOptions: fuse.MountOptions{DirectMountStrict: true, FsName: "faultfs", Name: "faultfs", MaxWrite: 1 << 20}}
	server, err := fs.Mount(dir, &node{root.(*fs.LoopbackNode), rules}, options)
	if err != nil {
		return err
	}
	os.Stdout.Write([]byte{'r'})
	io.Copy(io.Discard, os.Stdin)
	server.Unmount() // in case the test has not unmounted it
	return nil
}

// A node is a file or directory below, with the faults added.
type node struct {
	*fs.LoopbackNode
	rules *rules
}

func (n *node) WrapChild(_ context.Context, child fs.InodeEmbedder) fs.InodeEmbedder {
	return &node{child.(*fs.LoopbackNode), n.rules}
}

// fault returns the errno for op on the bytes up to byte to, or 0.
func (n *node) fault(op Op, to int64) syscall.Errno {
	rule := &n.rules[op]
	if to <= rule.from.Load() {
		return 0
	}
	if size := rule.truncateTo.Swap(0); size != 0 {
		rule.hits.Add(1)
		return fs.ToErrno(os.Truncate(os.Getenv("LARGEBOX_FAULTFS_VICTIM"), size))
	}
	errno := syscall.Errno(rule.errno.Load())
	if errno != 0 {
		rule.hits.Add(1)
	}
	return errno
}

func (n *node) Read(ctx context.Context, f fs.FileHandle, p []byte, off int64) (fuse.ReadResult, syscall.Errno) {
	if errno := n.fault(Read, off+int64(len(p))); errno != 0 {
		return nil, errno
	}
	return f.(fs.FileReader).Read(ctx, p, off)
}

func (n *node) Write(ctx context.Context, f fs.FileHandle, p []byte, off int64) (uint32, syscall.Errno) {
	if errno := n.fault(Write, off+int64(len(p))); errno != 0 {
		return 0, errno
	}
	return f.(fs.FileWriter).Write(ctx, p, off)
}

func (n *node) Create(ctx context.Context, name string, flags, mode uint32, out *fuse.EntryOut) (*fs.Inode, fs.FileHandle, uint32, syscall.Errno) {
	if errno := n.fault(Create, 1); errno != 0 {
		return nil, nil, 0, errno
	}
	inode, f, fuseFlags, errno := n.LoopbackNode.Create(ctx, name, flags, mode, out)
	return inode, wrap(f), fuseFlags, errno
}

func (n *node) Open(ctx context.Context, flags uint32) (fs.FileHandle, uint32, syscall.Errno) {
	f, fuseFlags, errno := n.LoopbackNode.Open(ctx, flags)
	return wrap(f), fuseFlags, errno
}

// A file is an open file. The server reads and writes it, and not the kernel.
type file struct{ *fs.LoopbackFile }

func wrap(f fs.FileHandle) fs.FileHandle {
	if f, ok := f.(*fs.LoopbackFile); ok {
		return file{f}
	}
	return f
}

func (file) PassthroughFd() (int, bool) { return -1, false }

// Tmpfile fails: this file system has no anonymous files.
func (n *node) Tmpfile(context.Context, uint32, uint32, *fuse.EntryOut) (*fs.Inode, fs.FileHandle, uint32, syscall.Errno) {
	return nil, nil, 0, syscall.EOPNOTSUPP
}

func (n *node) Setattr(ctx context.Context, f fs.FileHandle, in *fuse.SetAttrIn, out *fuse.AttrOut) syscall.Errno {
	if errno := n.fault(Setattr, 1); errno != 0 {
		return errno
	}
	return n.LoopbackNode.Setattr(ctx, f, in, out)
}

func (n *node) Fsync(ctx context.Context, f fs.FileHandle, flags uint32) syscall.Errno {
	if errno := n.fault(Fsync, 1); errno != 0 {
		return errno
	}
	if file, ok := f.(fs.FileFsyncer); ok {
		return file.Fsync(ctx, flags)
	}
	return 0
}

func (n *node) Rename(ctx context.Context, name string, to fs.InodeEmbedder, newName string, flags uint32) syscall.Errno {
	if errno := n.fault(Rename, 1); errno != 0 {
		return errno
	}
	return n.LoopbackNode.Rename(ctx, name, to, newName, flags)
}

func (n *node) Unlink(ctx context.Context, name string) syscall.Errno {
	if errno := n.fault(Unlink, 1); errno != 0 {
		return errno
	}
	return n.LoopbackNode.Unlink(ctx, name)
}
