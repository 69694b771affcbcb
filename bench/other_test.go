//go:build !linux

package bench

import (
	"errors"
	"math"
	"runtime"
	"testing"
)

// The recipe needs Linux, and cp's options are those of Linux.
var peers []workspace

func copyTree(dst, src string) error { return errors.ErrUnsupported }

// statfs does not know the free space here: a full disk fails the benchmark.
func statfs(dir string) (name string, free int64, err error) {
	return runtime.GOOS, math.MaxInt64, nil
}

func run(m *testing.M, describe func()) int {
	describe()
	return m.Run()
}

func isLoop(string) bool { return false }

func loop(*testing.B, string) string { panic("no loop devices here") }
