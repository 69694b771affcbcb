// Package testlong tells tests how many rounds to run: few in a plain go test, many if
// LARGEBOX_LONG=1 is set.
package testlong

import "os"

// Rounds returns long if the environment variable LARGEBOX_LONG is 1, and
// short otherwise.
func Rounds(short, long int) int {
	if os.Getenv("LARGEBOX_LONG") == "1" {
		return long
	}
	return short
}
