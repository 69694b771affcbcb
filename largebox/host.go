package largebox

import (
	"runtime"

	"github.com/largebox/largebox/internal/xsalsa20poly1305"
	"github.com/largebox/largebox/publish"
)

// HostInfo says what this host offers. File systems may offer less.
type HostInfo struct {
	// Engine names the implementation of the cipher that serves here.
	Engine string
	// Cores is how many goroutines work by default.
	Cores int
	// Workspaces and Strategies are in the order of preference.
	Workspaces []Workspace
	Strategies []publish.Strategy
}

// Host returns what this host offers.
func Host() HostInfo {
	h := HostInfo{
		Engine: xsalsa20poly1305.Engine(), Cores: runtime.GOMAXPROCS(0),
		Workspaces: []Workspace{Fallback},
		Strategies: []publish.Strategy{publish.Rename, publish.Copy},
	}
	if runtime.GOOS == "linux" {
		h.Workspaces = []Workspace{Mmap, Fallback}
		h.Strategies = []publish.Strategy{publish.Link, publish.Clone, publish.Copy, publish.Rename}
	}
	return h
}
