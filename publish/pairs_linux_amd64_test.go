package publish

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/largebox/largebox/internal/sysfault"
	"github.com/largebox/largebox/internal/tempfile"
	"github.com/largebox/largebox/internal/testfs"
	"golang.org/x/sys/unix"
)

// TestPairsOfFaults lets each step of each publication fail, alone and together
// with each later step. After an error nothing new has a name, unless the error
// says so, and the old file is not lost. A temporary name may stay only if the
// steps that would remove it failed.
func TestPairsOfFaults(t *testing.T) {
	eachScenario(t, func(t *testing.T, s scenario, base string) {
		runs := 0
		for first := 0; ; first++ {
			for second := first; ; second++ {
				runs++
				r := s.start(t, base)
				var failed []string
				step := 0
				r.run(t, func(c sysfault.Call) unix.Errno {
					defer func() { step++ }()
					if step != first && step != second {
						return 0
					}
					failed = append(failed, fmt.Sprintf("%s (step %d)", c, step))
					return unix.EIO
				})
				r.check(t, failed)
				if err := os.RemoveAll(r.dir); err != nil {
					t.Fatal(err)
				}
				if len(failed) == 0 { // there is no first step any more
					t.Logf("%d runs", runs)
					return
				}
				if second > first && len(failed) == 1 { // nor a second one
					break
				}
			}
		}
	})
}

// check checks the outcome of a publication in which steps failed.
func (r *trial) check(t *testing.T, failed []string) {
	t.Helper()
	what := strings.Join(failed, ", ")
	if r.err != nil && (len(failed) == 0 || !errors.Is(r.err, unix.EIO)) {
		t.Errorf("%s: error is %v", what, r.err)
	}
	var path *fs.PathError
	if r.err != nil && (!errors.As(r.err, &path) || path.Path != filepath.Join(r.dir, final)) {
		t.Errorf("%s: the error does not start with the path of the name: %v", what, r.err)
	}
	stays := slices.ContainsFunc(failed, func(step string) bool {
		return strings.HasPrefix(step, "unlinkat") || strings.HasPrefix(step, "newfstatat") || strings.HasPrefix(step, "fstat ")
	})
	there := false
	for _, name := range listing(t, r.dir) {
		if name == final {
			there = true
		} else if !stays || !tempfile.IsName(name) {
			t.Errorf("%s: %s is left; error is %v", what, name, r.err)
		}
	}
	var content []byte
	if there {
		content = must[[]byte](t)(os.ReadFile(filepath.Join(r.dir, final)))
	}
	isNew := there && bytes.Equal(content, newData)
	told := r.err != nil && strings.Contains(r.err.Error(), "is in place")
	switch {
	case r.err == nil && !isNew:
		t.Errorf("%s: no error, and no new file", what)
	case r.err != nil && isNew != told:
		t.Errorf("%s: the new file is in place: %v; error is %v", what, isNew, r.err)
	case r.o.Replace && !isNew && !bytes.Equal(content, oldData):
		t.Errorf("%s: the old file is lost; error is %v", what, r.err)
	case !r.o.Replace && there && !isNew:
		t.Errorf("%s: the file has other content; error is %v", what, r.err)
	}
}

// TestKeptWithoutFlags has a link and a removal in place of the rename, and the
// first removal fails. Another program may have read the file by then, so
// KeepOnSyncError keeps its name.
func TestKeptWithoutFlags(t *testing.T) {
	for _, keep := range []bool{false, true} {
		dir := testfs.Dir(t, "tmpfs")
		d := openDir(t, dir)
		f, temp := temporary(t, dir, newData)
		var err error
		removals := 0
		sysfault.Run(t, func(c sysfault.Call) unix.Errno {
			if c.Number == unix.SYS_UNLINKAT {
				if removals++; removals == 1 {
					return unix.EIO
				}
			}
			return noFlags(c)
		}, func() {
			_, err = Publish(t.Context(), f, d, final, Options{TempName: temp, KeepOnSyncError: keep})
		})
		wantRefusal(t, Result{}, err, unix.EIO)
		if keep {
			wantNames(t, dir, final, temp)
			wantFile(t, filepath.Join(dir, final), newData, filePerm)
		} else {
			wantNames(t, dir, temp)
		}
		wantFile(t, filepath.Join(dir, temp), newData, filePerm)
	}
}
