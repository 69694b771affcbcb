package cli

import (
	"fmt"
	"os"
	"strconv"
	"strings"
)

// caught reports whether a process has a handler for SIGINT (proc(5)): of Go's
// runtime at first, and so for signal.Notify, which is what SIGPIPE shows by
// being ignored.
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
