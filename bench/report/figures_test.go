package main

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// raw returns the figures of a machine of two cores in three rounds, of which the second
// ran at half speed. For 1 KiB on one core, largebox takes 100 ns, or 200 in the second
// round. x/crypto takes 4, 5 and 6 times as long in the three rounds.
func raw() string {
	var w strings.Builder
	w.WriteString("machine-cores: 2\nmachine-os: System 1\nmachine-name: A machine\nkernels: fast,slow\ngo: go1.0\ncpu: A cpu\n")
	for round, slower := range []int{1, 2, 1} {
		for _, cores := range []int{1, 2} {
			fmt.Fprintf(&w, "\nround: %d\ncores: %d\nsync: false\nlibsodium: 1.0.18 (/a/libsodium.so)\n", round, cores)
			bench := func(name string, ns int, bytes int) {
				suffix := ""
				if cores > 1 {
					suffix = fmt.Sprintf("-%d", cores)
				}
				fmt.Fprintf(&w, "Benchmark%s%s 1 %d ns/op %f MB/s 0 B/op 0 allocs/op\n", name, suffix, ns, float64(bytes)*1e3/float64(ns))
			}
			for _, op := range []string{"Seal", "Open"} {
				for i, size := range []string{"1KiB", "1MiB"} {
					ns, bytes := 100*slower<<(10*i), 1<<10<<(10*i)
					bench(op+"/engine=fast/size="+size, ns/cores, bytes)
					bench(op+"/engine=xcrypto/size="+size, ns*(4+round), bytes)
					bench(op+"/engine=libsodium/size="+size, ns*2, bytes)
				}
			}
			bench("SealFile/fs=ext4/workspace=mmap/size=1MiB", 800*slower, 1<<20)
			bench("SealFile/fs=ext4/workspace=cp/size=1MiB", 1000*slower, 1<<20)
			bench("SealTree/fs=ext4/workspace=mmap/files=10000", 3000, 1)
			bench("SealTree/fs=ext4/workspace=cp/files=10000", 1500, 1)
		}
		fmt.Fprintf(&w, "\nround: %d\ncores: 1\nlibsodium: 1.0.18 (/b/libsodium.so)\n", round)
		fmt.Fprintf(&w, "BenchmarkSeal/engine=libsodium/size=1MiB 1 %d ns/op 1 MB/s\n", 102400*3*slower)
	}
	return w.String()
}

func figuresOf(t *testing.T, text string) (*figures, error) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "raw.txt")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return read(path)
}

func TestRatioOfEachRound(t *testing.T) {
	f, err := figuresOf(t, raw())
	if err != nil {
		t.Fatal(err)
	}
	at := func(who string, cores int) key { return key{op: "Seal", who: who, size: "1MiB", cores: cores} }
	for _, c := range []struct {
		a, b key
		want ratio
	}{
		{at("xcrypto", 1), at("fast", 1), ratio{5, 4, 6}},
		{at("fast", 1), at("fast", 2), ratio{2, 2, 2}},
		{at("libsodium 1.0.18", 1), at("fast", 1), ratio{2, 2, 2}},
		{at("libsodium 1.0.18'", 1), at("fast", 1), ratio{3, 3, 3}},
	} {
		if got, ok := f.ratio(c.a, c.b); !ok || got != c.want {
			t.Errorf("%v to %v: %v, want %v", c.a, c.b, got, c.want)
		}
	}
	if _, ok := f.ratio(at("xcrypto", 1), at("slow", 1)); ok {
		t.Error("there is a ratio without a measurement")
	}
	if rate, ok := f.rate(at("fast", 1)); !ok || fmt.Sprintf("%.0f", rate) != "10240" {
		t.Errorf("%.0f MB/s", rate)
	}
}

func TestMarkdown(t *testing.T) {
	f, err := figuresOf(t, raw())
	if err != nil {
		t.Fatal(err)
	}
	text := f.markdown([]string{"one.svg"})
	for _, line := range []string{
		"# Measured: A machine, 2 cores, System 1, go1.0",
		"| libsodium 1.0.18 | 1.0.18 (/a/libsodium.so) |",
		"| libsodium 1.0.18' | 1.0.18 (/b/libsodium.so) |",
		"| gpg | not measured: not installed, or not selected |",
		"| fast | xcrypto | 1 | 1MiB | 5.00 (4.00-6.00) | 5.00 (4.00-6.00) | - |",
		"| fast | xcrypto | 2 | 1MiB | 10.00 (8.00-12.00) | 10.00 (8.00-12.00) | - |",
		"| fast | itself on one core | 2 | 1MiB | 2.00 (2.00-2.00) | 2.00 (2.00-2.00) | - |",
		"| fast | Seal | 5.00 (4.00-6.00) |",
		"Seal into a large enough slice, on one core: at most 0 allocations, with any kernel and size.",
		"| no | 2 | ext4 | 1MiB | mmap | 0.80 (0.80-0.80) | - | - | - |",
		"| ext4 | 10000 | 2 | mmap | 0.000 | 2.00 (2.00-2.00) |",
		"![one](one.svg)",
	} {
		if !strings.Contains(text, "\n"+line+"\n") && !strings.HasPrefix(text, line+"\n") {
			t.Errorf("no line %q in\n%s", line, text)
		}
	}
}

func TestPlots(t *testing.T) {
	f, err := figuresOf(t, raw())
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	names, err := f.plot(dir)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := strings.Join(names, " "), "size-seal.svg size-open.svg cores-seal.svg cores-open.svg files-seal.svg"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	for _, name := range names {
		svg, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(string(svg), "A machine, 2 cores, System 1") {
			t.Errorf("%s does not name the machine", name)
		}
		d := xml.NewDecoder(strings.NewReader(string(svg)))
		for err == nil {
			_, err = d.Token()
		}
		if !errors.Is(err, io.EOF) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestNothingMeasured(t *testing.T) {
	if _, err := figuresOf(t, "machine-cores: 2\n"); err == nil {
		t.Error("there is a report without figures")
	}
}
