package cli

import (
	"fmt"
	"os"
	"strconv"
	"strings"
)

// caught reports whether untilSignal has run in a process. Go's runtime handles the
// same signals before, but untilSignal alone ignores SIGPIPE, as proc(5) shows.
func caught(pid int) bool {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return false
	}
	_, ignored, _ := strings.Cut(string(text), "SigIgn:")
	fields := strings.Fields(ignored)
	if len(fields) == 0 {
		return false
	}
	mask, err := strconv.ParseUint(fields[0], 16, 64)
	return err == nil && mask>>(13-1)&1 == 1 // SIGPIPE
}
