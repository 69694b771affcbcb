// Package bench measures largebox against its peers. A plain `go test ./...`
// runs no benchmark; it checks that peers and engines do what they are measured
// for. bench/README.md tells how to compare, and bench/report does it.
//
// In memory, BenchmarkSeal and BenchmarkOpen have largebox/secretbox's Seal and Open with
// every kernel of this processor (engine=avx512, ...) next to x/crypto's
// nacl/secretbox (engine=xcrypto) and, with the tag libsodium, libsodium's
// (engine=libsodium). BenchmarkOpenOnePass is what a worker of OpenFile does,
// from memory to memory.
//
// From file to file, BenchmarkSealFile, BenchmarkOpenFile and
// BenchmarkVerifyFile have largebox in both its workspaces next to peers
// (workspace=), on every file system of which a directory is given (fs=):
//
//	mmap      largebox.Mmap
//	fallback  largebox.Fallback
//	cp        cp --reflink=never: what the copy alone costs
//	recipe    source and destination mapped whole around x/crypto's secretbox;
//	          recipe_linux_test.go
//	command   the command, as a process; with -command
//	age, openssl, gpg   as processes; with -peers
//
// BenchmarkSealTree seals many small files of one directory.
//
// # How to run
//
//	go test -bench . ./bench
//	go test -bench SealFile ./bench -dirs /tmp,xfs -filesizes 64MiB,4GiB -sync
//
// The package's own flags stand behind its path:
//
//	-sizes      sizes of the message in memory
//	-dirs       directories to work in, comma-separated, one on each file
//	            system; os.TempDir and, if it is a tmpfs, /dev/shm if not given;
//	            as root, xfs, btrfs and ext4 stand for one on a loop device
//	-filesizes  sizes of the message in a file; 64MiB,1GiB if not given
//	-peers      what to run from file to file, by name, or all; what needs
//	            nothing installed if not given
//	-command    the command, as a file to run
//	-sync       the new file and its name are made durable
//	-treefiles  number of files in BenchmarkSealTree; 10000 if not given
//
// A size needs four times its space, and is skipped where that is not free. An
// interrupted run cleans up behind itself; a killed one leaves a directory
// largebox-bench-* behind in each of dirs.
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
// (golang.org/issue/49980). Processes do not heed -cpu; taskset(1) binds all.
//
// Lines of the form "key: value" in the output, kernel and sync among them, tell
// benchstat apart what should not be averaged.
package bench
