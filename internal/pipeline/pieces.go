package pipeline

import (
	"errors"
	"io"
	"math"
	"os"
	"sync"
	"sync/atomic"

	"github.com/largebox/largebox/fallback"
	"github.com/largebox/largebox/mmapio"
)

// Cuts say how a message is cut into pieces: the first has First bytes, and the
// others have Each. The last piece of a message is always shorter than that, and
// may be empty.
type Cuts struct{ First, Each int64 }

// A Piece says which part of the message a Worker is given.
type Piece struct {
	// Off is where the piece starts, in bytes from the start of the message.
	Off int64
	// Last marks the piece at the end of the message.
	Last bool
}

// bounds returns where piece k of an endless message starts and ends.
func (c Cuts) bounds(k int64) (from, to int64) {
	if k == 0 {
		return 0, c.First
	}
	if k > (math.MaxInt64-c.First)/c.Each {
		return math.MaxInt64, math.MaxInt64
	}
	to = c.First + k*c.Each
	return to - c.Each, to
}

// count returns the number of pieces of an n-byte message that are not empty.
func (c Cuts) count(n int64) int64 {
	if n <= c.First {
		return min(n, 1)
	}
	return 1 + (n-c.First-1)/c.Each + 1
}

// pieces hands out each piece of a message once, to several goroutines.
type pieces interface {
	// reader returns a pieceReader for one goroutine.
	reader() pieceReader
}

type pieceReader interface {
	// next calls fn with the next piece. Its bytes are valid until fn returns. They
	// are in block, or in memory that other processes may be writing. If no piece is
	// left, next returns io.EOF.
	next(block []byte, fn func(src []byte, p Piece)) error
	io.Closer
}

// A viewer gives access to pieces of a file. It is an mmapio.Cursor or a
// fallback.Source.
type viewer interface {
	View(block []byte, off int64, fn func(p []byte)) error
}

// filePieces hands out the pieces of a message of known length.
type filePieces struct {
	Cuts
	view  func() viewer
	start int64 // where the message starts in the file
	size  int64 // of the message
	taken atomic.Int64
}

type filePieceReader struct {
	pieces *filePieces
	viewer
	// show calls fn with piece.
	piece Piece
	fn    func(src []byte, p Piece)
	show  func(src []byte)
}

func (f *filePieces) reader() pieceReader {
	r := &filePieceReader{pieces: f, viewer: f.view()}
	r.show = func(src []byte) { r.fn(src, r.piece) } // made once: a closure for each piece would be garbage
	return r
}

func (r *filePieceReader) next(block []byte, fn func(src []byte, p Piece)) error {
	f := r.pieces
	from, to := f.bounds(f.taken.Add(1) - 1)
	if from > f.size {
		return io.EOF
	}
	r.piece, r.fn = Piece{Off: from, Last: to > f.size}, fn
	n := min(to, f.size) - from
	return r.View(block[:n:n], f.start+from, r.show)
}

func (r *filePieceReader) Close() error {
	if c, ok := r.viewer.(io.Closer); ok {
		return c.Close()
	}
	return nil
}

// openViews returns a function that makes viewers of at, and the workspace that they
// use: w, or for AutoWorkspace the best that at allows. A viewer maps at most window
// bytes at a time.
func openViews(w Workspace, at io.ReaderAt, window int) (func() viewer, Workspace, error) {
	if f, ok := at.(*os.File); ok && w != Fallback {
		source, err := mmapio.NewSource(f)
		if err == nil {
			return func() viewer { return source.Cursor(window) }, Mmap, nil
		}
		if w == Mmap || !errors.Is(err, errors.ErrUnsupported) {
			return nil, "", err
		}
	}
	source := fallback.NewSource(at)
	return func() viewer { return source }, Fallback, nil
}

// streamPieces hands out the pieces of an io.Reader. It is its own pieceReader.
type streamPieces struct {
	Cuts
	r   io.Reader
	mu  sync.Mutex
	k   int64
	err error // sticky
}

func (s *streamPieces) reader() pieceReader { return s }

func (s *streamPieces) next(block []byte, fn func(src []byte, p Piece)) error {
	n, p, err := s.read(block)
	if err != nil {
		return err
	}
	fn(block[:n], p)
	return nil
}

func (s *streamPieces) read(block []byte) (n int, p Piece, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err != nil {
		return 0, Piece{}, s.err
	}
	from, to := s.bounds(s.k)
	s.k++
	n, err = readFull(s.r, block[:to-from:to-from])
	if err == io.EOF {
		s.err = io.EOF
		return n, Piece{from, true}, nil
	}
	s.err = err
	return n, Piece{Off: from}, err
}

func (s *streamPieces) Close() error { return nil }
