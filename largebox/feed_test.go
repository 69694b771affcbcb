package largebox

import (
	"os"
	"testing"
)

// TestPieces: the pieces of a message are all of it, once, and end on pages of
// the destination.
func TestPieces(t *testing.T) {
	page := int64(os.Getpagesize())
	for _, dstOff := range []int64{0, 40, 48, 4096, 10000, blockSize + 40} {
		cuts := pieces{minBlock, dstOff}
		for _, size := range []int64{0, 1, minBlock - 40, minBlock, 3*minBlock + 5} {
			var at int64
			for k := range cuts.count(size) {
				from, to := cuts.bounds(k)
				if from != at || to-from > minBlock || from > size {
					t.Fatalf("offset %d, size %d: piece %d is [%d, %d) after %d", dstOff, size, k, from, to, at)
				}
				if at = to; to < size && (dstOff+to)%page != 0 {
					t.Errorf("offset %d: piece %d ends at byte %d of the destination", dstOff, k, dstOff+to)
				}
			}
			if at < size {
				t.Errorf("offset %d, size %d: the pieces end at %d", dstOff, size, at)
			}
		}
	}
}

// TestPlan: whatever the number of workers, together they have the budget.
func TestPlan(t *testing.T) {
	for _, workers := range []int{0, 1, 2, 8, 12, 13, 16, 64, 100, 256, 257, 1 << 20} {
		for _, size := range []int64{-1, 0, 1, 1 << 30, 1 << 62} {
			p := newPlan(workers, size, 40)
			if p.workers < 1 || p.block < minBlock || p.block%minBlock != 0 || p.window < p.block {
				t.Errorf("%d workers: %+v", workers, p)
			}
			if sum := p.workers * (p.block + p.window); sum > budget {
				t.Errorf("%d workers have %d bytes", workers, sum)
			}
			if size >= 0 && size <= 1 && p.workers != 1 {
				t.Errorf("%d workers for %d bytes", p.workers, size)
			}
		}
	}
}

func TestBlocksComeBackWiped(t *testing.T) {
	block := make([]byte, blockSize)
	block[0], block[99] = 1, 1
	blocks.put(block, 100)
	if block[0]|block[99] != 0 {
		t.Error("a block came back as it was")
	}
}
