package largebox

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unsafe"

	"github.com/largebox/largebox/internal/tempfile"
	"github.com/largebox/largebox/internal/testfs"
	"github.com/largebox/largebox/keyfile"
	"github.com/largebox/largebox/publish"
	"golang.org/x/sys/unix"
)

// A watch notes what happens to names in a directory (inotify(7)).
type watch struct{ fd int }

func newWatch(t *testing.T, dir string) watch {
	t.Helper()
	fd, err := unix.InotifyInit1(unix.IN_NONBLOCK | unix.IN_CLOEXEC)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { unix.Close(fd) })
	if _, err := unix.InotifyAddWatch(fd, dir, unix.IN_CREATE|unix.IN_MOVED_FROM|unix.IN_MOVED_TO|unix.IN_DELETE); err != nil {
		t.Fatal(err)
	}
	return watch{fd}
}

// events returns what happened, a word each, with temporary names as "temp".
func (w watch) events(t *testing.T) (events []string) {
	t.Helper()
	buf := make([]byte, 64<<10)
	n, err := unix.Read(w.fd, buf)
	if err == unix.EAGAIN {
		return nil
	} else if err != nil {
		t.Fatal(err)
	}
	for buf = buf[:n]; len(buf) > 0; {
		e := (*unix.InotifyEvent)(unsafe.Pointer(&buf[0]))
		name := string(bytes.TrimRight(buf[unix.SizeofInotifyEvent:][:e.Len], "\x00"))
		if tempfile.IsName(name) {
			name = "temp"
		}
		what := map[uint32]string{unix.IN_CREATE: "+", unix.IN_MOVED_FROM: "<", unix.IN_MOVED_TO: ">", unix.IN_DELETE: "-"}[e.Mask]
		events = append(events, what+name)
		buf = buf[unix.SizeofInotifyEvent+e.Len:]
	}
	return events
}

// lookAtTemp checks that every file in dir is a private temporary, and counts them.
func lookAtTemp(t *testing.T, dir string) (seen int) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		info, err := e.Info()
		if err != nil || !tempfile.IsName(e.Name()) || info.Mode() != 0o600 {
			t.Errorf("while the box is opened, the directory has %s, %v", e.Name(), info.Mode())
		}
		seen++
	}
	return seen
}

// TestWatcher checks which names the directory has while a box is opened, and which
// ones come and go until the end, if the tag verifies and if not.
func TestWatcher(t *testing.T) {
	testfs.Each(t, func(t *testing.T, _, dir string) {
		src := filepath.Join(t.TempDir(), "sealed")
		m := message(3 * blockSize)
		var box bytes.Buffer
		if _, err := SealStream(ctx, Writer(&box), Reader(bytes.NewReader(m)), SecretKey(testSecret), Options{}); err != nil {
			t.Fatal(err)
		}
		dst := filepath.Join(dir, "final")
		for _, c := range []struct {
			what    string
			o       Options
			exists  bool
			during  int    // names that are there before the verdict
			success string // events
			failure string
		}{
			{"link", Options{Strategy: publish.Link}, false, 0, "+final", ""},
			{"copy", Options{Strategy: publish.Copy}, false, 0, "+final", ""},
			{"rename", Options{Strategy: publish.Rename}, false, 0, "+temp <temp >final", ""},
			{"replace", Options{Replace: true}, true, 0, "+temp <temp >final", ""},
			{"fallback", Options{Workspace: Fallback}, false, 1, "+temp -temp +temp <temp >final", "+temp -temp +temp -temp"},
		} {
			for _, authentic := range []bool{true, false} {
				os.Remove(dst)
				p := bytes.Clone(box.Bytes())
				if !authentic {
					p[len(p)-1] ^= 1
				}
				write(t, src, p)
				if c.exists {
					write(t, dst, []byte("old"))
				}
				w := newWatch(t, dir)
				looked := false
				c.o.NoSync = true
				// At the last call of Progress every byte is decrypted, and
				// nothing is verified.
				c.o.Progress = func(done, total int64) {
					if done < total {
						return
					}
					looked = true
					if c.exists {
						wantFile(t, dst, []byte("old"))
					} else if seen := lookAtTemp(t, dir); seen != c.during {
						t.Errorf("%s: before the verdict the directory has %d names", c.what, seen)
					}
				}
				_, err := OpenFile(ctx, dst, src, SecretKey(testSecret), c.o)
				if (err == nil) != authentic || !looked {
					t.Errorf("%s, authentic %v: %v", c.what, authentic, err)
				}
				want := c.success
				if !authentic {
					want = c.failure
				}
				if got := strings.Join(w.events(t), " "); got != want {
					t.Errorf("%s, authentic %v: events %q, want %q", c.what, authentic, got, want)
				}
				if authentic {
					wantFile(t, dst, m)
				}
			}
		}
	})
}

// TestNothingIsLeftOpen: there are no more descriptors than before and no mappings, also
// after failures.
func TestNothingIsLeftOpen(t *testing.T) {
	count := func() (fds, maps int) {
		entries, err := os.ReadDir("/proc/self/fd")
		if err != nil {
			testfs.Missing(t, "%v", err)
		}
		text, _ := os.ReadFile("/proc/self/maps")
		return len(entries), strings.Count(string(text), "/message\n") + strings.Count(string(text), "/sealed\n")
	}
	bothWorkspaces(t, func(t *testing.T, o Options, dir, _ string) {
		src := write(t, filepath.Join(dir, "message"), message(9*blockSize))
		dst := filepath.Join(dir, "sealed")
		o.Replace, o.NoSync = true, true
		fds, _ := count()
		for range 5 {
			if _, err := SealFile(ctx, dst, src, SecretKey(testSecret), o); err != nil {
				t.Fatal(err)
			}
			for _, key := range []*[KeySize]byte{&testKey, new([KeySize]byte)} {
				OpenFile(ctx, filepath.Join(dir, "opened"), dst, SecretKey(keyfile.SecretFromBytes(key)), o)
				VerifyFile(ctx, dst, SecretKey(keyfile.SecretFromBytes(key)), verifying(o))
			}
			SealFile(ctx, filepath.Join(dir, "missing", "x"), src, SecretKey(testSecret), o)
			SealFile(ctx, dst, src, meddler{SecretKey(testSecret), func() { os.Truncate(src, blockSize) }}, o)
			write(t, src, message(9*blockSize))
		}
		after, maps := count()
		if after > fds || maps > 0 {
			t.Errorf("%d descriptors before, %d after, %d mappings", fds, after, maps)
		}
		wantNames(t, dir, "message", "sealed", "opened")
	})
}
