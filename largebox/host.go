package largebox

import (
	"runtime"

	"github.com/largebox/largebox/internal/pipeline"
	"github.com/largebox/largebox/internal/xsalsa20poly1305"
	"github.com/largebox/largebox/publish"
)

// HostInfo describes this host. A file system may offer less.
type HostInfo struct {
	// Engine names the implementation of the cipher for this processor.
	Engine string
	// Cores is how many goroutines work by default.
	Cores int
	// Workspaces and Strategies list the choices for Options here, the automatic one
	// first.
	Workspaces []Workspace
	Strategies []publish.Strategy
}

// Host returns a description of this host.
func Host() HostInfo {
	h := HostInfo{Engine: xsalsa20poly1305.Engine(), Cores: runtime.GOMAXPROCS(0), Strategies: publish.Strategies()}
	for _, w := range pipeline.Workspaces() {
		h.Workspaces = append(h.Workspaces, Workspace(w))
	}
	return h
}
