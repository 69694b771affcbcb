package publish

import (
	"runtime"
)

// A Strategy is a way to give a file its name.
type Strategy string

// The strategies. Description says what each does.
const (
	Auto   Strategy = "auto"
	Link   Strategy = "link"
	Clone  Strategy = "clone"
	Copy   Strategy = "copy"
	Rename Strategy = "rename"
)

// strategies is the one list of them, from which the others derive.
var strategies = []struct {
	name        Strategy
	linuxOnly   bool
	description string
}{
	{Auto, false, "rename a file with a temporary name; else link, or else clone, or else copy"},
	{Link, true, "give the file itself the name; within one mount, at no cost"},
	{Clone, true, "share its blocks with a new file; within one file system that can (btrfs, xfs)"},
	{Copy, false, "copy it into a new file; works everywhere"},
	{Rename, false, "turn the temporary name into the final one"},
}

// Strategies returns the strategies that this host has, Auto first. A file
// system may have fewer.
func Strategies() (host []Strategy) {
	for _, s := range strategies {
		if !s.linuxOnly || runtime.GOOS == "linux" {
			host = append(host, s.name)
		}
	}
	return host
}

// Valid reports whether s is a strategy, on this host or another. The empty
// Strategy is Auto.
func (s Strategy) Valid() bool { return s == "" || s.index() >= 0 }

// Description says in a line what s does. It is empty if s is no strategy.
func (s Strategy) Description() string {
	if i := s.index(); i >= 0 {
		return strategies[i].description
	}
	return ""
}

func (s Strategy) index() int {
	for i := range strategies {
		if strategies[i].name == s {
			return i
		}
	}
	return -1
}
