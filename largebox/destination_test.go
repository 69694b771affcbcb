package largebox

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
)

// bothWorkspaces runs fn for each workspace, with an empty directory, and a message in
// another.
func bothWorkspaces(t *testing.T, fn func(t *testing.T, o Options, dir, src string)) {
	for _, workspace := range []Workspace{AutoWorkspace, Fallback} {
		t.Run(string(workspace), func(t *testing.T) {
			fn(t, Options{Workspace: workspace}, t.TempDir(), write(t, filepath.Join(t.TempDir(), "message"), message(5000)))
		})
	}
}

func TestExistingDestination(t *testing.T) {
	bothWorkspaces(t, func(t *testing.T, o Options, dir, src string) {
		in := func(name string) string { return filepath.Join(dir, name) }
		write(t, in("file"), []byte("old"))
		if err := errors.Join(os.Link(in("file"), in("hard link")), os.Mkdir(in("directory"), 0o755)); err != nil {
			t.Fatal(err)
		}
		all, replaceable := []string{"file", "hard link", "directory"}, []string{"file"}
		if canSymlink(dir) {
			if err := errors.Join(os.Symlink("file", in("symlink")), os.Symlink("nowhere", in("dangling"))); err != nil {
				t.Fatal(err)
			}
			all, replaceable = append(all, "symlink", "dangling"), []string{"symlink", "dangling", "file"}
		}
		for _, name := range all {
			if _, err := SealFile(ctx, in(name), src, SecretKey(testSecret), o); !errors.Is(err, fs.ErrExist) {
				t.Errorf("%s: %v", name, err)
			}
		}
		wantNames(t, dir, all...)
		wantFile(t, in("file"), []byte("old"))

		o.Replace = true
		if _, err := SealFile(ctx, in("directory"), src, SecretKey(testSecret), o); !errors.Is(err, fs.ErrExist) {
			t.Errorf("replacing a directory: %v", err)
		}
		for _, name := range replaceable {
			wantFile(t, in("hard link"), []byte("old"))
			if _, err := SealFile(ctx, in(name), src, SecretKey(testSecret), o); err != nil {
				t.Errorf("replacing %s: %v", name, err)
			}
			if info, err := os.Lstat(in(name)); err != nil || !info.Mode().IsRegular() || info.Size() != 5040 {
				t.Errorf("%s is %v, %v", name, info.Mode(), err)
			}
		}
		wantFile(t, in("hard link"), []byte("old"))
		wantNames(t, dir, all...)
	})
}

// canSymlink reports whether dir can have symbolic links. Windows may forbid them, and
// Wine makes something else.
func canSymlink(dir string) bool {
	try := filepath.Join(dir, "try")
	defer os.Remove(try)
	if os.Symlink("nowhere", try) != nil {
		return false
	}
	_, err := os.Readlink(try)
	return err == nil
}

func TestDestinationIsSource(t *testing.T) {
	bothWorkspaces(t, func(t *testing.T, o Options, _, src string) {
		_, err := SealFile(ctx, src, src, SecretKey(testSecret), o)
		if !errors.Is(err, fs.ErrExist) || !strings.Contains(err.Error(), "the source itself") {
			t.Errorf("refused with: %v", err)
		}
		wantFile(t, src, message(5000))
		o.Replace = true
		_, err = SealFile(ctx, src, src, SecretKey(testSecret), o)
		if errors.Is(err, ErrInUse) { // Windows: this process has it open
			wantFile(t, src, message(5000))
			wantNames(t, filepath.Dir(src), "message")
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		if _, err := OpenFile(ctx, src, src, SecretKey(testSecret), o); err != nil {
			t.Fatal(err)
		}
		wantFile(t, src, message(5000))
		wantNames(t, filepath.Dir(src), "message")
	})
}

func TestNames(t *testing.T) {
	bothWorkspaces(t, func(t *testing.T, o Options, dir, src string) {
		long := strings.Repeat("n", 255)
		if _, err := SealFile(ctx, filepath.Join(dir, long), src, SecretKey(testSecret), o); err != nil {
			t.Errorf("a name of 255 bytes: %v", err)
		}
		if _, err := SealFile(ctx, filepath.Join(dir, long+"n"), src, SecretKey(testSecret), o); err == nil {
			t.Error("a name of 256 bytes")
		}
		for _, path := range []string{"", ".", "..", dir + "/", dir + "/.", dir + "/.."} {
			if _, err := SealFile(ctx, path, src, SecretKey(testSecret), o); !errors.Is(err, fs.ErrInvalid) {
				t.Errorf("%q: %v", path, err)
			}
		}
		if _, err := SealFile(ctx, filepath.Join(dir, "missing", "sealed"), src, SecretKey(testSecret), o); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("a missing directory: %v", err)
		}
		if _, err := SealFile(ctx, filepath.Join(dir, "sealed"), filepath.Join(dir, "missing"), SecretKey(testSecret), o); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("a missing source: %v", err)
		}
		if _, err := SealFile(ctx, filepath.Join(dir, "sealed"), dir, SecretKey(testSecret), o); !errors.Is(err, syscall.EISDIR) {
			t.Errorf("a directory as source: %v", err)
		}
		wantNames(t, dir, long)
		t.Chdir(dir)
		if _, err := SealFile(ctx, "bare", src, SecretKey(testSecret), o); err != nil {
			t.Errorf("a bare name: %v", err)
		}
		wantNames(t, dir, long, "bare")
	})
}

// TestRacersForOneName: without Replace one wins, and the others get fs.ErrExist. The
// file is whole.
func TestRacersForOneName(t *testing.T) {
	bothWorkspaces(t, func(t *testing.T, o Options, dir, src string) {
		for _, o.Replace = range []bool{false, true} {
			dst := filepath.Join(dir, "sealed")
			os.Remove(dst)
			errs := make([]error, 8)
			var wg sync.WaitGroup
			for i := range errs {
				wg.Go(func() { _, errs[i] = SealFile(ctx, dst, src, SecretKey(testSecret), o) })
			}
			wg.Wait()
			won := 0
			for _, err := range errs {
				if err == nil {
					won++
				} else if !o.Replace && !errors.Is(err, fs.ErrExist) {
					t.Errorf("a loser got %v", err)
				}
			}
			if won == 0 || won > 1 && !o.Replace {
				t.Errorf("replace %v: %d winners", o.Replace, won)
			}
			if _, err := VerifyFile(ctx, dst, SecretKey(testSecret), VerifyOptions{}); err != nil {
				t.Error(err)
			}
			wantNames(t, dir, "sealed")
		}
	})
}
