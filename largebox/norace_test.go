//go:build !race

package largebox

const raceEnabled = false // the race detector has memory of its own
