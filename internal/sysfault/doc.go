// Package sysfault lets chosen system calls of a test fail, one at a time: a
// supervisor is asked about each of them (seccomp_unotify(2)). It exists on
// linux/amd64.
package sysfault
