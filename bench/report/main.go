// Command report runs the benchmarks of largebox in rounds, and makes tables
// and plots of them:
//
//	go -C bench/report run . -o /tmp/report
//
// It is a module of its own, so that largebox does not depend on what draws the plots.
// It writes into the directory of -o:
//
//	raw.txt    all measurements, in Go's benchmark format, with the machine
//	report.md  medians and ratios
//	*.svg      plots
//
// Each round measures everything once: a machine that becomes slower does so for all.
// A ratio is the median of the ratios of the rounds.
//
// This makes the tables and plots again, without measuring:
//
//	go -C bench/report run . -o /tmp/report -from /tmp/report/raw.txt
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
)

func main() {
	var o options
	var from string
	flag.StringVar(&o.out, "o", "", "`directory` for the report (required)")
	flag.StringVar(&from, "from", "", "make the report from this raw.txt, without measuring")
	flag.IntVar(&o.rounds, "rounds", 5, "`number` of rounds")
	flag.StringVar(&o.benchtime, "benchtime", "100ms", "`time` for each figure in memory, in each round")
	flag.StringVar(&o.sizes, "sizes", "16B,64B,256B,1KiB,4KiB,16KiB,64KiB,256KiB,1MiB,8MiB,64MiB", "`sizes` of messages in memory")
	flag.StringVar(&o.fileSizes, "filesizes", "1GiB", "`sizes` of messages in files; each needs four times its space")
	flag.StringVar(&o.dirs, "dirs", "", "comma-separated `directories`, one on each file system; as root, xfs, btrfs and ext4 mean one on a loop device (default a temporary one, and /dev/shm)")
	flag.StringVar(&o.treeFiles, "treefiles", "10000", "`number` of small files")
	flag.StringVar(&o.only, "only", strings.Join(parts, ","), "`parts` to measure")
	flag.StringVar(&o.machine, "machine", "", "`name` of the machine in the report (default that of its processor)")
	flag.StringVar(&o.libsodium, "libsodium", "", "comma-separated `prefixes` where libsodium is installed; system means what pkg-config finds, none leaves it out (default system, if pkg-config finds it)")
	flag.Parse()
	if o.out == "" || flag.NArg() > 0 {
		flag.Usage()
		os.Exit(2)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop)
	if err := run(ctx, o, from); err != nil {
		fmt.Fprintln(os.Stderr, "report:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, o options, from string) error {
	if err := os.MkdirAll(o.out, 0o777); err != nil {
		return err
	}
	if from == "" {
		from = filepath.Join(o.out, "raw.txt")
		if err := measure(ctx, o, from); err != nil {
			return err
		}
	}
	f, err := read(from)
	if err != nil {
		return err
	}
	plots, err := f.plot(o.out)
	if err != nil {
		return err
	}
	path := filepath.Join(o.out, "report.md")
	fmt.Fprintln(os.Stderr, path)
	return os.WriteFile(path, []byte(f.markdown(plots)), 0o666)
}
