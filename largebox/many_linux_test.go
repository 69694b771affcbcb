package largebox

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/largebox/largebox/internal/testlong"
	"github.com/largebox/largebox/mmapio"
	"github.com/largebox/largebox/publish"
)

// A census counts what this process has open.
type census struct {
	goroutines int
	files      map[string]int // descriptors, by path
	mappings   string         // of files in dir
}

// takeCensus counts, and lists the mappings of files in dir.
func takeCensus(t *testing.T, dir string) census {
	t.Helper()
	c := census{goroutines: runtime.NumGoroutine(), files: map[string]int{}}
	fds, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	for _, fd := range fds {
		if path, err := os.Readlink(filepath.Join("/proc/self/fd", fd.Name())); err == nil { // fails for ReadDir's own
			c.files[path]++
		}
	}
	maps, err := os.ReadFile("/proc/self/maps")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(maps)) {
		if strings.Contains(line, dir) {
			c.mappings += line
		}
	}
	return c
}

// wantSame checks that nothing is open that was not open before.
func (before census) wantSame(t *testing.T, dir string) {
	t.Helper()
	// A goroutine may not have ended yet, although its work is done.
	for range 10_000 {
		if runtime.NumGoroutine() <= before.goroutines {
			break
		}
		time.Sleep(time.Millisecond)
	}
	now := takeCensus(t, dir)
	if now.goroutines > before.goroutines {
		stacks := make([]byte, 1<<20)
		t.Errorf("%d goroutines, before %d:\n%s", now.goroutines, before.goroutines, stacks[:runtime.Stack(stacks, true)])
	}
	for path, n := range now.files {
		if n > before.files[path] {
			t.Errorf("%d descriptors of %s, before %d", n, path, before.files[path])
		}
	}
	if now.mappings != before.mappings {
		t.Errorf("mapped:\n%sbefore:\n%s", now.mappings, before.mappings)
	}
}

// TestCensus: a census finds goroutines, an open file and a mapping.
func TestCensus(t *testing.T) {
	dir := t.TempDir()
	src := write(t, filepath.Join(dir, "file"), message(10))
	f, err := os.Open(src)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	source, err := mmapio.NewSource(f)
	if err != nil {
		t.Fatal(err)
	}
	cursor := source.Cursor(windowSize)
	if err := cursor.View(make([]byte, 1), 0, func([]byte) {}); err != nil {
		t.Fatal(err)
	}
	if c := takeCensus(t, dir); c.goroutines == 0 || c.files[src] != 1 || strings.Count(c.mappings, src) != 1 {
		t.Errorf("%+v", c)
	}
	if err := cursor.Close(); err != nil || takeCensus(t, dir).mappings != "" {
		t.Errorf("still mapped, or %v", err)
	}
}

// A countdown is a context that is cancelled after that many calls of Err.
type countdown struct {
	context.Context
	cancel context.CancelCauseFunc
	looks  atomic.Int64
}

func newCountdown(looks int) *countdown {
	c := new(countdown)
	c.Context, c.cancel = context.WithCancelCause(ctx)
	c.looks.Store(int64(looks))
	return c
}

func (c *countdown) Err() error {
	if c.looks.Add(-1) < 0 {
		c.cancel(errBored)
	}
	return c.Context.Err()
}

// TestManyAtOnce seals and opens 64 files at the same time, of every kind, in
// both workspaces. Some boxes are altered, and some operations are cancelled.
func TestManyAtOnce(t *testing.T) {
	dir := t.TempDir()
	all := pairs(t)
	one := func(i int) error {
		pair := all[i%len(all)]
		in := func(name string) string { return filepath.Join(dir, fmt.Sprint(name, i)) }
		m := message(rand.N(3 * blockSize))
		src := write(t, in("message"), m)
		o := Options{Workspace: []Workspace{AutoWorkspace, Fallback}[i/3%2], NoSync: i%4 > 0}
		if i%8 == 1 {
			o.Strategy = publish.Copy
		}
		defer os.Remove(src)
		defer os.Remove(in("sealed"))
		if _, err := SealFile(ctx, in("sealed"), src, pair.Sealer, o); err != nil {
			return err
		}
		switch i % 8 {
		case 2: // not authentic
			overwrite(t, in("sealed"), int64(rand.N(len(m)+pair.overhead)), []byte{byte(rand.N(256))})
			if _, err := OpenFile(ctx, in("opened"), in("sealed"), pair.Opener, o); err != nil && !errors.Is(err, ErrNotAuthentic) {
				return err
			} else if err == nil { // the byte was the same
				wantFile(t, in("opened"), m)
				return os.Remove(in("opened"))
			}
			return nil
		case 3:
			if _, err := OpenFile(newCountdown(rand.N(3)), in("opened"), in("sealed"), pair.Opener, o); !errors.Is(err, context.Canceled) {
				return fmt.Errorf("cancelled, but got %w", err)
			}
			return nil
		}
		if _, err := OpenFile(ctx, in("opened"), in("sealed"), pair.Opener, o); err != nil {
			return err
		}
		got, err := os.ReadFile(in("opened"))
		if err == nil && !bytes.Equal(got, m) {
			err = errors.New("another message")
		}
		return errors.Join(err, os.Remove(in("opened")))
	}
	one(0) // opens what stays open, and fills the pools
	before := takeCensus(t, dir)
	for range testlong.Rounds(1, 30) {
		var wg sync.WaitGroup
		for i := range 64 {
			wg.Go(func() {
				if err := one(i); err != nil {
					t.Errorf("file %d: %v", i, err)
				}
			})
		}
		wg.Wait()
		wantNames(t, dir)
		before.wantSame(t, dir)
	}
}

// TestCancelledAtEveryStage cancels at the first look at the context, at the second,
// and so on until the operation succeeds, and at every block of a stream.
func TestCancelledAtEveryStage(t *testing.T) {
	const n = 4*blockSize + 1
	m := message(n)
	dir, sources := t.TempDir(), t.TempDir()
	dst := filepath.Join(dir, "out")
	src := write(t, filepath.Join(sources, "message"), m)
	box := filepath.Join(sources, "box")
	key := SecretKey(testSecret)
	if _, err := SealFile(ctx, box, src, key, Options{}); err != nil {
		t.Fatal(err)
	}
	verbs := map[string]func(ctx context.Context, o Options) error{
		"seal": func(ctx context.Context, o Options) error { _, err := SealFile(ctx, dst, src, key, o); return err },
		"open": func(ctx context.Context, o Options) error { _, err := OpenFile(ctx, dst, box, key, o); return err },
		"verify": func(ctx context.Context, o Options) error {
			_, err := VerifyFile(ctx, box, key, verifying(o))
			return err
		},
		"to a stream": func(ctx context.Context, o Options) error {
			o.TempDir = dir
			_, err := OpenStream(ctx, Writer(io.Discard), Path(box), key, streaming(o))
			return err
		},
	}
	before := takeCensus(t, dir)
	for verb, do := range verbs {
		for _, workspace := range []Workspace{AutoWorkspace, Fallback} {
			for _, strategy := range []publish.Strategy{publish.Auto, publish.Copy, publish.Rename} {
				for _, replace := range []bool{false, true} {
					what := fmt.Sprintf("%s, %s, %s, replace %v", verb, workspace, strategy, replace)
					var names []string
					if replace {
						names = []string{"out"}
						write(t, dst, []byte("old"))
					}
					looks := 0
					for ; ; looks++ {
						err := do(newCountdown(looks), Options{Workspace: workspace, Strategy: strategy, Replace: replace, NoSync: testlong.Rounds(1, 0) == 1})
						if err == nil {
							break
						}
						if !errors.Is(err, context.Canceled) || !errors.Is(err, errBored) {
							t.Fatalf("%s, look %d: %v", what, looks, err)
						}
						wantNames(t, dir, names...)
						if replace {
							wantFile(t, dst, []byte("old"))
						}
						before.wantSame(t, dir)
					}
					if looks < 2 {
						t.Errorf("%s: only %d looks at the context", what, looks)
					}
					os.Remove(dst)
				}
			}
			// At every block of a stream.
			for after := 1; after <= n; after += blockSize {
				stopping, cancel := context.WithCancelCause(ctx)
				r := &cancelAfter{io.MultiReader(bytes.NewReader(m), zeros{}), after, cancel}
				if _, err := SealStream(stopping, Path(dst), Reader(r), key, Options{Workspace: workspace}); !errors.Is(err, errBored) {
					t.Errorf("%s, after %d bytes: %v", workspace, after, err)
				}
				wantNames(t, dir)
				before.wantSame(t, dir)
			}
		}
	}
}
