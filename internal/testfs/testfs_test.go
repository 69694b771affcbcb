//go:build linux

package testfs

import (
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"
)

func TestMain(m *testing.M) { Main(m) }

func TestKinds(t *testing.T) {
	magic := map[string]uint32{
		"tmpfs": unix.TMPFS_MAGIC, "ext4": unix.EXT4_SUPER_MAGIC, "xfs": unix.XFS_SUPER_MAGIC,
		"btrfs": unix.BTRFS_SUPER_MAGIC, "overlay": unix.OVERLAYFS_SUPER_MAGIC,
	}
	Each(t, func(t *testing.T, kind, dir string) {
		var st unix.Statfs_t
		if err := unix.Statfs(dir, &st); err != nil || uint32(st.Type) != magic[kind] {
			t.Errorf("type %#x, error %v", st.Type, err)
		}
		if err := os.WriteFile(filepath.Join(dir, "file"), []byte("x"), 0o600); err != nil {
			t.Error(err)
		}
	})
}

func TestBindAndSubvolume(t *testing.T) {
	dir := Dir(t, "btrfs")
	for _, other := range []string{Bind(t, dir), Subvolume(t, dir)} {
		if err := os.WriteFile(filepath.Join(dir, "a"), nil, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Link(filepath.Join(dir, "a"), filepath.Join(other, "b")); err == nil {
			t.Errorf("a link from %s to %s is possible", dir, other)
		}
	}
}
