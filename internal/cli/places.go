package cli

import (
	"context"
	"io"
	"io/fs"
	"os"

	"github.com/largebox/largebox/largebox"
)

// localPlaces returns the scheme of files, pipes and devices, and of "-", which is
// standard input or output.
func (p *program) localPlaces() PlaceScheme {
	return PlaceScheme{
		Stat: func(_ context.Context, name string, out bool) (fs.FileInfo, error) {
			if name != "-" {
				return os.Stat(name)
			}
			var stream any = p.stdin
			if out {
				stream = p.stdout
			}
			if f, ok := stream.(*os.File); ok {
				return f.Stat()
			}
			return nil, fs.ErrNotExist
		},
		Input: func(ctx context.Context, name string) (largebox.Input, io.Closer, error) {
			if name == "-" {
				if f, ok := p.stdin.(*os.File); ok && isRegular(f) {
					return largebox.File(f), nil, nil
				}
				r := newPatientReader(ctx, p.stdin)
				return largebox.Reader(r), r, nil
			}
			info, err := os.Stat(name)
			if err == nil && info.Mode()&(fs.ModeNamedPipe|fs.ModeDevice|fs.ModeSocket) != 0 {
				f := &lazyFile{path: name}
				r := newPatientReader(ctx, f)
				return largebox.Reader(r), closers{r, f}, nil
			}
			return largebox.Path(name), nil, nil
		},
		Output: func(ctx context.Context, name string, _ bool) (largebox.Output, error) {
			if name == "-" {
				return largebox.Writer(newPatientWriter(ctx, p.stdout)), nil
			}
			return largebox.Path(name), nil
		},
	}
}

// isRegular reports whether f is a regular file, which never blocks.
func isRegular(f *os.File) bool {
	info, err := f.Stat()
	return err == nil && info.Mode().IsRegular()
}

type closers []io.Closer

func (all closers) Close() (err error) {
	for _, c := range all {
		if e := c.Close(); err == nil {
			err = e
		}
	}
	return err
}
