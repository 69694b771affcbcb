//go:build !linux

package main

import (
	"fmt"
	"os/exec"
)

// startOn starts cmd with GOMAXPROCS set, so that Go programs use that many cores.
func startOn(cmd *exec.Cmd, cores int) error {
	cmd.Env = append(cmd.Env, fmt.Sprintf("GOMAXPROCS=%d", cores))
	return cmd.Start()
}
