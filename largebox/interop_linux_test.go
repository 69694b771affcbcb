package largebox

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/largebox/largebox/internal/testfs"
)

// pynacl is a running testdata/pynacl.py.
type pynacl struct {
	in  io.WriteCloser
	out *bufio.Scanner
}

// python returns a Python that has PyNaCl. Another one may come first in PATH than
// Debian's, which python3-nacl belongs to.
func python(t *testing.T) string {
	t.Helper()
	for _, python := range []string{"/usr/bin/python3", "python3"} {
		if exec.Command(python, "-c", "import nacl.public").Run() == nil {
			return python
		}
	}
	testfs.Missing(t, "PyNaCl (package python3-nacl)")
	return ""
}

func startPyNaCl(t *testing.T) *pynacl {
	t.Helper()
	cmd := exec.Command(python(t), "../testdata/pynacl.py")
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		in.Close()
		if err := cmd.Wait(); err != nil {
			t.Error(err)
		}
	})
	return &pynacl{in, bufio.NewScanner(out)}
}

func (p *pynacl) do(t *testing.T, op string, words []string, src, dst string) {
	t.Helper()
	fmt.Fprintln(p.in, op, strings.Join(words, " "), src, dst)
	if !p.out.Scan() {
		t.Fatal("pynacl.py has ended")
	}
	if answer := p.out.Text(); answer != "ok" {
		t.Fatalf("PyNaCl, asked to %s %s: %s", op, words[0], answer)
	}
}

func TestPyNaCl(t *testing.T) {
	python := startPyNaCl(t)
	sizes := []int{0, 1, 15, 16, 17, 31, 32, 33, 63, 64, 65, 64<<20 + 12345}
	for _, window := range []int{blockSize, windowSize} {
		for _, edge := range []int{window, window - 40, window - 48} { // of the message, and of the file
			sizes = append(sizes, edge-1, edge, edge+1)
		}
	}
	for _, pair := range pairs(t) {
		t.Run(pair.kind, func(t *testing.T) {
			dir := t.TempDir()
			in := func(name string) string { return filepath.Join(dir, name) }
			for _, n := range sizes {
				for _, workspace := range []Workspace{Mmap, Fallback} {
					o := Options{Workspace: workspace, Replace: true, NoSync: true, Workers: 3}
					m := message(n)
					src := write(t, in("message"), m)

					if _, err := SealFile(ctx, in("ours"), src, pair.Sealer, o); err != nil {
						t.Fatal(err)
					}
					python.do(t, "open", pair.openWords, in("ours"), in("opened"))
					wantFile(t, in("opened"), m)

					python.do(t, "seal", pair.sealWords, src, in("theirs"))
					if info, err := os.Stat(in("theirs")); err != nil || info.Size() != int64(n+pair.overhead) {
						t.Fatalf("PyNaCl's box of %d bytes: %v, %v", n, info.Size(), err)
					}
					if _, err := OpenFile(ctx, in("back"), in("theirs"), pair.Opener, o); err != nil {
						t.Fatalf("%d bytes, %s: %v", n, workspace, err)
					}
					wantFile(t, in("back"), m)
				}
			}
		})
	}
}

// TestFrozenInPyNaCl opens every frozen file with testdata/frozen.py.
func TestFrozenInPyNaCl(t *testing.T) {
	f := loadFrozen(t)
	out, err := exec.Command(python(t), "../testdata/frozen.py").CombinedOutput()
	if want := fmt.Sprintf("%d files, %d digests\n", len(f.Files), len(f.Digests)); err != nil || string(out) != want {
		t.Errorf("%v: %swant %s", err, out, want)
	}
}

// TestKindsDiffer: a box of one kind opens as no other kind.
func TestKindsDiffer(t *testing.T) {
	dir := t.TempDir()
	src := write(t, filepath.Join(dir, "message"), message(1000))
	for i, sealed := range pairs(t) {
		dst := filepath.Join(dir, sealed.kind)
		if _, err := SealFile(ctx, dst, src, sealed.Sealer, Options{}); err != nil {
			t.Fatal(err)
		}
		for j, opened := range pairs(t) {
			var got bytes.Buffer
			_, err := OpenStream(ctx, Writer(&got), Path(dst), opened.Opener, Options{})
			if (err == nil) != (i == j) {
				t.Errorf("opening %s as %s: %v", sealed.kind, opened.kind, err)
			}
		}
	}
}
