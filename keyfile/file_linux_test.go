package keyfile

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

func TestWriteIsPrivateUnderAnyUmask(t *testing.T) {
	for _, umask := range []int{0, 0o022, 0o077} {
		dir := t.TempDir()
		path := filepath.Join(dir, "k")
		old := syscall.Umask(umask)
		err := writeAndWipe(path, []byte("text\n"))
		syscall.Umask(old)
		if err != nil {
			t.Fatal(err)
		}
		if info, err := os.Lstat(path); err != nil || info.Mode() != 0o600 {
			t.Errorf("umask %03o: %v, %v", umask, info.Mode(), err)
		}
		holds(t, dir, "k", "text\n")
	}
}

// A link that leads nowhere is a name that is taken.
func TestWriteDoesNotFollow(t *testing.T) {
	dir := t.TempDir()
	if err := os.Symlink("nowhere", filepath.Join(dir, "k")); err != nil {
		t.Fatal(err)
	}
	if err := writeAndWipe(filepath.Join(dir, "k"), []byte("text")); !errors.Is(err, fs.ErrExist) {
		t.Error(err)
	}
	if _, err := os.Lstat(filepath.Join(dir, "nowhere")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the link was followed: %v", err)
	}
}

func TestExposed(t *testing.T) {
	path := filepath.Join(t.TempDir(), "k")
	if err := os.WriteFile(path, []byte(formatted(secret, generate())), 0o600); err != nil {
		t.Fatal(err)
	}
	for mode, want := range map[fs.FileMode]bool{
		0o600: false, 0o400: false, 0o700: false,
		0o640: true, 0o620: true, 0o610: true, 0o604: true, 0o602: true, 0o644: true, 0o444: true,
	} {
		t.Run(fmt.Sprintf("%03o", mode), func(t *testing.T) {
			if err := os.Chmod(path, mode); err != nil {
				t.Fatal(err)
			}
			if f, err := Read(path); err != nil || f.Exposed != want {
				t.Errorf("%+v, %v", f, err)
			}
		})
	}
}

func TestReadOfADevice(t *testing.T) {
	if _, err := Read("/dev/zero"); !errors.Is(err, ErrNotAKey) {
		t.Errorf("an endless file: %v", err)
	}
	f, err := Read(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	if f.Exposed {
		t.Error("a device has permissions of its own, and is no exposed key")
	}
	if _, err := f.Secret(); !errors.Is(err, ErrNotAKey) {
		t.Errorf("an empty file: %v", err)
	}
}
