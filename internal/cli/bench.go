package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"strings"
	"time"

	"github.com/largebox/largebox/internal/xsalsa20poly1305"
	"github.com/spf13/cobra"
	"golang.org/x/sys/cpu"
)

func (p *program) newBench() *cobra.Command {
	var f benchFlags
	cmd := &cobra.Command{
		Use:   "bench [--dir DIR] [--size SIZE] [--messages SIZES] [--time TIME] [--json]",
		Short: "Measure this machine",
		Long: `Measure how fast largebox is on this machine: messages in memory, on one core and
on all, next to golang.org/x/crypto's secretbox; and a file that is sealed,
verified and opened in DIR, next to a plain copy of it. The file needs three times
its size, is not synced, and is removed, also after ^C. What is killed leaves a
directory .largebox-bench-* behind.

It takes about ten seconds. Figures are in MiB/s (2^20 bytes of the message), each
the median of three; machines drift, so compare within one run.`,
		Example: `  largebox bench
  largebox bench --dir /mnt/usb --size 2GiB
  largebox bench --size 0                         # memory only
  largebox bench --json >bench.json`,
		DisableFlagsInUseLine: true,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 0 {
				return usagef("bench takes no FILE: use --dir %s", args[0])
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, _ []string) error { return f.run(p, cmd) },
	}
	flags := cmd.Flags()
	flags.SortFlags = false
	flags.StringVar(&f.dir, "dir", ".", "measure a file in `DIR`")
	flags.StringVar(&f.size, "size", "256MiB", "`SIZE` of the file, such as 512MiB or 2GiB (0: no file)")
	flags.StringSliceVar(&f.messages, "messages", []string{"1KiB", "64KiB", "1MiB", "64MiB"}, "`SIZES` of the messages in memory, up to 1GiB")
	flags.DurationVar(&f.time, "time", 100*time.Millisecond, "`TIME` for each figure in memory")
	flags.BoolVar(&f.json, "json", false, "print everything as one JSON object")
	return cmd
}

// longestMessage in bytes is still in memory on a small machine: three times.
const longestMessage = 1 << 30

type benchFlags struct {
	dir, size string
	messages  []string
	time      time.Duration
	json      bool
}

// A benchReport is what bench found, as --json prints it. Throughputs are in MiB/s.
type benchReport struct {
	Op        string         `json:"op"`
	Processor string         `json:"processor"`
	Arch      string         `json:"arch"`
	Features  []string       `json:"features"`
	Cores     int            `json:"cores"`
	Engine    string         `json:"engine"`
	Engines   []string       `json:"engines"`
	Memory    []memoryFigure `json:"memory"`
	File      *fileFigures   `json:"file"`
}

func (f *benchFlags) run(p *program, cmd *cobra.Command) error {
	size, err := parseSize("size", f.size)
	if err != nil {
		return err
	}
	var messages []int
	for _, text := range f.messages {
		n, err := parseSize("messages", text)
		if err == nil && (n == 0 || n > longestMessage) {
			err = usagef("--messages %s: from 1 to %s are possible", text, exactly(longestMessage))
		}
		if err != nil {
			return err
		}
		messages = append(messages, int(n))
	}
	switch {
	case len(messages) == 0:
		return usagef("--messages is empty")
	case f.time <= 0:
		return usagef("--time %v: more than nothing is needed", f.time)
	}
	out := cmd.OutOrStdout()
	if f.json {
		out = io.Discard
	}
	report, err := bench(cmd.Context(), out, f.dir, size, messages, f.time)
	if !f.json {
		return err
	}
	if err != nil {
		json.NewEncoder(cmd.OutOrStdout()).Encode(struct {
			Op     string `json:"op"`
			Error  string `json:"error"`
			Status int    `json:"status"`
		}{"bench", p.console.hidden.redact(err.Error()), p.outcomes.status(err)})
		return err
	}
	return json.NewEncoder(cmd.OutOrStdout()).Encode(report)
}

// bench measures, and writes each figure for people when it is there.
func bench(ctx context.Context, out io.Writer, dir string, size int64, messages []int, each time.Duration) (_ *benchReport, err error) {
	// Nobody is to wait for figures that nobody gets.
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	w := writerFunc(func(p []byte) (int, error) {
		n, err := out.Write(p)
		if err != nil {
			cancel(err)
		}
		return n, err
	})
	r := &benchReport{
		Op: "bench", Processor: processor(), Arch: runtime.GOARCH, Features: features(), Cores: runtime.GOMAXPROCS(0),
		Engine: xsalsa20poly1305.Engine(), Engines: xsalsa20poly1305.Engines(),
	}
	// What cannot be measured is found before the rest has taken its time.
	file, err := newBenchFile(dir, size)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, file.remove()) }()

	fmt.Fprintf(w, "processor   %s, %d cores, %s\n", r.Processor, r.Cores, strings.Join(append([]string{r.Arch}, r.Features...), " "))
	fmt.Fprintf(w, "engines     %s; in use: %s\n", strings.Join(r.Engines, ", "), r.Engine)
	if r.Memory, err = benchMemory(ctx, w, messages, each); err != nil {
		return nil, err
	}
	if size > 0 {
		if r.File, err = file.measure(ctx, w); err != nil {
			return nil, err
		}
	}
	return r, context.Cause(ctx)
}

type writerFunc func(p []byte) (int, error)

func (fn writerFunc) Write(p []byte) (int, error) { return fn(p) }

// processor is its name, where the system has one.
func processor() string {
	text, _ := os.ReadFile("/proc/cpuinfo")
	for line := range strings.Lines(string(text)) {
		if key, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(key) == "model name" {
			return strings.TrimSpace(value)
		}
	}
	return "unknown processor"
}

// features are those that engines ask for.
func features() []string {
	found := []string{}
	for _, f := range []struct {
		name string
		has  bool
	}{
		{"avx2", cpu.X86.HasAVX2},
		{"avx512f", cpu.X86.HasAVX512F},
		{"avx512ifma", cpu.X86.HasAVX512IFMA},
	} {
		if f.has {
			found = append(found, f.name)
		}
	}
	return found
}
