package pipeline

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"syscall"

	"github.com/largebox/largebox/mmapio"
)

// A source is an opened Input: a stream, or a file or other io.ReaderAt of known size.
type source struct {
	stream io.Reader
	at     io.ReaderAt // nil for a stream
	start  int64       // where the input starts in at
	size   int64       // of the input, in bytes
	info   fs.FileInfo // of a file, from when it was opened
	opened io.Closer   // what close closes; may be nil
}

func (r readerInput) openInput(ctx context.Context) (*source, error) {
	if r.Reader == nil {
		return nil, errNil
	}
	return &source{stream: patientReader{ctx, r.Reader}}, nil
}

func (r readerAtInput) openInput(context.Context) (*source, error) {
	if r.ReaderAt == nil {
		return nil, errNil
	}
	if r.size < 0 {
		return nil, fmt.Errorf("a size of %d bytes: %w", r.size, fs.ErrInvalid)
	}
	return &source{at: r.ReaderAt, size: r.size}, nil
}

func (p Path) openInput(ctx context.Context) (*source, error) {
	f, err := os.Open(string(p))
	if err != nil {
		return nil, err
	}
	s, err := openFile(ctx, f)
	if err != nil {
		f.Close()
		return nil, err
	}
	s.opened = f
	return s, nil
}

func (f fileInput) openInput(ctx context.Context) (*source, error) {
	if f.File == nil {
		return nil, errNil
	}
	return openFile(ctx, f.File)
}

func openFile(ctx context.Context, f *os.File) (*source, error) {
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if info.IsDir() {
		return nil, &fs.PathError{Op: "read", Path: f.Name(), Err: syscall.EISDIR}
	}
	if info.Mode().IsRegular() && (info.Size() > 0 || !hasContent(f)) {
		if start, err := f.Seek(0, io.SeekCurrent); err == nil {
			return &source{at: f, start: start, size: max(0, info.Size()-start), info: info}, nil
		}
	}
	return &source{stream: patientReader{ctx, f}, info: info}, nil
}

// hasContent reports whether f has a byte. A file of /proc may have some, although its
// size is zero.
func hasContent(f *os.File) bool {
	n, _ := f.ReadAt(make([]byte, 1), 0)
	return n > 0
}

func (s *source) close() {
	if s.opened != nil {
		s.opened.Close()
	}
}

// sizeFrom returns the number of bytes from off to the end, or -1 for a stream.
func (s *source) sizeFrom(off int64) int64 {
	if s.at == nil {
		return -1
	}
	return max(0, s.size-off)
}

// header returns the first n bytes, or ErrShort if the source is shorter.
func (s *source) header(n int) ([]byte, error) {
	p := make([]byte, n)
	r := s.stream
	if s.at != nil {
		r = io.NewSectionReader(s.at, s.start, min(s.size, int64(n)))
	}
	_, err := readFull(r, p)
	if err == io.EOF {
		err = ErrShort
	}
	return p, err
}

// pieces returns the pieces of what follows byte off, and the workspace that reads
// them. A stream must have been read up to off.
func (s *source) pieces(cuts Cuts, p plan, w Workspace, off int64) (pieces, Workspace, error) {
	if s.at == nil {
		return &streamPieces{Cuts: cuts, r: s.stream}, Fallback, nil
	}
	view, served, err := openViews(w, s.at, p.window)
	if err != nil {
		return nil, "", err
	}
	return &filePieces{Cuts: cuts, view: view, start: s.start + off, size: s.sizeFrom(off)}, served, nil
}

// check returns ErrSourceChanged if the file changed, and err is nil or a failure to
// read it. Otherwise it returns err. A new size or mtime shows a change. A new ctime
// does not: link(2) and chmod(2) set it, too. A store through a mapping may change
// none of them (mmap(2)).
func (s *source) check(err error) error {
	var fault *mmapio.FaultError
	if err != nil && !errors.As(err, &fault) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return err
	}
	f, ok := s.at.(*os.File)
	if !ok || s.info == nil {
		return err
	}
	now, e := f.Stat()
	switch {
	case e != nil:
		return e
	case now.Size() == s.info.Size() && now.ModTime().Equal(s.info.ModTime()):
		return err
	case err != nil:
		return fmt.Errorf("%w: %w", ErrSourceChanged, err)
	}
	return ErrSourceChanged
}
