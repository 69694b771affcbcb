package publish_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log"
	"os"
	"path/filepath"

	"github.com/largebox/largebox/publish"
)

// A report is written where nobody looks for it, and gets its name when it is
// complete.
func ExampleCreate() {
	path, remove := tempDir()
	defer remove()

	dir, err := publish.OpenDir(path)
	check(err)
	defer dir.Close()
	f, err := publish.Create(dir, publish.CreateOptions{Mode: 0o644, Prefix: ".reports-"})
	check(err)
	defer f.Close() // without Publish, nothing is left
	fmt.Fprintln(f, "year,boxes")
	fmt.Fprintln(f, "2026,17")

	result, err := f.Publish(context.Background(), "report.csv", publish.Options{})
	check(err)
	fmt.Println("durable:", result.Durable)
	show(filepath.Join(path, "report.csv"))
	// Output:
	// durable: true
	// year,boxes
	// 2026,17
}

// A settings file is replaced in one step: other programs see the old or the new
// one.
func ExampleWriteFile() {
	path, remove := tempDir()
	defer remove()

	ctx := context.Background()
	settings := filepath.Join(path, "settings")
	_, err := publish.WriteFile(ctx, settings, []byte("color=red\n"), publish.Options{})
	check(err)
	result, err := publish.WriteFile(ctx, settings, []byte("color=blue\n"), publish.Options{Replace: true})
	check(err)
	fmt.Println("durable:", result.Durable)

	_, err = publish.WriteFile(ctx, settings, []byte("color=green\n"), publish.Options{})
	fmt.Println("exists:", errors.Is(err, fs.ErrExist))
	show(settings)
	// Output:
	// durable: true
	// exists: true
	// color=blue
}

// A file of your own, from another directory, is linked, cloned or copied.
func ExamplePublish() {
	path, remove := tempDir()
	defer remove()
	draft, err := os.CreateTemp("", "draft-")
	check(err)
	defer os.Remove(draft.Name())
	defer draft.Close()
	fmt.Fprintln(draft, "final words")

	dir, err := publish.OpenDir(path)
	check(err)
	defer dir.Close()
	_, err = publish.Publish(context.Background(), draft, dir, "book.txt", publish.Options{})
	check(err)
	show(filepath.Join(path, "book.txt"))
	// Output: final words
}

// A program that may have been killed removes its temporaries when it starts.
func ExampleSweep() {
	path, remove := tempDir()
	defer remove()
	left := filepath.Join(path, ".reports-ABCDEFGHIJKLMNOPQRSTUVWXYZ.tmp")
	check(os.WriteFile(left, nil, 0o600))

	swept, err := publish.Sweep(path, publish.SweepOptions{Prefix: ".reports-"})
	check(err)
	for _, path := range swept {
		fmt.Println("removed", filepath.Base(path))
	}
	// Output: removed .reports-ABCDEFGHIJKLMNOPQRSTUVWXYZ.tmp
}

func tempDir() (path string, remove func()) {
	path, err := os.MkdirTemp("", "example-")
	check(err)
	return path, func() { os.RemoveAll(path) }
}

func show(path string) {
	content, err := os.ReadFile(path)
	check(err)
	fmt.Print(string(content))
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
