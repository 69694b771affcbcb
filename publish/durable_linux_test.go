package publish

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/largebox/largebox/internal/testfs"
	"golang.org/x/sys/unix"
)

// TestPowerLoss copies the disk right after each publication, and mounts the
// copy. It holds what a loss of power would leave.
func TestPowerLoss(t *testing.T) {
	data := content(1<<20 + 3)
	for _, kind := range []string{"ext4", "xfs", "btrfs"} {
		t.Run(kind, func(t *testing.T) {
			image := testfs.Image(t, kind, 512<<20)
			crashed := map[string]string{}
			snapshot := func(name string) {
				crashed[name] = filepath.Join(t.TempDir(), "crashed.img")
				command(t, "cp", "--sparse=always", image, crashed[name])
			}
			t.Run("write", func(t *testing.T) {
				dir := testfs.Mount(t, "-o", "loop", image)
				d := openDir(t, dir)
				for _, s := range Strategies() {
					if s == Clone && !reflinks[kind] {
						continue
					}
					name := string(s)
					if _, err := Publish(t.Context(), anonymous(t, dir, data), d, name, Options{Strategy: s}); err != nil {
						t.Error(err)
					}
					snapshot(name)

					name += "-replaced"
					write(t, filepath.Join(dir, name), oldData)
					if _, err := Publish(t.Context(), anonymous(t, dir, data), d, name, Options{Strategy: s, Replace: true}); err != nil {
						t.Error(err)
					}
					snapshot(name)
				}
				f := anonymous(t, dir, data)
				try(t, f.Chown(nobody, nobody))
				try(t, os.Chmod(dir, 0o333))
				asNobody(t, func() {
					if _, err := Publish(t.Context(), f, d, "unreadable", Options{}); err != nil {
						t.Error(err)
					}
				})
				snapshot("unreadable")
			})
			for name, image := range crashed {
				t.Run(name, func(t *testing.T) {
					dir := testfs.Mount(t, "-o", "loop", image)
					wantFile(t, filepath.Join(dir, name), data, filePerm)
				})
			}
		})
	}
}

// TestFileNotSynced checks that a file gets no name if it cannot be synced.
func TestFileNotSynced(t *testing.T) {
	eachStrategy(t, func(t *testing.T, dir string, s Strategy) {
		write(t, filepath.Join(dir, "old"), oldData)
		f := anonymous(t, dir, newData)
		withFaults(t, []fault{noFsync.with(unix.EIO)}, func() {
			res, err := publishTo(t, dir, final, f, Options{Strategy: s})
			wantRefusal(t, res, err, unix.EIO)
			res, err = publishTo(t, dir, "old", f, Options{Strategy: s, Replace: true})
			wantRefusal(t, res, err, unix.EIO)
			if _, err := publishTo(t, dir, final, f, Options{Strategy: s, NoSync: true}); err != nil {
				t.Errorf("without a sync: %v", err)
			}
		})
		wantNames(t, dir, final, "old")
		wantFile(t, filepath.Join(dir, "old"), oldData, filePerm)
	})
}

// TestDirectoryNotSynced checks that the new name is taken back if the directory
// cannot be synced. A replaced file does not come back, and the temporary name of
// the caller does.
func TestDirectoryNotSynced(t *testing.T) {
	eachStrategy(t, func(t *testing.T, dir string, s Strategy) {
		write(t, filepath.Join(dir, "old"), oldData)
		f, temp := temporary(t, dir, newData)
		withFaults(t, []fault{noOpenDir.with(unix.EMFILE)}, func() {
			d := openDir(t, dir)
			for _, o := range []Options{{Strategy: s}, {Strategy: s, TempName: temp}} {
				res, err := Publish(t.Context(), f, d, final, o)
				wantRefusal(t, res, err, unix.EMFILE)
			}
			res, err := Publish(t.Context(), f, d, "old", Options{Strategy: s, Replace: true})
			wantRefusal(t, res, err, unix.EMFILE)
		})
		wantNames(t, dir, "old", temp)
		wantFile(t, filepath.Join(dir, temp), newData, filePerm)
		wantFile(t, filepath.Join(dir, "old"), newData, filePerm)
	})
}

// TestDirectoryNotSyncedKept checks that KeepOnSyncError keeps the name, and that
// the error says so.
func TestDirectoryNotSyncedKept(t *testing.T) {
	eachStrategy(t, func(t *testing.T, dir string, s Strategy) {
		f, temp := temporary(t, dir, newData)
		// The last of these may move the temporary name.
		for i, o := range []Options{{Strategy: s}, {Strategy: s, TempName: temp}} {
			name := fmt.Sprint(final, i)
			o.KeepOnSyncError = true
			withFaults(t, []fault{noOpenDir.with(unix.EMFILE)}, func() {
				res, err := publishTo(t, dir, name, f, o)
				wantRefusal(t, res, err, unix.EMFILE)
				if err != nil && !strings.Contains(err.Error(), "is in place") {
					t.Errorf("error is %v", err)
				}
			})
			wantFile(t, filepath.Join(dir, name), newData, filePerm)
		}
		names := []string{final + "0", final + "1"}
		if s != Auto && s != Rename {
			names = append(names, temp)
		}
		wantNames(t, dir, names...)
	})
}
