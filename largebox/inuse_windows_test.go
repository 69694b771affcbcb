package largebox

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/sys/windows"
)

// TestInUse seals from a source, and over a destination, that is open elsewhere and not
// shared. SealFile returns ErrInUse and changes nothing. When the file is closed, it
// succeeds.
func TestInUse(t *testing.T) {
	dir := t.TempDir()
	src, dst := write(t, filepath.Join(dir, "message"), message(5000)), filepath.Join(dir, "sealed")
	write(t, dst, []byte("old"))
	name, err := windows.UTF16PtrFromString(src)
	if err != nil {
		t.Fatal(err)
	}
	alone, err := windows.CreateFile(name, windows.GENERIC_READ, 0, nil, windows.OPEN_EXISTING, 0, 0)
	if err != nil {
		t.Fatal(err)
	}
	o := Options{Replace: true}
	if _, err := SealFile(ctx, dst, src, SecretKey(testSecret), o); !errors.Is(err, ErrInUse) {
		t.Errorf("a source that may not be read: %v", err)
	}
	windows.CloseHandle(alone)

	held, err := os.Open(dst)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := SealFile(ctx, dst, src, SecretKey(testSecret), o); !errors.Is(err, ErrInUse) {
		t.Errorf("a destination that may not be replaced: %v", err)
	}
	wantNames(t, dir, "message", "sealed")
	held.Close()
	wantFile(t, dst, []byte("old"))

	if _, err := SealFile(ctx, dst, src, SecretKey(testSecret), o); err != nil {
		t.Error(err)
	}
	if _, err := OpenFile(ctx, filepath.Join(dir, "opened"), dst, SecretKey(testSecret), o); err != nil {
		t.Error(err)
	}
	wantFile(t, filepath.Join(dir, "opened"), message(5000))
}
