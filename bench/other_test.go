//go:build !linux

package bench

import (
	"errors"
	"math"
	"runtime"
	"testing"
)

// The recipe is Linux's, and so are the options of its cp.
var peers []workspace

func copyTree(dst, src string) error { return errors.ErrUnsupported }

// statfs cannot tell here: a full disk is an error of the benchmark.
func statfs(dir string) (name string, free int64, err error) {
	return runtime.GOOS, math.MaxInt64, nil
}

func run(m *testing.M, describe func()) int {
	describe()
	return m.Run()
}

func isLoop(string) bool { return false }

func loop(*testing.B, string) string { panic("no loop devices here") }
