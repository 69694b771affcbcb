package mmapio_test

import (
	"bytes"
	"fmt"
	"os"
	"sync"
	"sync/atomic"

	"github.com/largebox/largebox/mmapio"
)

// Several goroutines go through a file of any size, in constant memory: each
// takes the next block, looks at it through a window of its own, and writes the
// result at the same place of another file.
func Example_windows() {
	const block, window = 256 << 10, 8 << 20
	dir, err := os.Open(os.TempDir())
	check(err)
	defer dir.Close()
	text, err := mmapio.Create(dir, mmapio.Options{})
	check(err)
	defer text.Close()
	_, err = text.WriteAt(bytes.Repeat([]byte("a line of text\n"), 100_000), 0)
	check(err)

	source, err := mmapio.NewSource(text.OSFile())
	check(err)
	file, err := mmapio.Create(dir, mmapio.Options{Size: source.Size()})
	check(err)
	defer file.Close()

	var taken atomic.Int64
	var workers sync.WaitGroup
	for range 2 {
		workers.Go(func() {
			cursor := source.Cursor(window)
			defer cursor.Close()
			upper := make([]byte, block)
			for {
				off := (taken.Add(1) - 1) * block
				if off >= source.Size() {
					return
				}
				n := min(block, source.Size()-off)
				check(cursor.View(upper[:n], off, func(p []byte) {
					copy(upper, bytes.ToUpper(p))
				}))
				_, err := file.WriteAt(upper[:n], off)
				check(err)
			}
		})
	}
	workers.Wait()

	last := make([]byte, 15)
	_, err = file.OSFile().ReadAt(last, source.Size()-15)
	check(err)
	fmt.Printf("%d bytes, and the last are %q\n", source.Size(), last)
	// Output: 1500000 bytes, and the last are "A LINE OF TEXT\n"
}
