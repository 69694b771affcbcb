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
	"strings"
	"testing"

	"github.com/largebox/largebox/keyfile"
	"github.com/largebox/largebox/largebox"
)

// A fileFunc makes the file dst of the file src.
type fileFunc func(dst, src string) error

// A workspace is one way from file to file. A nil function is one that it does not have.
type workspace struct {
	name       string
	seal, open fileFunc
	verify     func(src string) error
	// foreign says that it has a format of its own, and opens only what it sealed.
	foreign bool
}

// workspaces returns those of largebox and the peers that this host has. What is
// compared most runs next to each other.
func workspaces() []workspace {
	usual := slices.Concat([]workspace{ours(largebox.Mmap)}, peers, []workspace{ours(largebox.Fallback)})
	every := slices.Clone(usual)
	for _, w := range tools {
		w.foreign = true
		every = append(every, w)
	}
	if *program != "" {
		usual = slices.Insert(usual, 1, command)
		every = slices.Insert(every, 1, command)
	}
	switch *peerNames {
	case "":
		return usual
	case "all":
		return every
	}
	names := strings.Split(*peerNames, ",")
	return slices.DeleteFunc(every, func(w workspace) bool { return !slices.Contains(names, w.name) })
}

func ours(w largebox.Workspace) workspace {
	key := largebox.SecretKey(keyfile.SecretFromBytes(&testKey))
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
			_, err := largebox.VerifyFile(ctx, src, key, largebox.VerifyOptions{Workspace: w})
			return err
		},
	}
}

func BenchmarkSealFile(b *testing.B) {
	compare(b, func(w workspace) fileFunc { return w.seal }, (*sources).message)
}

func BenchmarkOpenFile(b *testing.B) {
	compare(b, func(w workspace) fileFunc { return w.open }, (*sources).box)
}

func BenchmarkVerifyFile(b *testing.B) {
	compare(b, func(w workspace) fileFunc {
		if w.verify == nil {
			return nil
		}
		return func(_, src string) error { return w.verify(src) }
	}, (*sources).box)
}

// compare times one operation of every workspace, in every directory, at every
// size, on the source that from returns.
func compare(b *testing.B, operation func(workspace) fileFunc, from func(*sources, workspace) (string, error)) {
	eachDirectory(b, func(b *testing.B, dir string) {
		for _, n := range fileSizes {
			s := &sources{n: n}
			for _, w := range workspaces() {
				run := operation(w)
				if run == nil {
					continue
				}
				b.Run(fmt.Sprintf("workspace=%s/size=%v", w.name, n), func(b *testing.B) {
					uninterrupted(b)
					work := s.in(b, dir)
					src, err := from(s, w)
					if err != nil {
						unsupported(b, err)
					}
					benchmarkFile(b, n, run, filepath.Join(work, "destination"), src)
					s.drop(b, w)
				})
			}
			os.RemoveAll(s.dir)
		}
	})
}

func benchmarkFile(b *testing.B, n size, run fileFunc, dst, src string) {
	if err := run(dst, src); err != nil {
		unsupported(b, err)
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
}

// unsupported skips the benchmark if the host cannot do it or lacks the program, and
// fails it otherwise.
func unsupported(b *testing.B, err error) {
	b.Helper()
	if errors.Is(err, errors.ErrUnsupported) {
		skip(b, "%v", err)
	}
	b.Fatal(err)
}

// eachDirectory calls fn as a benchmark named for the file system.
func eachDirectory(b *testing.B, fn func(b *testing.B, dir string)) {
	for _, dir := range directories() {
		name := dir
		if !isLoop(dir) {
			var err error
			if name, _, err = statfs(dir); err != nil {
				b.Fatal(err)
			}
		}
		b.Run("fs="+name, func(b *testing.B) {
			uninterrupted(b)
			if isLoop(dir) {
				dir = loop(b, dir)
			}
			fn(b, dir)
		})
	}
}

// spaceFactor times the size of the message must be free: for the message, its box, a
// peer's box, and the destination.
const spaceFactor = 4

// sources are the files that operations read. Each is made when it is first needed:
// -bench may select nothing that needs it.
type sources struct {
	dir  string
	n    size
	made []string
}

// in returns the directory of the sources. It is in dir.
func (s *sources) in(b *testing.B, dir string) string {
	_, free, err := statfs(dir)
	if err != nil {
		b.Fatal(err)
	}
	if s.dir == "" {
		if int64(s.n) > free/spaceFactor {
			skip(b, "%s has %d MiB free, and this needs %d times %v", dir, free>>20, spaceFactor, s.n)
		}
		if s.dir, err = os.MkdirTemp(dir, "largebox-bench-"); err != nil {
			b.Fatal(err)
		}
	}
	return s.dir
}

func (s *sources) file(name string, write func(path string) error) (path string, err error) {
	path = filepath.Join(s.dir, name)
	if !slices.Contains(s.made, name) {
		if err = write(path); err == nil {
			s.made = append(s.made, name)
		}
	}
	return path, err
}

// message returns the path of what is sealed.
func (s *sources) message(workspace) (string, error) {
	return s.file("message", func(path string) error { return writeMessage(path, s.n) })
}

// box returns the path of what w opens.
func (s *sources) box(w workspace) (string, error) {
	if !w.foreign {
		return s.file("box", func(path string) error { return writeBox(path, s.n) })
	}
	return s.file("box of "+w.name, func(path string) error {
		message, err := s.message(w)
		if err != nil {
			return err
		}
		return errors.Join(w.seal(path, message), syncPath(path))
	})
}

// drop removes w's own box, which no other workspace opens.
func (s *sources) drop(b *testing.B, w workspace) { remove(b, filepath.Join(s.dir, "box of "+w.name)) }

// skip skips the benchmark. It prints the reason also without -v, unlike b.Skip.
func skip(b *testing.B, format string, args ...any) {
	b.Helper()
	if !testing.Verbose() {
		fmt.Printf("%s skipped: %s\n", b.Name(), fmt.Sprintf(format, args...))
	}
	b.Skipf(format, args...)
}

func remove(b *testing.B, path string) {
	b.Helper()
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) { // a verification wrote nothing
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
		largebox.SecretKey(keyfile.SecretFromBytes(&testKey)), largebox.Options{})
	return err
}
