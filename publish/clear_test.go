package publish

import (
	"bytes"
	"context"
	"errors"
	"io"
	"testing"
)

// A watched file keeps the buffers that it is read into, or written from.
type watched struct {
	size    int64
	err     error // of WriteAt
	buffers [][]byte
}

func (w *watched) ReadAt(p []byte, off int64) (int, error) {
	w.buffers = append(w.buffers, p)
	n := int(min(int64(len(p)), max(0, w.size-off)))
	copy(p, bytes.Repeat([]byte{0xAA}, n))
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

func (w *watched) WriteAt(p []byte, _ int64) (int, error) {
	w.buffers = append(w.buffers, p)
	if w.err != nil {
		return 0, w.err
	}
	return len(p), nil
}

// TestCopyClears looks at the buffers of readWrite after each way out of it.
func TestCopyClears(t *testing.T) {
	full := errors.New("full")
	for name, c := range map[string]struct {
		size     int64 // of a file that is said to have copyStep+9 bytes
		writeErr error
		looks    int
		want     error
	}{
		"all":       {copyStep + 9, nil, 99, nil},
		"short":     {1000, nil, 99, io.ErrUnexpectedEOF},
		"full":      {copyStep + 9, full, 99, full},
		"cancelled": {copyStep + 9, nil, 1, context.Canceled},
	} {
		src, dst := &watched{size: c.size}, &watched{err: c.writeErr}
		err := readWrite(&countdown{t.Context(), c.looks}, dst, src, 0, copyStep+9)
		if !errors.Is(err, c.want) {
			t.Errorf("%s: error is %v, want %v", name, err, c.want)
		}
		if len(src.buffers) == 0 || len(dst.buffers) == 0 {
			t.Errorf("%s: %d reads, %d writes", name, len(src.buffers), len(dst.buffers))
		}
		for _, p := range append(src.buffers, dst.buffers...) {
			if bytes.IndexByte(p, 0xAA) >= 0 {
				t.Errorf("%s: the buffer keeps what was copied", name)
				break
			}
		}
	}
}
