package pipeline

import (
	"runtime"
	"sync"

	"github.com/largebox/largebox/internal/xsalsa20poly1305"
)

// Memory, in bytes. Each worker has a private block, which fits the second-level
// cache, and maps a window of the source. All workers together stay within budget,
// whatever their number.
const (
	budget     = 32 << 20
	BlockSize  = 512 << 10
	WindowSize = 2 << 20
	minBlock   = 64 << 10
	maxWorkers = budget / minBlock / 2
)

// A plan says how the workers share the budget.
type plan struct{ workers, block, window int }

// newPlan returns a plan for that many workers, or for one on each core if that is
// zero. A worker that reads into a second block maps no window, so the plan has no
// second block.
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

// blocks lends the workers their private buffers. It keeps those of BlockSize.
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

// put takes a block back and wipes its first used bytes. The rest was never written.
func (p *blockPool) put(block []byte, used int) {
	xsalsa20poly1305.Wipe(block[:used])
	if len(block) == BlockSize {
		p.pool.Put((*[BlockSize]byte)(block))
	}
}
