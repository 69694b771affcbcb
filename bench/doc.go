// Package bench measures largebox against its peers. A plain `go test ./...`
// runs no benchmark; it checks that the recipe below makes the same bytes.
//
// In memory, BenchmarkSeal and BenchmarkOpen have largebox.Seal and Open next to
// x/crypto's nacl/secretbox (engine=), from 1 KiB to 256 MiB.
//
// From file to file, BenchmarkSealFile, BenchmarkOpenFile and
// BenchmarkVerifyFile have largebox in both its workspaces next to two peers
// (workspace=), on every file system of which a directory is given (fs=):
//
//	mmap      largebox.Mmap
//	fallback  largebox.Fallback
//	recipe    source and destination mapped whole around x/crypto's secretbox;
//	          recipe_linux_test.go
//	cp        cp --reflink=never: what the copy alone costs
//
// # How to run
//
//	go test -bench . ./bench
//	go test -bench SealFile ./bench -dirs /tmp,/mnt/xfs -filesizes 64MiB,4GiB -sync
//
// The package's own flags stand behind its path:
//
//	-dirs       directories to work in, comma-separated, one on each file
//	            system; os.TempDir and, if it is a tmpfs, /dev/shm if not given
//	-filesizes  sizes of the message in a file; 64MiB,1GiB if not given
//	-sync       the new file and its name are made durable
//
// A size needs four times its space, and is skipped where that is not free. An
// interrupted run leaves a directory largebox-bench-* behind in each of dirs.
//
// # How to read
//
// Throughput is in bytes of the message. Compare within one run, as ratios:
// peers run one after the other at each size, because machines drift. Sources
// are incompressible, on the disk and in the page cache, so that files measure
// the work and not the disk; -sync brings the disk in.
//
// largebox takes all cores, x/crypto one. For one core, run with -cpu 1, but not
// with a list: the first value in it labels figures of the last one
// (golang.org/issue/49980).
//
// Lines of the form "key: value" in the output, kernel and sync among them, tell
// benchstat apart what should not be averaged.
package bench
