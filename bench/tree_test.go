package bench

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/largebox/largebox/keyfile"
	"github.com/largebox/largebox/largebox"
)

const treeFileSize = 4 << 10

// BenchmarkSealTree seals many small files of one directory into another, with the
// library, in one process and without sync: on one goroutine for each core (mmap), and
// on one (mmap-1).
func BenchmarkSealTree(b *testing.B) {
	ways := []struct {
		name string
		run  fileFunc
	}{
		{"mmap", func(dst, src string) error { return sealTree(dst, src, runtime.GOMAXPROCS(0)) }},
		{"mmap-1", func(dst, src string) error { return sealTree(dst, src, 1) }},
		{"cp", copyTree},
	}
	if *durable {
		skip(b, "it measures without -sync only")
	}
	eachDirectory(b, func(b *testing.B, dir string) {
		s := &sources{n: size(*treeFiles * treeFileSize * 2)}
		for _, w := range ways {
			b.Run(fmt.Sprintf("workspace=%s/files=%d", w.name, *treeFiles), func(b *testing.B) {
				uninterrupted(b)
				work := s.in(b, dir)
				src, err := s.file("tree", writeTree)
				if err != nil {
					b.Fatal(err)
				}
				dst := filepath.Join(work, "destination")
				b.SetBytes(int64(*treeFiles * treeFileSize))
				if err := w.run(dst, src); err != nil {
					unsupported(b, err)
				}
				removeTree(b, dst)
				for b.Loop() {
					if err := w.run(dst, src); err != nil {
						b.Fatal(err)
					}
					b.StopTimer()
					removeTree(b, dst)
					b.StartTimer()
				}
			})
		}
		os.RemoveAll(s.dir)
	})
}

// sealTree makes the directory dst with a box of every file in src.
func sealTree(dst, src string, goroutines int) error {
	files, err := os.ReadDir(src)
	if err != nil {
		return err
	}
	if err := os.Mkdir(dst, 0o777); err != nil {
		return err
	}
	key := largebox.SecretKey(keyfile.SecretFromBytes(&testKey))
	var next atomic.Int64
	var failure atomic.Pointer[error]
	var wg sync.WaitGroup
	for range goroutines {
		wg.Go(func() {
			for i := next.Add(1) - 1; i < int64(len(files)) && failure.Load() == nil; i = next.Add(1) - 1 {
				name := files[i].Name()
				_, err := largebox.SealFile(ctx, filepath.Join(dst, name+".box"), filepath.Join(src, name), key,
					largebox.Options{Workspace: largebox.Mmap, Workers: 1, NoSync: true})
				if err != nil {
					failure.Store(&err)
				}
			}
		})
	}
	wg.Wait()
	if err := failure.Load(); err != nil {
		return *err
	}
	return nil
}

func writeTree(dir string) error {
	if err := os.Mkdir(dir, 0o777); err != nil {
		return err
	}
	content := message(treeFileSize)
	for i := range *treeFiles {
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("file-%06d", i)), content, 0o666); err != nil {
			return err
		}
	}
	exec.Command("sync", "-f", dir).Run() // without sync(1), the figures of all include the writeback
	return nil
}

func removeTree(b *testing.B, dir string) {
	b.Helper()
	if err := os.RemoveAll(dir); err != nil {
		b.Fatal(err)
	}
}
