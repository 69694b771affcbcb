package main

import (
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"time"
)

// machine describes the machine in lines of Go's benchmark format. The benchmarks
// themselves describe the processor and Go.
func machine(o options) []string {
	lines := []string{
		"date: " + time.Now().UTC().Format(time.DateOnly),
		fmt.Sprintf("machine-cores: %d", runtime.NumCPU()),
	}
	add := func(key, value string) {
		if value != "" {
			lines = append(lines, key+": "+value)
		}
	}
	add("machine-name", o.machine)
	add("machine-os", firstLine("uname", "-sr"))
	add("machine-memory", memory())
	for _, dir := range strings.Split(o.dirs, ",") {
		if dir != "" && !strings.ContainsAny(dir, `/\`) {
			add("machine-"+dir, "on a loop device")
		} else if dir == "" {
			dir = os.TempDir()
		}
		if fs, options, ok := strings.Cut(firstLine("findmnt", "-n", "-o", "FSTYPE,OPTIONS", "-T", dir), " "); ok {
			add("machine-"+fs, strings.TrimSpace(options))
		}
	}
	add("peer-cp", firstLine("cp", "--version"))
	add("peer-age", firstLine("age", "--version"))
	add("peer-openssl", firstLine("openssl", "version"))
	add("peer-gpg", firstLine("gpg", "--version"))
	return lines
}

// memory returns the size of the machine's memory, or empty.
func memory() string {
	text, err := os.ReadFile("/proc/meminfo")
	if err != nil {
		return ""
	}
	var kib int64
	if _, err := fmt.Sscanf(string(text), "MemTotal: %d kB", &kib); err != nil {
		return ""
	}
	return fmt.Sprintf("%.0f GiB", float64(kib)/(1<<20))
}

// firstLine returns the first line of a command's output, or empty.
func firstLine(name string, args ...string) string {
	out, err := exec.Command(name, args...).Output()
	if err != nil {
		return ""
	}
	line, _, _ := strings.Cut(string(out), "\n")
	return strings.TrimSpace(line)
}
