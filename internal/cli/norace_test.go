//go:build !race

package cli

const raceEnabled = false // the race detector has memory of its own
