package largebox

import (
	"sync"

	"github.com/largebox/largebox/internal/xsalsa20poly1305"
)

// blocks are the workers' private buffers of the usual size.
var blocks blockPool

type blockPool struct{ pool sync.Pool }

func (p *blockPool) get(size int) []byte {
	if size == blockSize {
		if b, ok := p.pool.Get().(*[blockSize]byte); ok {
			return b[:]
		}
	}
	return make([]byte, size)
}

// put takes back a block of which the first used bytes may have been written,
// and wipes them.
func (p *blockPool) put(block []byte, used int) {
	xsalsa20poly1305.Wipe(block[:used])
	if len(block) == blockSize {
		p.pool.Put((*[blockSize]byte)(block))
	}
}
