package cli

import (
	"errors"
	"math"
	"testing"
)

func TestParseSize(t *testing.T) {
	for text, want := range map[string]int64{
		"0": 0, "1": 1, "4096": 4096, "1KiB": 1 << 10, "512MiB": 512 << 20, "2GiB": 2 << 30, "3TiB": 3 << 40,
		"9223372036854775807": math.MaxInt64, "8388607TiB": 8388607 << 40,
	} {
		if got, err := parseSize("size", text); err != nil || got != want {
			t.Errorf("%s is %d, %v", text, got, err)
		}
	}
	for _, text := range []string{"", "MiB", "-1", "+1", "1MB", "1 MiB", "1.5GiB", "1mib", "9223372036854775808", "8388608TiB", "0x10"} {
		var usage usageError
		if got, err := parseSize("size", text); !errors.As(err, &usage) {
			t.Errorf("%q is taken for %d bytes (%v)", text, got, err)
		}
	}
}

func TestExactly(t *testing.T) {
	for want, n := range map[string]int64{"0 B": 0, "1023 B": 1023, "1 KiB": 1 << 10, "3 MiB": 3 << 20, "1025 KiB": 1025 << 10, "2048 TiB": 2 << 50} {
		if got := exactly(n); got != want {
			t.Errorf("%d is %s, want %s", n, got, want)
		}
	}
}
