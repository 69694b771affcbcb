package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	mathrand "math/rand/v2"
	"os"
	"path/filepath"
	"time"

	"github.com/largebox/largebox/internal/errs"
	"github.com/largebox/largebox/keyfile"
	"github.com/largebox/largebox/largebox"
	"github.com/largebox/largebox/publish"
)

// benchDirPrefix is the name of the directory that bench works in, up to what
// makes it unique.
const benchDirPrefix = ".largebox-bench-"

// A benchFile is the file that is measured, with its box and what is made of
// them: three times its size.
type benchFile struct {
	dir, work string
	size      int64
}

type fileFigures struct {
	Dir       string             `json:"dir"`
	Bytes     int64              `json:"bytes"`
	Workspace largebox.Workspace `json:"workspace"`
	Strategy  publish.Strategy   `json:"strategy"`
	Workers   int                `json:"workers"`
	Figures   []fileFigure       `json:"figures"`
}

// A fileFigure is one operation. Ratio is its time in that of the copy.
type fileFigure struct {
	Op         string  `json:"op"`
	Seconds    float64 `json:"seconds"`
	Throughput float64 `json:"throughput"`
	Ratio      float64 `json:"ratio"`
}

// newBenchFile makes a directory to work in, where there is room. The caller
// removes it.
func newBenchFile(dir string, size int64) (*benchFile, error) {
	f := &benchFile{dir: dir, size: size}
	if size == 0 {
		return f, nil
	}
	if free, ok := freeSpace(dir); ok && (size > math.MaxInt64/3 || 3*size > free) {
		err := fmt.Errorf("bench: three times %s are needed in %s, where %s are free: %w", exactly(size), dir, inUnits(free), largebox.ErrNoSpace)
		return nil, hintedError{err, "--size makes the file smaller, and --dir chooses another directory"}
	}
	var err error
	if f.work, err = os.MkdirTemp(dir, benchDirPrefix); err != nil {
		return nil, fmt.Errorf("bench: %w", err)
	}
	return f, nil
}

func (f *benchFile) remove() error {
	if f.work == "" {
		return nil
	}
	return os.RemoveAll(f.work)
}

func (f *benchFile) measure(ctx context.Context, w io.Writer) (*fileFigures, error) {
	secret := keyfile.NewSecret()
	defer secret.Wipe()
	key := largebox.SecretKey(secret)
	at := func(name string) string { return filepath.Join(f.work, name) }
	options := largebox.Options{NoSync: true}
	fmt.Fprintf(w, "\na file of %s in %s, not synced\n", exactly(f.size), f.dir)
	if err := f.write(ctx, at("message")); err != nil {
		return nil, benchError(ctx, err)
	}

	result := &fileFigures{Dir: f.dir, Bytes: f.size}
	steps := []struct {
		op, makes string
		do        func() error
		seconds   []float64
	}{
		{op: "copy", makes: "copy", do: func() error { return copyPlainly(ctx, at("copy"), at("message")) }},
		{op: "seal", makes: "box", do: func() error {
			r, err := largebox.SealFile(ctx, at("box"), at("message"), key, options)
			result.Workspace, result.Strategy, result.Workers = r.Workspace, r.Strategy, r.Workers
			return err
		}},
		{op: "verify", do: func() error {
			_, err := largebox.VerifyFile(ctx, at("box"), key, largebox.VerifyOptions{})
			return err
		}},
		{op: "open", makes: "opened", do: func() error {
			_, err := largebox.OpenFile(ctx, at("opened"), at("box"), key, options)
			return err
		}},
	}
	for range benchRounds {
		for i := range steps {
			s := &steps[i]
			if s.op == "seal" {
				os.Remove(at("box")) // of the round before; open needed it
			}
			start := time.Now()
			if err := s.do(); err != nil {
				return nil, benchError(ctx, err)
			}
			s.seconds = append(s.seconds, time.Since(start).Seconds())
			if s.makes != "" && s.makes != "box" {
				os.Remove(at(s.makes))
			}
		}
	}
	for _, s := range steps {
		seconds := median(s.seconds)
		figure := fileFigure{s.op, seconds, float64(f.size) / (1 << 20) / max(seconds, least), ratio(s.seconds, steps[0].seconds)}
		result.Figures = append(result.Figures, figure)
		fmt.Fprintf(w, "%-12s%8.3f s%8.0f MiB/s", s.op, seconds, figure.Throughput)
		if s.op != "copy" {
			fmt.Fprintf(w, "%8.2f of the copy's time", figure.Ratio)
		}
		fmt.Fprintln(w)
	}
	fmt.Fprintf(w, "by %s, published by %s, %s\n", result.Workspace, result.Strategy, workers(result.Workers))
	return result, nil
}

// write makes the message, of bytes that no disk compresses, and syncs it: no
// writeback of it runs into what is measured.
func (f *benchFile) write(ctx context.Context, path string) error {
	dst, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	err = copyChunks(ctx, dst, io.LimitReader(mathrand.NewChaCha8([32]byte{}), f.size))
	return errors.Join(err, dst.Sync(), dst.Close())
}

// copyPlainly is read(2) and write(2), in one goroutine: a file system that could
// share the blocks is not asked to.
func copyPlainly(ctx context.Context, dst, src string) error {
	in, err := os.Open(src)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(dst, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	return errors.Join(copyChunks(ctx, out, in), out.Close())
}

func copyChunks(ctx context.Context, dst io.Writer, src io.Reader) error {
	buf := make([]byte, 256<<10) // as cp has it
	for {
		if err := context.Cause(ctx); err != nil {
			return err
		}
		n, err := io.ReadFull(src, buf)
		if n > 0 {
			if _, err := dst.Write(buf[:n]); err != nil {
				return err
			}
		}
		if err == io.EOF || err == io.ErrUnexpectedEOF {
			return nil
		} else if err != nil {
			return err
		}
	}
}

// benchError is err, which is for want of space or because of a signal perhaps.
func benchError(ctx context.Context, err error) error {
	if cause := context.Cause(ctx); cause != nil {
		return fmt.Errorf("bench: %w", cause)
	}
	err = errs.Space(fmt.Errorf("bench: %w", err))
	if errors.Is(err, largebox.ErrNoSpace) {
		return hintedError{err, "--size makes the file smaller, and --dir chooses another directory"}
	}
	return err
}
