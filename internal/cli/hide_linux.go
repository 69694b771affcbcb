package cli

import "golang.org/x/sys/unix"

// hideMemory makes the process non-dumpable: no core file has a key in it, and
// other processes of the same user cannot reach its memory, or its anonymous
// files, through ptrace(2) or /proc. What inherits nothing from it is not
// affected. An error leaves things as they are for every program.
func hideMemory() { unix.Prctl(unix.PR_SET_DUMPABLE, 0, 0, 0, 0) }
