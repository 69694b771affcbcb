package bench

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"

	"github.com/largebox/largebox/largebox"
)

type (
	// A fileFunc makes the file dst of the file src.
	fileFunc func(dst, src string) error
	// A writeFunc writes a source for a message of n bytes.
	writeFunc func(path string, n size) error
)

// A workspace is one way from file to file. What it does not do is nil.
type workspace struct {
	name       string
	seal, open fileFunc
	verify     func(src string) error
}

// workspaces are those of largebox, and the peers that this host has.
var workspaces = slices.Concat([]workspace{ours(largebox.Mmap), ours(largebox.Fallback)}, peers)

func ours(w largebox.Workspace) workspace {
	ctx, key := context.Background(), largebox.SecretKey(&testKey)
	options := func() largebox.Options { return largebox.Options{Workspace: w, NoSync: !*durable} }
	return workspace{
		name: string(w),
		seal: func(dst, src string) error {
			_, err := largebox.SealFile(ctx, dst, src, key, options())
			return err
		},
		open: func(dst, src string) error {
			_, err := largebox.OpenFile(ctx, dst, src, key, options())
			return err
		},
		verify: func(src string) error {
			_, err := largebox.VerifyFile(ctx, src, key, options())
			return err
		},
	}
}

func BenchmarkSealFile(b *testing.B) {
	compare(b, writeMessage, func(w workspace) fileFunc { return w.seal })
}

func BenchmarkOpenFile(b *testing.B) {
	compare(b, writeBox, func(w workspace) fileFunc { return w.open })
}

func BenchmarkVerifyFile(b *testing.B) {
	compare(b, writeBox, func(w workspace) fileFunc {
		if w.verify == nil {
			return nil
		}
		return func(_, src string) error { return w.verify(src) }
	})
}

// compare times one operation of every workspace, in every directory, at every
// size, on a source that write has written.
func compare(b *testing.B, write writeFunc, operation func(workspace) fileFunc) {
	for _, dir := range directories() {
		for _, n := range fileSizes {
			compareAt(b, dir, n, write, operation)
		}
	}
}

func compareAt(b *testing.B, dir string, n size, write writeFunc, operation func(workspace) fileFunc) {
	fsName, free, err := statfs(dir)
	if err != nil {
		b.Fatal(err)
	}
	work, err := os.MkdirTemp(dir, "largebox-bench-")
	if err != nil {
		b.Fatal(err)
	}
	defer os.RemoveAll(work)
	src, dst := filepath.Join(work, "source"), filepath.Join(work, "destination")

	// Only once it is known that -bench selects something here.
	prepare := sync.OnceValue(func() error { return write(src, n) })

	for _, w := range workspaces {
		run := operation(w)
		if run == nil {
			continue
		}
		b.Run(fmt.Sprintf("fs=%s/workspace=%s/size=%v", fsName, w.name, n), func(b *testing.B) {
			if int64(n) > free/4 {
				skip(b, "%s has %d MiB free, and this needs four times %v", dir, free>>20, n)
			}
			if err := prepare(); err != nil {
				b.Fatal(err)
			}
			if err := run(dst, src); errors.Is(err, errors.ErrUnsupported) {
				skip(b, "%v", err)
			} else if err != nil {
				b.Fatal(err)
			}
			remove(b, dst)
			b.SetBytes(int64(n))
			for b.Loop() {
				if err := run(dst, src); err != nil {
					b.Fatal(err)
				}
				b.StopTimer()
				remove(b, dst)
				b.StartTimer()
			}
		})
	}
}

// skip says why also without -v, when package testing keeps it to itself.
func skip(b *testing.B, format string, args ...any) {
	b.Helper()
	if !testing.Verbose() {
		fmt.Printf("%s skipped: %s\n", b.Name(), fmt.Sprintf(format, args...))
	}
	b.Skipf(format, args...)
}

func remove(b *testing.B, path string) {
	b.Helper()
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) { // a verification writes nothing
		b.Fatal(err)
	}
}

// Sources are synced, so that no writeback of theirs runs into the timing.

func writeMessage(path string, n size) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	_, err = io.CopyN(f, randomness(), int64(n))
	return errors.Join(err, f.Sync(), f.Close())
}

func writeBox(path string, n size) error {
	message := largebox.Reader(io.LimitReader(randomness(), int64(n)))
	_, err := largebox.SealStream(context.Background(), largebox.Path(path), message,
		largebox.SecretKey(&testKey), largebox.Options{})
	return err
}
