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
func Example() {
	path, err := os.MkdirTemp("", "reports-")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(path)
	f, err := os.CreateTemp("", "draft-")
	if err != nil {
		log.Fatal(err)
	}
	defer os.Remove(f.Name())
	defer f.Close()
	fmt.Fprintln(f, "year,boxes")
	fmt.Fprintln(f, "2026,17")

	dir, err := publish.OpenDir(path)
	if err != nil {
		log.Fatal(err)
	}
	defer dir.Close()
	ctx := context.Background()
	result, err := publish.Publish(ctx, f, dir, "report.csv", publish.Options{})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("durable:", result.Durable)

	// The name is taken now.
	_, err = publish.Publish(ctx, f, dir, "report.csv", publish.Options{})
	fmt.Println("exists:", errors.Is(err, fs.ErrExist))

	report, err := os.ReadFile(filepath.Join(path, "report.csv"))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Print(string(report))
	// Output:
	// durable: true
	// exists: true
	// year,boxes
	// 2026,17
}
