//go:build !linux

package cli

// hideMemory does nothing: only Linux has a way that needs no privilege.
func hideMemory() {}

// enoughFiles does not count descriptors on this host.
func enoughFiles() error { return nil }

// isTmpfs does not know file systems in memory on this host.
func isTmpfs(string) bool { return false }

// freeSpace is not known on this host, where a full disk is found when it is full.
func freeSpace(string) (int64, bool) { return 0, false }
