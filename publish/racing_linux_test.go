package publish

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/largebox/largebox/internal/testfs"
)

const racers, rounds = 16, 10

// race lets racers publish files under one name at the same time. The file of
// racer i has i bytes. race returns the racers' errors, and the number of the
// racer whose file has the name.
func race(t *testing.T, d *Dir, o Options) (results []error, winner int) {
	t.Helper()
	dir := d.Path()
	results = make([]error, racers)
	start := make(chan struct{})
	var all sync.WaitGroup
	for i := range racers {
		f, temp := temporary(t, dir, content(i))
		own := o
		if i%2 == 0 && (o.Strategy == Rename || o.Strategy == Auto) {
			own.TempName = temp
		} else {
			defer os.Remove(filepath.Join(dir, temp))
		}
		all.Go(func() {
			<-start
			_, results[i] = Publish(t.Context(), f, d, final, own)
			if own.TempName != "" && results[i] != nil {
				os.Remove(filepath.Join(dir, temp))
			}
		})
	}
	close(start)
	all.Wait()

	data := must[[]byte](t)(os.ReadFile(filepath.Join(dir, final)))
	if len(data) >= racers || !bytes.Equal(data, content(len(data))) {
		t.Fatalf("the file has %d bytes that are nobody's", len(data))
	}
	return results, len(data)
}

func TestRaceForOneName(t *testing.T) {
	eachStrategy(t, func(t *testing.T, dir string, s Strategy) {
		d := openDir(t, dir)
		for range rounds {
			results, winner := race(t, d, Options{Strategy: s, NoSync: true})
			for i, err := range results {
				if i == winner && err != nil || i != winner && !errors.Is(err, fs.ErrExist) {
					t.Errorf("%d has the name; %d got %v", winner, i, err)
				}
			}
			wantNames(t, dir, final)
			os.Remove(filepath.Join(dir, final))
		}
	})
}

// TestRaceToReplace has one winner. The others either had the name for a moment,
// or get an ErrConflict.
func TestRaceToReplace(t *testing.T) {
	eachStrategy(t, func(t *testing.T, dir string, s Strategy) {
		d := openDir(t, dir)
		for range rounds {
			results, winner := race(t, d, Options{Strategy: s, Replace: true, NoSync: true})
			for i, err := range results {
				if err != nil && (i == winner || !errors.Is(err, ErrConflict)) {
					t.Errorf("%d has the name; %d got %v", winner, i, err)
				}
			}
			wantNames(t, dir, final)
		}
	})
}

// TestEverybodySeesWholeFiles reads the name while it is published, and while
// it is replaced.
func TestEverybodySeesWholeFiles(t *testing.T) {
	small, large := content(100_001), content(1<<20+1)
	for _, kind := range []string{"tmpfs", "btrfs"} {
		for _, s := range Strategies() {
			if s == Clone && !reflinks[kind] {
				continue
			}
			t.Run(kind+"/"+string(s), func(t *testing.T) {
				dir := testfs.Dir(t, kind)
				d, path := openDir(t, dir), filepath.Join(dir, final)
				files := [][]byte{large, small}
				published := make(chan struct{})
				var reader sync.WaitGroup
				reader.Go(func() {
					for seen := 0; ; {
						data, err := os.ReadFile(path)
						if err == nil {
							seen++
							if !bytes.Equal(data, large) && !bytes.Equal(data, small) {
								t.Errorf("there are %d bytes under the final name", len(data))
								return
							}
						} else if seen > 0 || !errors.Is(err, fs.ErrNotExist) {
							t.Errorf("after %d looks: %v", seen, err)
							return
						}
						select {
						case <-published:
							return
						default:
						}
					}
				})
				for i := range rounds {
					f := anonymous(t, dir, files[i%2])
					if _, err := Publish(t.Context(), f, d, final, Options{Strategy: s, Replace: i > 0, NoSync: true}); err != nil {
						t.Error(err)
					}
				}
				close(published)
				reader.Wait()
			})
		}
	}
}
