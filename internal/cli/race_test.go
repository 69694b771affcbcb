//go:build race

package cli

const raceEnabled = true // the race detector has memory of its own
