package bench

import (
	"context"
	"flag"
	"fmt"
	"math"
	"os"
	"os/signal"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/largebox/largebox/internal/xsalsa20poly1305"
)

// The sizes in bytes of the messages.
var (
	sliceSizes = sizes{16, 64, 256, 1 << 10, 4 << 10, 16 << 10, 64 << 10, 256 << 10, 1 << 20, 8 << 20, 64 << 20}
	fileSizes  = sizes{64 << 20, 1 << 30}
)

var (
	dirs      = flag.String("dirs", "", "comma-separated `directories` to work in; xfs, btrfs and ext4 mean one on a loop device (default os.TempDir, and /dev/shm if it is a tmpfs)")
	durable   = flag.Bool("sync", false, "sync the new file and its directory")
	peerNames = flag.String("peers", "", "comma-separated `names` of what to run from file to file, or all (default what needs nothing installed)")
	program   = flag.String("command", "", "the `path` of the largebox command")
	treeFiles = flag.Int("treefiles", 10_000, "`number` of files in BenchmarkSealTree")
)

func init() {
	flag.Var(&sliceSizes, "sizes", "comma-separated `sizes` of the message in memory")
	flag.Var(&fileSizes, "filesizes", "comma-separated `sizes` of the message in a file")
}

// configuration has what the figures depend on, in lines of Go's benchmark format.
var configuration = []string{
	"kernel: " + xsalsa20poly1305.Engine(),
	"kernels: " + strings.Join(xsalsa20poly1305.Engines(), ","),
	"go: " + runtime.Version(),
}

// ctx ends with the first signal; a second one ends the process at once.
var ctx, stop = signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)

func TestMain(m *testing.M) {
	context.AfterFunc(ctx, stop)
	flag.Parse()
	status := run(m, func() {
		if flag.Lookup("test.bench").Value.String() != "" {
			for _, line := range append(configuration, fmt.Sprintf("sync: %t", *durable)) {
				fmt.Println(line)
			}
		}
	})
	removeSecrets()
	os.Exit(status)
}

// uninterrupted fails the benchmark if a signal has come, so that the run cleans up.
func uninterrupted(b *testing.B) {
	b.Helper()
	if ctx.Err() != nil {
		b.Fatal(context.Cause(ctx))
	}
}

// onePassSizes returns the sizes of more than one piece.
func onePassSizes() []size {
	return slices.DeleteFunc(slices.Clone(sliceSizes), func(n size) bool { return n <= pieceSize })
}

func directories() []string {
	if *dirs != "" {
		return strings.Split(*dirs, ",")
	}
	dirs := []string{os.TempDir()}
	if fs, _, err := statfs("/dev/shm"); err == nil && fs == "tmpfs" {
		if temp, _, err := statfs(dirs[0]); err == nil && temp != fs {
			dirs = append(dirs, "/dev/shm")
		}
	}
	return dirs
}

// A size in bytes, written with the largest unit that divides it.
type size int64

var units = []struct {
	name  string
	bytes size
}{{"GiB", 1 << 30}, {"MiB", 1 << 20}, {"KiB", 1 << 10}, {"B", 1}}

func (n size) String() string {
	i := 0
	for n%units[i].bytes != 0 {
		i++
	}
	return fmt.Sprintf("%d%s", n/units[i].bytes, units[i].name)
}

// sizes is a flag.Value.
type sizes []size

func (s *sizes) String() string {
	var words []string
	for _, n := range *s {
		words = append(words, n.String())
	}
	return strings.Join(words, ",")
}

func (s *sizes) Set(list string) error {
	*s = nil
	for word := range strings.SplitSeq(list, ",") {
		n, err := parseSize(word)
		if err != nil {
			return err
		}
		*s = append(*s, n)
	}
	return nil
}

func parseSize(word string) (size, error) {
	for _, u := range units {
		digits, ok := strings.CutSuffix(word, u.name)
		if !ok {
			continue
		}
		n, err := strconv.ParseInt(digits, 10, 64)
		if err != nil || n <= 0 || n > math.MaxInt64/int64(u.bytes) {
			break
		}
		return size(n) * u.bytes, nil
	}
	return 0, fmt.Errorf("%q is not a size such as 64MiB", word)
}

func TestSizes(t *testing.T) {
	for _, list := range []string{"1B", "1023B", "1KiB", "1025B", "64MiB", "3MiB", "64MiB,1GiB", "2048GiB"} {
		var s sizes
		if err := s.Set(list); err != nil || s.String() != list {
			t.Errorf("%s became %v, %v", list, s.String(), err)
		}
	}
	for _, list := range []string{"", "64", "MiB", "0MiB", "-1MiB", "1.5GiB", "1MB", "1GiB,", "9007199254740992GiB"} {
		if err := new(sizes).Set(list); err == nil {
			t.Errorf("%q is accepted as sizes", list)
		}
	}
}
