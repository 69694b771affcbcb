module github.com/largebox/largebox

go 1.26.0

require (
	github.com/edsrzf/mmap-go v1.2.0
	golang.org/x/crypto v0.58.0
	golang.org/x/sys v0.49.0
)
