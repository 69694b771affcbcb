//go:build !linux

package cli

func isTmpfs(string) bool { return false }
