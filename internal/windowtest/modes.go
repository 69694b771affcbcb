//go:build unix

package windowtest

import (
	"io/fs"
	"syscall"
	"testing"
)

// TestModes checks that a file is private until Reveal, and then has the permission
// of any new file under the umask. The umask belongs to the process, so no other
// test may run at the same time.
func TestModes(t *testing.T, dir string, create Create) {
	defer syscall.Umask(syscall.Umask(0))
	for _, umask := range []int{0, 0o022, 0o027, 0o077} {
		syscall.Umask(umask)
		for _, perm := range []fs.FileMode{0, 0o600, 0o640, 0o644, 0o666, 0o755, 0o400, 0o044, fs.ModeSetuid | 0o711} {
			want := perm.Perm() &^ fs.FileMode(umask)
			if perm == 0 {
				want = 0o600
			}
			before, after := modes(t, dir, create, perm)
			if before != 0o600 || after != want {
				t.Errorf("%v under umask %03o: %v before Reveal, %v after; want %v", perm, umask, before, after, want)
			}
		}
	}
}

func modes(t *testing.T, dir string, create Create, perm fs.FileMode) (before, after fs.FileMode) {
	t.Helper()
	f := mustCreate(t, create, dir, perm)
	before = mode(t, f)
	if _, err := f.WriteAt([]byte("secret"), 0); err != nil {
		t.Fatal(err)
	}
	if written := mode(t, f); written != before {
		t.Errorf("%v when written, %v before", written, before)
	}
	if err := f.Reveal(); err != nil {
		t.Fatal(err)
	}
	return before, mode(t, f)
}

func mode(t *testing.T, f File) fs.FileMode {
	t.Helper()
	info, err := f.OSFile().Stat()
	if err != nil {
		t.Fatal(err)
	}
	return info.Mode()
}
