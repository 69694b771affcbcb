//go:build race

package xsalsa20poly1305

const raceEnabled = true
