package largebox

import (
	"errors"
	"io"
	"os"
	"sync"
	"sync/atomic"

	"github.com/largebox/largebox/fallback"
	"github.com/largebox/largebox/mmapio"
)

// A feed hands the message out in pieces, each once, to several goroutines.
// Pieces end where blocks of the destination do, so that all writes but the
// first and the last are of whole pages.
type feed interface {
	// tap returns one goroutine's access to the feed.
	tap() tap
}

type tap interface {
	// next calls fn with the next piece, and with its offset in the message. The
	// piece has at most len(block) bytes, is valid until fn returns, and is
	// either in block or in memory that others may be writing. It returns io.EOF
	// when there is no piece left.
	next(block []byte, fn func(p []byte, off int64)) error
	io.Closer
}

// pieces are the cuts of a message of which byte 0 goes to byte dstOff of the
// destination.
type pieces struct {
	block  int64
	dstOff int64
}

// bounds returns where piece k starts and ends in the message.
func (c pieces) bounds(k int64) (from, to int64) {
	first := c.block - c.dstOff%c.block
	return max(0, first+(k-1)*c.block), first + k*c.block
}

// count is the number of pieces of an n-byte message.
func (c pieces) count(n int64) int64 { return (c.dstOff%c.block + n + c.block - 1) / c.block }

// A viewer shows pieces of a file: mmapio.Cursor and fallback.Source.
type viewer interface {
	View(block []byte, off int64, fn func(p []byte)) error
}

// A fileFeed is a message of known length in a file.
type fileFeed struct {
	pieces
	view   func() viewer
	srcOff int64 // where the message starts in the file
	size   int64 // of the message
	taken  atomic.Int64
}

type fileTap struct {
	feed *fileFeed
	viewer
	// The piece at hand: where it starts, what is to be done with it, and a
	// function for View that does that.
	from int64
	fn   func(p []byte, off int64)
	show func(p []byte)
}

func (f *fileFeed) tap() tap {
	t := &fileTap{feed: f, viewer: f.view()}
	t.show = func(p []byte) { t.fn(p, t.from) }
	return t
}

func (t *fileTap) next(block []byte, fn func(p []byte, off int64)) error {
	from, to := t.feed.bounds(t.feed.taken.Add(1) - 1)
	if from >= t.feed.size {
		return io.EOF
	}
	block = block[:min(to, t.feed.size)-from]
	t.from, t.fn = from, fn
	return t.View(block, t.feed.srcOff+from, t.show)
}

func (t *fileTap) Close() error {
	if c, ok := t.viewer.(io.Closer); ok {
		return c.Close()
	}
	return nil
}

// views returns how the regular file f is read in workspace w, and which
// workspace that is. A window is what a goroutine maps at a time.
func views(w Workspace, f *os.File, window int) (func() viewer, Workspace, error) {
	if w != Fallback {
		source, err := mmapio.NewSource(f)
		if err == nil {
			return func() viewer { return source.Cursor(window) }, Mmap, nil
		}
		if w == Mmap || !errors.Is(err, errors.ErrUnsupported) {
			return nil, "", err
		}
	}
	source := fallback.NewSource(f)
	return func() viewer { return source }, Fallback, nil
}

// A streamFeed is a message that comes from an io.Reader. It is its own tap.
type streamFeed struct {
	pieces
	r   io.Reader
	mu  sync.Mutex
	k   int64
	err error // sticky
}

func (f *streamFeed) tap() tap { return f }

func (f *streamFeed) next(block []byte, fn func(p []byte, off int64)) error {
	n, off, err := f.read(block)
	if err != nil {
		return err
	}
	fn(block[:n], off)
	return nil
}

func (f *streamFeed) read(block []byte) (n int, off int64, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.err != nil {
		return 0, 0, f.err
	}
	from, to := f.bounds(f.k)
	f.k++
	n, f.err = io.ReadFull(f.r, block[:to-from])
	if f.err == io.ErrUnexpectedEOF {
		f.err = io.EOF
	}
	if f.err == io.EOF && n > 0 {
		return n, from, nil
	}
	return n, from, f.err
}

func (f *streamFeed) Close() error { return nil }
