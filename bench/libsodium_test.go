//go:build libsodium

package bench

import "github.com/largebox/largebox/bench/internal/sodium"

func init() {
	peerEngines = append(peerEngines, engine{name: "libsodium", seal: sodium.Seal, open: sodium.Open})
	configuration = append(configuration, "libsodium: "+sodium.Version())
}
