package mmapio

import (
	"bytes"
	"crypto/rand"
	"os"
	"path/filepath"
	"testing"

	"github.com/largebox/largebox/internal/testfs"
)

// btrfs returns an I/O error for a block that does not match its checksum, as a
// disk does for a bad sector.
func TestDeviceFails(t *testing.T) {
	needFaultAddresses(t)
	image := testfs.Image(t, "btrfs", 128<<20)
	content := make([]byte, 4*16*page)
	rand.Read(content)
	written := false
	t.Run("write", func(t *testing.T) {
		at := testfs.Mount(t, "-o", "loop", image)
		if err := os.WriteFile(filepath.Join(at, "file"), content, 0o600); err != nil {
			t.Fatal(err)
		}
		written = true
	})
	if !written {
		t.SkipNow()
	}
	bad := len(content) / 2
	damage(t, image, content[bad:bad+page])
	t.Run("read", func(t *testing.T) {
		f := open(t, testfs.Mount(t, "-o", "loop", image), "file")
		cursor := newCursor(t, f, len(content))
		if got, err := view(cursor, page, 0); err != nil || !bytes.Equal(got, content[:page]) {
			t.Errorf("a good page: error %v", err)
		}
		wantFault(t, cursor.View(make([]byte, len(content)), 0, func(p []byte) { sum(p) }), f, bad)
	})
}

// damage changes a byte in the only block of the image that equals block.
func damage(t *testing.T, image string, block []byte) {
	t.Helper()
	data, err := os.ReadFile(image)
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Count(data, block) != 1 {
		testfs.Missing(t, "the block is not found once in the image")
	}
	f, err := os.OpenFile(image, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := f.WriteAt([]byte{^block[0]}, int64(bytes.Index(data, block))); err != nil {
		t.Fatal(err)
	}
}
