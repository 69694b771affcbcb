package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"
)

type options struct {
	out, benchtime, sizes, fileSizes, dirs, treeFiles, only, libsodium, machine string
	rounds                                                                      int
}

// parts names what is measured, in the order of a round.
var parts = []string{"memory", "files", "onecore", "durable", "tree"}

// A stage is one run of the benchmarks.
type stage struct {
	part, what string
	binary     string
	cores      int
	args       []string
}

// measure builds the benchmarks, runs all rounds, and writes their output to raw.
func measure(ctx context.Context, o options, raw string) (err error) {
	for part := range strings.SplitSeq(o.only, ",") {
		if !slices.Contains(parts, part) {
			return fmt.Errorf("-only %s: choose from %s", part, strings.Join(parts, ", "))
		}
	}
	temp, err := os.MkdirTemp("", "largebox-report-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(temp)
	stages, err := o.build(ctx, temp)
	if err != nil {
		return err
	}
	out, err := os.Create(raw)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, out.Close()) }()
	for _, line := range machine(o) {
		fmt.Fprintln(out, line)
	}
	begin := time.Now()
	for round := range o.rounds {
		for _, s := range stages {
			fmt.Fprintf(os.Stderr, "%5.0f s  round %d of %d: %s\n", time.Since(begin).Seconds(), round+1, o.rounds, s.what)
			fmt.Fprintf(out, "\nround: %d\ncores: %d\npart: %s\n", round, s.cores, s.part)
			if err := s.run(ctx, out, temp); err != nil {
				return fmt.Errorf("%s: %w", s.what, err)
			}
		}
	}
	return nil
}

// run runs the benchmarks on s.cores cores. It passes on a signal, and they clean up.
func (s stage) run(ctx context.Context, out io.Writer, temp string) error {
	cmd := exec.CommandContext(ctx, s.binary, append([]string{"-test.run", "^$"}, s.args...)...)
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.Dir, cmd.Stdout, cmd.Stderr = temp, out, os.Stderr
	cmd.Env = append(os.Environ(), "TMPDIR="+temp)
	if err := startOn(cmd, s.cores); err != nil {
		return err
	}
	err := cmd.Wait()
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return err
}

// build builds the programs in temp, and returns the stages of a round.
func (o options) build(ctx context.Context, temp string) ([]stage, error) {
	root, err := root()
	if err != nil {
		return nil, err
	}
	command := filepath.Join(temp, "largebox")
	if err := goBuild(ctx, root, nil, "build", "-o", command, "./cmd/largebox"); err != nil {
		return nil, err
	}
	prefixes := o.prefixes()
	var binaries []string
	for i, prefix := range append(prefixes, "none")[:max(1, len(prefixes))] {
		binary := filepath.Join(temp, fmt.Sprintf("bench%d.test", i))
		args := []string{"test", "-c", "-o", binary}
		var env []string
		if prefix != "none" {
			args = append(args, "-tags", "libsodium")
		}
		if prefix != "none" && prefix != "system" {
			if prefix, err = filepath.Abs(prefix); err != nil {
				return nil, err
			}
			lib := filepath.Join(prefix, "lib")
			env = append(env, "PKG_CONFIG_PATH="+filepath.Join(lib, "pkgconfig"), "CGO_LDFLAGS=-Wl,-rpath,"+lib)
		}
		if err := goBuild(ctx, root, env, append(args, "./bench")...); err != nil {
			return nil, err
		}
		binaries = append(binaries, binary)
	}

	all := runtime.NumCPU()
	var stages []stage
	add := func(part, what, binary string, cores int, args ...string) {
		if slices.Contains(strings.Split(o.only, ","), part) {
			stages = append(stages, stage{part, fmt.Sprintf("%s; cores: %d", what, cores), binary, cores, args})
		}
	}
	main := binaries[0]
	for _, cores := range counts(all) {
		sizes := o.sizes
		if cores != 1 && cores != all {
			sizes = largest(sizes) // enough for the plot by cores
		}
		// Figures that are compared are measured as close together as possible.
		groups := []string{sizes}
		if cores == 1 && len(binaries) > 1 {
			groups = strings.Split(sizes, ",")
		}
		for _, sizes := range groups {
			add("memory", "in memory, "+sizes, main, cores, "-test.bench", "^Benchmark(Seal|Open|OpenOnePass)$",
				"-test.benchtime", o.benchtime, "-sizes", sizes)
			for i, binary := range binaries[1:] {
				if cores == 1 {
					add("memory", "libsodium of "+prefixes[i+1]+", "+sizes, binary, cores,
						"-test.bench", "^Benchmark(Seal|Open)$/engine=libsodium", "-test.benchtime", o.benchtime, "-sizes", sizes)
				}
			}
		}
	}
	files := func(part, what, pattern, dir string, cores int, args ...string) {
		if dir != "" {
			what += " on " + dir
		}
		args = append([]string{"-test.bench", pattern, "-test.benchtime", "1x",
			"-dirs", dir, "-filesizes", o.fileSizes, "-treefiles", o.treeFiles, "-command", command}, args...)
		add(part, what, main, cores, args...)
	}
	const operations, both = "^Benchmark(SealFile|OpenFile|VerifyFile)$", "^Benchmark(SealFile|OpenFile)$"
	for i, dir := range strings.Split(o.dirs, ",") {
		if strings.ContainsAny(dir, `/\`) {
			if dir, err = filepath.Abs(dir); err != nil {
				return nil, err
			}
		}
		peers := "" // tools are slow, and much the same everywhere
		if i == 0 {
			peers = "all"
		}
		files("files", "files", operations, dir, all, "-peers", peers)
		files("onecore", "files", both, dir, 1, "-peers", "mmap,command,cp")
		files("durable", "durable files", both, dir, all, "-sync")
		files("tree", "small files", "^BenchmarkSealTree$", dir, all)
	}
	return stages, nil
}

// root returns the directory of largebox's module.
func root() (string, error) {
	out, err := exec.Command("go", "env", "GOMOD").Output()
	if err != nil {
		return "", err
	}
	here := filepath.Dir(strings.TrimSpace(string(out)))
	root := filepath.Dir(filepath.Dir(here))
	if _, err := os.Stat(filepath.Join(root, "bench", "report")); err != nil {
		return "", fmt.Errorf("run this in its module, with go -C bench/report run . (%w)", err)
	}
	return root, nil
}

func goBuild(ctx context.Context, dir string, env []string, args ...string) error {
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir, cmd.Env = dir, append(os.Environ(), env...)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("go %s: %w\n%s", strings.Join(args, " "), err, out)
	}
	return nil
}

// prefixes returns where the builds of libsodium are installed.
func (o options) prefixes() []string {
	switch o.libsodium {
	case "none":
		return nil
	case "":
		if exec.Command("pkg-config", "--exists", "libsodium").Run() != nil {
			fmt.Fprintln(os.Stderr, "libsodium is left out: pkg-config does not find it")
			return nil
		}
		return []string{"system"}
	}
	return strings.Split(o.libsodium, ",")
}

// counts returns the numbers of cores to measure on: powers of two, and all.
func counts(all int) (n []int) {
	for c := 1; c < all; c *= 2 {
		n = append(n, c)
	}
	return append(n, all)
}

// largest returns the last of a list of sizes.
func largest(sizes string) string { return sizes[strings.LastIndex(sizes, ",")+1:] }
