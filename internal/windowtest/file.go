package windowtest

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"sync/atomic"
	"testing"
)

// FileSize is the size in bytes of the files that the suite writes.
const FileSize = 1<<20 + 123

// TestFile runs the writing half of the suite in dir, which is empty.
func TestFile(t *testing.T, dir string, create Create) {
	page := os.Getpagesize()
	for _, cut := range []struct {
		name        string
		first, rest int // size of the first piece, and of the others
		backwards   bool
	}{
		{"Aligned", 16 * page, 16 * page, false},
		{"Backwards", 16 * page, 16 * page, true},
		{"Header", 40, 16 * page, false},
		{"Odd", 7919, 7919, false},
		{"OddBackwards", 1, page + 1, true},
		{"Whole", FileSize, 1, false},
	} {
		t.Run("WriteAt/"+cut.name, func(t *testing.T) {
			var pieces []span
			for from, to := 0, cut.first; from < FileSize; from, to = to, to+cut.rest {
				pieces = append(pieces, span{from, min(to, FileSize)})
				if cut.backwards && len(pieces) > 1 {
					copy(pieces[1:], pieces)
					pieces[0] = span{from, min(to, FileSize)}
				}
			}
			writes(t, mustCreate(t, create, dir, 0), pieces)
		})
	}
	t.Run("Hole", func(t *testing.T) { hole(t, mustCreate(t, create, dir, 0)) })
	t.Run("Overwrite", func(t *testing.T) { overwrite(t, mustCreate(t, create, dir, 0)) })
	t.Run("NoBytes", func(t *testing.T) {
		f := mustCreate(t, create, dir, 0)
		if n, err := f.WriteAt(nil, 0); n != 0 || err != nil {
			t.Errorf("%d bytes written, error %v", n, err)
		}
		if n, err := f.WriteAt([]byte{1}, -1); n != 0 || err == nil {
			t.Errorf("%d bytes written before byte 0, error %v", n, err)
		}
	})
	t.Run("Close", func(t *testing.T) { closes(t, dir, create) })
}

func writes(t *testing.T, f File, pieces []span) {
	content := random(FileSize)
	var taken atomic.Int64
	concurrently(func(int) {
		for {
			i := int(taken.Add(1)) - 1
			if i >= len(pieces) {
				return
			}
			p := content[pieces[i].from:pieces[i].to]
			if n, err := f.WriteAt(p, int64(pieces[i].from)); n != len(p) || err != nil {
				t.Errorf("%d of %d bytes written at %d, error %v", n, len(p), pieces[i].from, err)
			}
		}
	})
	expect(t, f, content)
}

// expect checks all of the content of f.
func expect(t *testing.T, f File, want []byte) {
	t.Helper()
	got, err := io.ReadAll(io.NewSectionReader(f.OSFile(), 0, 1<<62))
	if err != nil || !bytes.Equal(got, want) {
		t.Errorf("%d bytes read back, want %d; equal %v, error %v", len(got), len(want), bytes.Equal(got, want), err)
	}
}

func hole(t *testing.T, f File) {
	if _, err := f.WriteAt([]byte{1}, FileSize-1); err != nil {
		t.Fatal(err)
	}
	want := make([]byte, FileSize)
	want[FileSize-1] = 1
	expect(t, f, want)
}

func overwrite(t *testing.T, f File) {
	content := random(FileSize)
	if _, err := f.WriteAt(make([]byte, FileSize), 0); err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteAt(content[:FileSize/2], 0); err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteAt(content[FileSize/2:], FileSize/2); err != nil {
		t.Fatal(err)
	}
	expect(t, f, content)
}

// closes checks that Close leaves nothing in the directory, and that a second
// Close fails.
func closes(t *testing.T, dir string, create Create) {
	for name, use := range map[string]func(File) error{
		"unused":   func(File) error { return nil },
		"written":  func(f File) error { _, err := f.WriteAt(random(10000), 5); return err },
		"revealed": func(f File) error { return f.Reveal() },
	} {
		f, err := create(dir, 0o644)
		if err != nil {
			t.Fatal(err)
		}
		if err := use(f); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if err := f.Close(); err != nil {
			t.Errorf("%s: close: %v", name, err)
		}
		if entries, err := os.ReadDir(dir); err != nil || len(entries) != 0 {
			t.Errorf("%s: left in the directory: %v, error %v", name, entries, err)
		}
		if err := f.Close(); !errors.Is(err, fs.ErrClosed) {
			t.Errorf("%s: second close: %v", name, err)
		}
		if _, err := f.WriteAt([]byte{1}, 0); !errors.Is(err, fs.ErrClosed) {
			t.Errorf("%s: write after close: %v", name, err)
		}
	}
}
