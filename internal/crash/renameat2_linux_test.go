//go:build riscv64 || loong64

package crash

import "golang.org/x/sys/unix"

const sysRenameat = unix.SYS_RENAMEAT2
