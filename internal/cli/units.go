package cli

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// inUnits returns n bytes for people, in powers of 1024, as the whole command
// counts.
func inUnits(n int64) string {
	v, units := float64(n), []string{"bytes", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"}
	i := 0
	for v >= 1024 && i < len(units)-1 {
		v, i = v/1024, i+1
	}
	if i == 0 {
		return fmt.Sprintf("%d bytes", n)
	}
	return fmt.Sprintf("%.1f %s", v, units[i])
}

// mibps returns the rate of n bytes in a time, in MiB/s.
func mibps(n int64, took time.Duration) float64 {
	return float64(n) / (1 << 20) / max(took.Seconds(), least)
}

// least stands for a time of zero, by a coarse clock.
const least = 1e-9

// exactly returns n bytes in the largest unit that divides n.
func exactly(n int64) string {
	units := []string{"B", "KiB", "MiB", "GiB", "TiB"}
	i := 0
	for n != 0 && n%1024 == 0 && i < len(units)-1 {
		n, i = n/1024, i+1
	}
	return fmt.Sprintf("%d %s", n, units[i])
}

var sizeUnits = []struct {
	suffix string
	shift  uint
}{{"TiB", 40}, {"GiB", 30}, {"MiB", 20}, {"KiB", 10}, {"", 0}}

// parseSize returns the number of bytes that the value of a flag means, such as
// 64MiB.
func parseSize(flag, size string) (int64, error) {
	for _, u := range sizeUnits {
		digits, ok := strings.CutSuffix(size, u.suffix)
		if !ok {
			continue
		}
		n, err := strconv.ParseUint(digits, 10, 63-int(u.shift))
		if err != nil {
			break
		}
		return int64(n) << u.shift, nil
	}
	return 0, usagef("--%s %s: give a size such as 512MiB or 2GiB", flag, size)
}
