package windowtest

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"testing"
)

// Window is the size in bytes of the windows that a workspace should use here.
var Window = 4 * os.Getpagesize()

// TestSource runs the reading half of the suite on files in dir.
func TestSource(t *testing.T, dir string, open Open) {
	page := os.Getpagesize()
	for _, size := range []int{0, 1, page - 1, page, page + 1, Window - 1, Window, Window + 1, 3*Window - 1, 3 * Window, 3*Window + 1} {
		t.Run(fmt.Sprint("View/", size), func(t *testing.T) { views(t, dir, open, size) })
	}
	t.Run("ViewOutside", func(t *testing.T) { viewsOutside(t, dir, open) })
	t.Run("StaysOpen", func(t *testing.T) { staysOpen(t, dir, open) })
}

type span struct{ from, to int }

// spans are all ranges between points on or next to a page boundary.
func spans(size int) (all []span) {
	points := []int{0}
	for at := 0; at <= size+1; at += os.Getpagesize() {
		for _, p := range []int{at - 1, at, at + 1} {
			if p > points[len(points)-1] && p <= size {
				points = append(points, p)
			}
		}
	}
	if points[len(points)-1] != size {
		points = append(points, size)
	}
	for i, from := range points {
		for _, to := range points[i:] {
			all = append(all, span{from, to})
		}
	}
	return all
}

func views(t *testing.T, dir string, open Open, size int) {
	content := random(size)
	viewer, err := open(sourceFile(t, dir, content))
	if err != nil {
		t.Fatal(err)
	}
	concurrently(func(worker int) {
		v := viewer()
		defer closeViewer(t, v)
		ranges := spans(size)
		// In the order of the file, in reverse, and in random order.
		order := rand.New(rand.NewPCG(uint64(worker), 0)).Perm(len(ranges))
		block := make([]byte, size)
		for i := range ranges {
			switch worker {
			case 1:
				i = len(ranges) - 1 - i
			case 2, 3:
				i = order[i]
			}
			r := ranges[i]
			calls := 0
			err := v.View(block[:r.to-r.from], int64(r.from), func(p []byte) {
				calls++
				if !bytes.Equal(p, content[r.from:r.to]) {
					t.Errorf("bytes %d to %d are wrong", r.from, r.to)
				}
			})
			if err != nil || calls != 1 {
				t.Errorf("bytes %d to %d: %d calls, error %v", r.from, r.to, calls, err)
				return
			}
		}
	})
}

func viewsOutside(t *testing.T, dir string, open Open) {
	page := os.Getpagesize()
	for _, size := range []int{0, 1, page - 1, page, page + 1} {
		viewer, err := open(sourceFile(t, dir, random(size)))
		if err != nil {
			t.Fatal(err)
		}
		v := viewer()
		defer closeViewer(t, v)
		fail := func([]byte) { t.Error("a block that is not all in the file is shown") }
		// The result must not depend on what is mapped before.
		for _, warm := range []int{0, size} {
			if err := v.View(make([]byte, warm), 0, func([]byte) {}); err != nil {
				t.Fatal(err)
			}
			for _, r := range []struct {
				off int64
				n   int
			}{
				{int64(size), 1}, {0, size + 1}, {int64(size) - 1, 2}, {int64(size) + 1, 1},
				{int64(size + 9*page), 1}, {0, size + 9*page}, {1 << 40, 1}, {math.MaxInt64, 1}, {math.MaxInt64 - 1, 3},
			} {
				err := v.View(make([]byte, r.n), r.off, fail)
				if r.off >= 0 && r.off < 1<<62 && !errors.Is(err, io.ErrUnexpectedEOF) || err == nil {
					t.Errorf("%d bytes at %d of %d: error %v", r.n, r.off, size, err)
				}
			}
			for _, off := range []int64{-1, -int64(page), math.MinInt64} {
				if err := v.View(make([]byte, 1), off, fail); err == nil {
					t.Errorf("a byte at %d is shown", off)
				}
			}
		}
	}
}

func staysOpen(t *testing.T, dir string, open Open) {
	f := sourceFile(t, dir, random(10))
	viewer, err := open(f)
	if err != nil {
		t.Fatal(err)
	}
	v := viewer()
	if err := v.View(make([]byte, 10), 0, func([]byte) {}); err != nil {
		t.Fatal(err)
	}
	closeViewer(t, v)
	if at, err := f.Seek(0, io.SeekCurrent); err != nil || at != 0 {
		t.Errorf("its caller's file is at %d, error %v", at, err)
	}
}

func closeViewer(t *testing.T, v Viewer) {
	if c, ok := v.(io.Closer); ok {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	}
}
