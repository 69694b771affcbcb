package largebox

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"github.com/largebox/largebox/mmapio"
)

// A source is an opened Input.
type source struct {
	stream io.Reader // what has no size: a Reader, a pipe, a device
	file   *os.File  // a regular file of known size, or nil
	info   fs.FileInfo
	opened io.Closer // what is ours to close
}

// nameOf is what errors call in.
func nameOf(in Input) string {
	if path, ok := in.(Path); ok {
		return string(path)
	}
	return "stream"
}

func openSource(in Input) (*source, error) {
	switch in := in.(type) {
	case reader:
		return &source{stream: in.Reader}, nil
	case Path:
		f, err := os.Open(string(in))
		if err != nil {
			return nil, err
		}
		info, err := f.Stat()
		if err == nil && info.IsDir() {
			err = &fs.PathError{Op: "read", Path: string(in), Err: errIsDirectory}
		}
		if err != nil {
			f.Close()
			return nil, err
		}
		s := &source{file: f, info: info, opened: f}
		if !info.Mode().IsRegular() || info.Size() == 0 && hasContent(f) {
			s.stream, s.file = f, nil
		}
		return s, nil
	}
	panic("largebox: nil Input")
}

// hasContent tells an empty file from the files of /proc, which say that they
// have no bytes.
func hasContent(f *os.File) bool {
	n, _ := f.ReadAt(make([]byte, 1), 0)
	return n > 0
}

func (s *source) close() {
	if s.opened != nil {
		s.opened.Close()
	}
}

// size is the number of bytes from off to the end, or -1 for a stream.
func (s *source) size(off int64) int64 {
	if s.file == nil {
		return -1
	}
	return max(0, s.info.Size()-off)
}

// header reads the first n bytes.
func (s *source) header(n int) ([]byte, error) {
	p := make([]byte, n)
	var err error
	if s.file != nil {
		_, err = s.file.ReadAt(p, 0)
	} else {
		_, err = io.ReadFull(s.stream, p)
	}
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		err = ErrTooShort
	}
	return p, err
}

// feed hands out what is behind off; a stream has been read up to there.
func (s *source) feed(p plan, w Workspace, off, dstOff int64) (feed, Workspace, error) {
	cuts := pieces{int64(p.block), dstOff}
	if s.file == nil {
		return &streamFeed{pieces: cuts, r: s.stream}, Fallback, nil
	}
	view, served, err := views(w, s.file, p.window)
	if err != nil {
		return nil, "", err
	}
	return &fileFeed{pieces: cuts, view: view, srcOff: off, size: s.size(off)}, served, nil
}

// check returns err, or an ErrSourceChanged where that explains a success or a
// failure to read: where the status of the file shows that it was changed since
// it was opened. Stores through a mapping may not show (mmap(2)).
func (s *source) check(err error) error {
	var fault *mmapio.FaultError
	if err != nil && !errors.As(err, &fault) && !errors.Is(err, io.ErrUnexpectedEOF) || s.file == nil {
		return err
	}
	now, e := s.file.Stat()
	switch {
	case e != nil:
		return e
	case now.Size() == s.info.Size() && now.ModTime().Equal(s.info.ModTime()) && ctime(now) == ctime(s.info):
		return err
	case err != nil:
		return fmt.Errorf("%w: %w", ErrSourceChanged, err)
	}
	return ErrSourceChanged
}
