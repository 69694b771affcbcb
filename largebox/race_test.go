//go:build race

package largebox

const raceEnabled = true // the race detector has memory of its own
