// Package bench measures largebox against its peers. A plain `go test ./...`
// runs no benchmark; it checks that peers and engines seal and open correctly.
// bench/README.md says how to compare, and bench/report does it.
//
// In memory, BenchmarkSeal and BenchmarkOpen measure largebox/secretbox with every
// kernel of this processor (engine=avx512, ...), x/crypto's nacl/secretbox
// (engine=xcrypto) and, with the tag libsodium, libsodium (engine=libsodium).
// BenchmarkOpenOnePass does what a worker of OpenFile does, from memory to memory.
//
// From file to file, BenchmarkSealFile, BenchmarkOpenFile and BenchmarkVerifyFile
// measure largebox in both its workspaces, and peers (workspace=), on the file system
// of each directory in -dirs (fs=):
//
//	mmap      largebox.Mmap
//	fallback  largebox.Fallback
//	cp        cp --reflink=never: the copy alone
//	recipe    x/crypto's secretbox on source and destination mapped whole; see
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
// The package's own flags come after its path:
//
//	-sizes      sizes of the message in memory
//	-dirs       directories to work in, comma-separated, one on each file system;
//	            as root, xfs, btrfs and ext4 mean one on a loop device; default
//	            os.TempDir and, if it is a tmpfs, /dev/shm
//	-filesizes  sizes of the message in a file; default 64MiB,1GiB
//	-peers      names of what to run from file to file, or all; default is what
//	            needs nothing installed
//	-command    the path of the largebox command
//	-sync       sync the new file and its directory
//	-treefiles  number of files in BenchmarkSealTree; default 10000
//
// A size needs four times its space, and is skipped if less is free. An interrupted
// run cleans up; a killed one leaves a directory largebox-bench-* in each of dirs.
//
// # How to read
//
// Throughput is in bytes of the message. Compare within one run, as ratios:
// peers run one after the other at each size, because machines drift. Sources
// are incompressible, on the disk and in the page cache, so that files measure
// the work and not the disk; -sync brings the disk in.
//
// largebox uses all cores, x/crypto one. For one core, run with -cpu 1, not with a
// list: the figures of its last value get the label of the first
// (golang.org/issue/49980). -cpu has no effect on processes; taskset(1) binds all.
//
// The output has lines of the form "key: value", such as kernel and sync. They keep
// benchstat from averaging figures that differ in them.
package bench
