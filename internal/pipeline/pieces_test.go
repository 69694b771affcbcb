package pipeline

import (
	"os"
	"testing"
)

// TestCuts: the pieces of a message cover it once. Only the last one is short, and it
// may be empty.
func TestCuts(t *testing.T) {
	for _, c := range []Cuts{{10, 10}, {3, 10}, {10, 3}, {1, 1}, {minBlock - 40, minBlock}} {
		for _, size := range []int64{0, 1, 2, 3, 4, 9, 10, 11, 13, 20, 23, 30, minBlock - 40, minBlock, 3*minBlock - 40, 3*minBlock + 5} {
			if size/min(c.First, c.Each) > 1000 {
				continue
			}
			var at, full int64
			for k := int64(0); ; k++ {
				from, to := c.bounds(k)
				if from != at || to <= from {
					t.Fatalf("%+v: piece %d is [%d, %d) after %d", c, k, from, to, at)
				}
				if to > size {
					if size > from {
						full++
					}
					break
				}
				at = to
				full++
			}
			if n := c.count(size); n != full {
				t.Errorf("%+v, %d bytes: count %d, want %d", c, size, n, full)
			}
		}
	}
	last := Cuts{7, 1 << 40}
	if from, _ := last.bounds(1 << 62); from < 1<<62 {
		t.Errorf("piece 2^62 starts at %d", from)
	}
}

// TestPlan: any number of workers together stay within the budget.
func TestPlan(t *testing.T) {
	for _, workers := range []int{0, 1, 2, 8, 12, 13, 16, 64, 100, 256, 257, 1 << 20} {
		p := newPlan(workers)
		if p.workers < 1 || p.block < minBlock || p.block%minBlock != 0 || p.block%os.Getpagesize() != 0 || p.window < p.block {
			t.Errorf("%d workers: %+v", workers, p)
		}
		if sum := p.workers * (p.block + p.window); sum > budget {
			t.Errorf("%d workers have %d bytes, of a budget of %d", workers, sum, budget)
		}
	}
}

func TestBlocksComeBackWiped(t *testing.T) {
	block := make([]byte, BlockSize)
	block[0], block[99] = 1, 1
	blocks.put(block, 100)
	if block[0]|block[99] != 0 {
		t.Error("the block was not wiped")
	}
}
