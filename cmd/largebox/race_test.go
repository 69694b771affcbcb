//go:build race

package main

const raceEnabled = true // the race detector has memory of its own
