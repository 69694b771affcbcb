package pipeline

import (
	"context"
	"errors"
	"io"
)

// ErrShort reports a source that ends before its header does.
var ErrShort = errors.New("the source ends within its header")

var errBadCount = errors.New("a Reader or Writer returned an impossible number of bytes")

// maxEmptyReads is how many times in a row a Reader may return no byte and no error.
const maxEmptyReads = 100

// readFull reads until p is full. It returns io.EOF if r ended before, and then only:
// io.ReadFull returns io.ErrUnexpectedEOF there, which is also what readers return
// that were cut off (net/http, compress/gzip). Half a message would pass for a whole
// one.
func readFull(r io.Reader, p []byte) (n int, err error) {
	for empty := 0; n < len(p); {
		m, err := r.Read(p[n:])
		if m < 0 || m > len(p)-n {
			return n, errBadCount
		}
		if n += m; n == len(p) {
			break
		}
		if err != nil {
			return n, err
		}
		if empty++; m > 0 {
			empty = 0
		} else if empty == maxEmptyReads {
			return n, io.ErrNoProgress
		}
	}
	return n, nil
}

// A patientReader looks at ctx before each Read.
type patientReader struct {
	ctx context.Context
	r   io.Reader
}

func (p patientReader) Read(b []byte) (int, error) {
	if p.ctx.Err() != nil {
		return 0, cancelled(p.ctx)
	}
	return p.r.Read(b)
}
