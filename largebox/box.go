package largebox

import (
	"github.com/largebox/largebox/internal/pipeline"
	"github.com/largebox/largebox/internal/xsalsa20poly1305"
)

// Sizes in bytes.
const (
	// KeySize is the size of a secret key, a public key and a private key.
	KeySize = 32
	// NonceSize is the size of a nonce.
	NonceSize = 24
	// Overhead is the size of a tag. A file is longer than its message by a tag and a
	// nonce or, in a sealed box, by a tag and a public key.
	Overhead = xsalsa20poly1305.TagSize
)

// An operation seals or opens a piece of the message, and adds its ciphertext to part.
type operation func(box *xsalsa20poly1305.Box, part *xsalsa20poly1305.Part, dst, src []byte, off int64)

var (
	sealing operation = (*xsalsa20poly1305.Box).Seal
	opening operation = (*xsalsa20poly1305.Box).Open
)

// A transfer passes one box through the pipeline.
type transfer struct {
	box      xsalsa20poly1305.Box
	op       operation // nil if the message is only verified
	srcStart int64     // where the message starts in the source
	dstStart int64     // where the message starts in the output
	workers  []*worker
}

// A worker does one goroutine's share of a box.
type worker struct {
	*transfer
	part xsalsa20poly1305.Part
	_    [128]byte // no two workers share a cache line
}

func (w *worker) Work(block, src []byte, p pipeline.Piece) ([]byte, int64, error) {
	if w.op == nil {
		w.box.Auth(&w.part, src, p.Off)
		return nil, 0, nil
	}
	out := block[:len(src)]
	w.op(&w.box, &w.part, out, src, p.Off)
	return out, w.dstStart + p.Off, nil
}

// run passes the message through j. It returns its length and the workers' parts of
// the tag. The caller clears the parts.
func (t *transfer) run(j *pipeline.Job) (n int64, parts []xsalsa20poly1305.Part, err error) {
	defer func() {
		for _, w := range t.workers {
			w.part.Wipe()
		}
	}()
	n, err = j.Run(pipeline.Work{
		Start: t.srcStart,
		// Pieces end where blocks of the output do, so that all writes but the first
		// and the last are of whole pages.
		Cuts: func(block int) pipeline.Cuts {
			return pipeline.Cuts{First: int64(block) - t.dstStart%int64(block), Each: int64(block)}
		},
		InPlace:    true,
		OutputSize: func(n int64) int64 { return t.dstStart + n },
		Worker: func() pipeline.Worker {
			w := &worker{transfer: t}
			t.workers = append(t.workers, w)
			return w
		},
	})
	if err != nil {
		return 0, nil, err
	}
	parts = make([]xsalsa20poly1305.Part, 0, len(t.workers)) // so that append leaves no copy behind
	for _, w := range t.workers {
		parts = append(parts, w.part)
	}
	return n, parts, nil
}
