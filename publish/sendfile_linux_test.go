//go:build !386 && !arm

package publish

import "golang.org/x/sys/unix"

const sysSendfile = unix.SYS_SENDFILE
