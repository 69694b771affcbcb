//go:build !race

package main

const raceEnabled = false // the race detector has memory of its own
