package pipeline

import (
	"runtime"
	"sync"

	"github.com/largebox/largebox/internal/xsalsa20poly1305"
)

// Memory, in bytes. Each worker has a private block, which fits the second-level
// cache, and a window of the source mapped. All of them together have budget,
// whatever the number of workers.
const (
	budget     = 32 << 20
	BlockSize  = 512 << 10
	WindowSize = 2 << 20
	minBlock   = 64 << 10
	maxWorkers = budget / minBlock / 2
)

// A plan is how the workers share the budget.
type plan struct{ workers, block, window int }

// newPlan plans for so many workers, or for one on each core if that is zero. A
// worker that reads into a second block has no window, and the reverse.
func newPlan(workers int) plan {
	if workers == 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	p := plan{min(workers, maxWorkers), BlockSize, WindowSize}
	if share := budget / p.workers; share < p.block+p.window {
		p.block = min(p.block, share/2&^(minBlock-1))
		p.window = p.block
	}
	return p
}

// blocks are the workers' private buffers of the usual size.
var blocks blockPool

type blockPool struct{ pool sync.Pool }

func (p *blockPool) get(size int) []byte {
	if size == BlockSize {
		if b, ok := p.pool.Get().(*[BlockSize]byte); ok {
			return b[:]
		}
	}
	return make([]byte, size)
}

// put takes a block back, and wipes its first used bytes, which are those that
// may have been written.
func (p *blockPool) put(block []byte, used int) {
	xsalsa20poly1305.Wipe(block[:used])
	if len(block) == BlockSize {
		p.pool.Put((*[BlockSize]byte)(block))
	}
}
