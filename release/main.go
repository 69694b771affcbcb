// Command release makes the files of a release of the command largebox: an archive
// for each host of the README's table, with the manual and the completions of
// shells, and SHA256SUMS. Two runs with the same Go make the same bytes.
//
//	.ci/release VERSION OUTDIR [GOOS/GOARCH...]
package main

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// hosts are those of the README's table.
var hosts = []string{
	"linux/amd64", "linux/386", "linux/arm64", "linux/arm", "linux/s390x", "linux/riscv64",
	"windows/amd64", "darwin/amd64", "darwin/arm64", "freebsd/amd64", "openbsd/amd64",
}

func main() {
	if len(os.Args) < 3 {
		fmt.Fprintln(os.Stderr, "usage: release VERSION OUTDIR [GOOS/GOARCH...]")
		os.Exit(2)
	}
	chosen := os.Args[3:]
	if len(chosen) == 0 {
		chosen = hosts
	}
	if err := release("..", os.Args[1], os.Args[2], chosen); err != nil {
		fmt.Fprintln(os.Stderr, "release:", err)
		os.Exit(1)
	}
}

var isVersion = regexp.MustCompile(`^v[0-9]+\.[0-9]+\.[0-9]+(-[0-9A-Za-z.-]+)?$`)

// release makes the archives of a version for some hosts in the new directory out,
// from the repository at root.
func release(root, version, out string, chosen []string) error {
	if !isVersion.MatchString(version) {
		return fmt.Errorf("%s is not a version such as v1.2.3", version)
	}
	if err := os.Mkdir(out, 0o755); err != nil {
		return err
	}
	common, err := documents(root)
	if err != nil {
		return err
	}
	var sums []string
	for _, host := range chosen {
		if !slices.Contains(hosts, host) {
			return fmt.Errorf("%s is no host of the table: %w", host, errors.ErrUnsupported)
		}
		goos, goarch, _ := strings.Cut(host, "/")
		program, err := build(root, version, goos, goarch)
		if err != nil {
			return err
		}
		name := strings.Join([]string{"largebox", version, goos, goarch}, "-")
		content, err := archive(name, goos, append([]file{program}, common...))
		if err != nil {
			return err
		}
		name += extension(goos)
		if err := os.WriteFile(filepath.Join(out, name), content, 0o644); err != nil {
			return err
		}
		sums = append(sums, fmt.Sprintf("%x  %s\n", sha256.Sum256(content), name))
		fmt.Println(name)
	}
	return os.WriteFile(filepath.Join(out, "SHA256SUMS"), []byte(strings.Join(sums, "")), 0o644)
}

// build returns the command for a host. It has no paths of this machine in it, and
// needs no library.
func build(root, version, goos, goarch string) (file, error) {
	name := "largebox"
	if goos == "windows" {
		name += ".exe"
	}
	dir, err := os.MkdirTemp("", "largebox-release-")
	if err != nil {
		return file{}, err
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, name)
	cmd := exec.Command("go", "build", "-trimpath", "-buildvcs=false", "-o", path,
		"-ldflags", "-s -w -buildid= -X github.com/largebox/largebox/internal/cli.release="+version, "./cmd/largebox")
	cmd.Dir = root
	cmd.Env = append(os.Environ(), "GOOS="+goos, "GOARCH="+goarch, "CGO_ENABLED=0", "GOFLAGS=", "GOAMD64=", "GOARM=", "GOARM64=", "GO386=")
	if out, err := cmd.CombinedOutput(); err != nil {
		return file{}, fmt.Errorf("%s/%s: %w: %s", goos, goarch, err, out)
	}
	content, err := os.ReadFile(path)
	return file{name, 0o755, content}, err
}
