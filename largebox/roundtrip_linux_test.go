package largebox

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/largebox/largebox/internal/testfs"
	"github.com/largebox/largebox/publish"
	"golang.org/x/crypto/nacl/secretbox"
)

// TestRoundTrip seals, verifies and opens in every workspace, with every strategy, on
// every file system.
func TestRoundTrip(t *testing.T) {
	testfs.Each(t, func(t *testing.T, kind, dir string) {
		in := func(name string) string { return filepath.Join(dir, name) }
		for _, n := range []int{0, 1, 4056, blockSize - 40, blockSize, 3*windowSize + 17} {
			m := message(n)
			src := write(t, in("message"), m)
			for _, workspace := range []Workspace{AutoWorkspace, Mmap, Fallback} {
				for _, strategy := range []publish.Strategy{publish.Auto, publish.Link, publish.Clone, publish.Copy, publish.Rename} {
					what := fmt.Sprintf("%d bytes, %s, %s", n, workspace, strategy)
					o := Options{Workspace: workspace, Strategy: strategy, Workers: 2, Mode: 0o640, NoSync: n > 1}
					result, err := SealFile(ctx, in("sealed"), src, SecretKey(testSecret), o)
					if strategy == publish.Clone && kind != "btrfs" && kind != "xfs" {
						if err == nil {
							t.Fatalf("%s: cloned", what)
						}
						wantNames(t, dir, "message")
						continue
					}
					if err != nil {
						t.Fatalf("%s: %v", what, err)
					}
					want := Result{Bytes: int64(n), Workspace: workspace, Strategy: strategy, Engine: result.Engine, Workers: 2, Durable: n <= 1}
					if workspace == AutoWorkspace {
						want.Workspace = Mmap
					}
					if strategy == publish.Auto {
						want.Strategy = map[Workspace]publish.Strategy{Mmap: publish.Link, Fallback: publish.Rename}[want.Workspace]
					}
					if n+40 <= blockSize {
						want.Workers = 1
					}
					if result != want || result.Engine == "" {
						t.Errorf("%s: %+v, want %+v", what, result, want)
					}
					box, err := os.ReadFile(in("sealed"))
					if err != nil {
						t.Fatal(err)
					}
					if got := secretbox.Seal(box[:NonceSize:NonceSize], m, (*[NonceSize]byte)(box), &testKey); !bytes.Equal(got, box) {
						t.Fatalf("%s: the box differs from x/crypto's", what)
					}
					if _, err := VerifyFile(ctx, in("sealed"), SecretKey(testSecret), verifying(o)); err != nil {
						t.Errorf("%s: %v", what, err)
					}
					if _, err := OpenFile(ctx, in("opened"), in("sealed"), SecretKey(testSecret), o); err != nil {
						t.Fatalf("%s: %v", what, err)
					}
					wantFile(t, in("opened"), m)
					for _, name := range []string{"sealed", "opened"} {
						if info, err := os.Stat(in(name)); err != nil || info.Mode() != 0o640 {
							t.Errorf("%s: %s has mode %v", what, name, info.Mode())
						}
					}
					wantNames(t, dir, "message", "sealed", "opened")
					os.Remove(in("sealed"))
					os.Remove(in("opened"))
				}
			}
		}
	})
}

// TestTempDir assembles the output on the other side of a boundary. Link returns EXDEV
// there, and Auto clones or copies.
func TestTempDir(t *testing.T) {
	btrfs, xfs, ext4 := testfs.Dir(t, "btrfs"), testfs.Dir(t, "xfs"), testfs.Dir(t, "ext4")
	for _, boundary := range []struct {
		name, dir, temp string
		want            publish.Strategy
	}{
		{"a subvolume of btrfs", btrfs, testfs.Subvolume(t, testfs.Dir(t, "btrfs")), publish.Clone},
		{"a bind mount of btrfs", btrfs, testfs.Bind(t, btrfs), publish.Clone},
		{"a bind mount of xfs", xfs, testfs.Bind(t, xfs), publish.Clone},
		{"a bind mount of ext4", ext4, testfs.Bind(t, ext4), publish.Copy},
		{"another file system", ext4, testfs.Dir(t, "tmpfs"), publish.Copy},
		{"the same directory", ext4, ext4, publish.Link},
		{"another directory of the same mount", ext4, testfs.Dir(t, "ext4"), publish.Link},
	} {
		t.Run(boundary.name, func(t *testing.T) {
			dir, err := os.MkdirTemp(boundary.dir, "here")
			if err != nil {
				t.Fatal(err)
			}
			m := message(3*blockSize + 1)
			src := write(t, filepath.Join(t.TempDir(), "message"), m)
			dst := filepath.Join(dir, "sealed")
			for _, workspace := range []Workspace{Mmap, Fallback} {
				o := Options{Workspace: workspace, TempDir: boundary.temp, Mode: 0o600}
				if boundary.want != publish.Link {
					o.Strategy = publish.Link
					if _, err := SealFile(ctx, dst, src, SecretKey(testSecret), o); !isCrossDevice(err) {
						t.Errorf("%s: link returns %v", workspace, err)
					}
					o.Strategy = publish.Auto
				}
				wantNames(t, dir)
				result, err := SealFile(ctx, dst, src, SecretKey(testSecret), o)
				if err != nil || result.Strategy != boundary.want {
					t.Fatalf("%s: published by %q, error %v", workspace, result.Strategy, err)
				}
				wantNames(t, dir, "sealed")
				var got bytes.Buffer
				if _, err := OpenStream(ctx, Writer(&got), Path(dst), SecretKey(testSecret), streaming(o)); err != nil || !bytes.Equal(got.Bytes(), m) {
					t.Errorf("opened to a stream: %d bytes, error %v", got.Len(), err)
				}
				os.Remove(dst)
			}
			os.RemoveAll(dir)
			if boundary.temp != boundary.dir { // the bind mounts show dir itself
				wantNames(t, boundary.temp)
			}
		})
	}
}

// TestWithoutAnonymousFiles works on a file system that has none. AutoWorkspace takes the
// fallback, and Mmap is refused.
func TestWithoutAnonymousFiles(t *testing.T) {
	below, dir := t.TempDir(), t.TempDir()
	if out, err := exec.Command("bindfs", below, dir).CombinedOutput(); err != nil {
		testfs.Missing(t, "bindfs, a FUSE file system: %v: %s", err, out)
	}
	t.Cleanup(func() { exec.Command("umount", "-l", dir).Run() })
	m := message(2*blockSize + 1)
	src := write(t, filepath.Join(dir, "message"), m)
	dst := filepath.Join(dir, "sealed")
	for _, strategy := range []publish.Strategy{publish.Auto, publish.Link, publish.Copy, publish.Rename} {
		result, err := SealFile(ctx, dst, src, SecretKey(testSecret), Options{Strategy: strategy, Replace: true})
		if err != nil || result.Workspace != Fallback || strategy == publish.Auto && result.Strategy != publish.Rename {
			t.Errorf("%s: %+v, %v", strategy, result, err)
		}
		wantNames(t, dir, "message", "sealed")
	}
	if _, err := SealFile(ctx, dst, src, SecretKey(testSecret), Options{}); !errors.Is(err, fs.ErrExist) {
		t.Errorf("an existing name: %v", err)
	}
	var got bytes.Buffer
	if _, err := OpenStream(ctx, Writer(&got), Path(dst), SecretKey(testSecret), Options{TempDir: dir}); err != nil || !bytes.Equal(got.Bytes(), m) {
		t.Errorf("opened %d bytes, error %v", got.Len(), err)
	}
	os.Remove(dst)
	if _, err := SealFile(ctx, dst, src, SecretKey(testSecret), Options{Workspace: Mmap}); !errors.Is(err, errors.ErrUnsupported) {
		t.Errorf("forced to mmap: %v", err)
	}
	wantNames(t, dir, "message")
}
