package main

import (
	"fmt"
	"maps"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/perf/benchfmt"
)

// A key says what was measured, without the round.
type key struct {
	op    string // the benchmark: Seal, SealFile, ...
	who   string // engine or workspace
	fs    string // the file system; empty in memory
	size  string // as in 64MiB
	cores int
	sync  bool
}

// A sample is one round's figure.
type sample struct{ seconds, bytesPerSecond, allocs float64 }

// figures holds all that was measured, by round.
type figures struct {
	samples map[key]map[int]sample
	rounds  int
	cores   int               // of the machine
	kernels []string          // of largebox, best first
	config  map[string]string // of the machine
	// libsodium has the builds of libsodium, by their names here.
	libsodium map[string]string
	// Values of key, in the order of the first round.
	whos, filesystems, sizes []string
}

func read(path string) (*figures, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	fig := &figures{samples: map[key]map[int]sample{}, config: map[string]string{}, libsodium: map[string]string{}}
	in := benchfmt.NewReader(f, path)
	for in.Scan() {
		if r, ok := in.Result().(*benchfmt.Result); ok {
			fig.add(r)
		}
	}
	if err := in.Err(); err != nil {
		return nil, err
	}
	if len(fig.samples) == 0 {
		return nil, fmt.Errorf("no figures in %s", path)
	}
	fig.cores, _ = strconv.Atoi(fig.config["machine-cores"])
	fig.kernels = strings.Split(fig.config["kernels"], ",")
	slices.SortStableFunc(fig.sizes, func(a, b string) int { return int(inBytes(a) - inBytes(b)) })
	return fig, nil
}

func (f *figures) add(r *benchfmt.Result) {
	for _, c := range r.Config {
		f.config[c.Key] = string(c.Value)
	}
	base, parts := r.Name.Parts()
	k := key{op: string(base), sync: r.GetConfig("sync") == "true"}
	k.cores, _ = strconv.Atoi(r.GetConfig("cores"))
	for _, part := range parts {
		switch name, value, _ := strings.Cut(strings.TrimPrefix(string(part), "/"), "="); name {
		case "engine", "workspace":
			k.who = value
		case "fs":
			k.fs = value
		case "size", "files":
			k.size = value
		}
	}
	if k.who == "libsodium" {
		k.who = f.sodium(r.GetConfig("libsodium"))
	}
	round, _ := strconv.Atoi(r.GetConfig("round"))
	if f.samples[k] == nil {
		f.samples[k] = map[int]sample{}
	}
	var s sample
	s.seconds, _ = r.Value("sec/op")
	s.bytesPerSecond, _ = r.Value("B/s")
	s.allocs, _ = r.Value("allocs/op")
	f.samples[k][round] = s
	f.rounds = max(f.rounds, round+1)
	note(&f.whos, k.who)
	note(&f.filesystems, k.fs)
	note(&f.sizes, k.size)
}

// sodium returns a short name for a build such as 1.0.18 (/usr/lib/...).
func (f *figures) sodium(build string) string {
	version, _, _ := strings.Cut(build, " ")
	who := "libsodium " + version
	for f.libsodium[who] != "" && f.libsodium[who] != build {
		who += "'"
	}
	f.libsodium[who] = build
	return who
}

func note(list *[]string, what string) {
	if what != "" && !slices.Contains(*list, what) {
		*list = append(*list, what)
	}
}

// inBytes returns the bytes of a size such as 64MiB, or the number of a plain number.
func inBytes(size string) int64 {
	for i, unit := range []string{"B", "KiB", "MiB", "GiB"} {
		digits, ok := strings.CutSuffix(size, unit)
		if n, err := strconv.ParseInt(digits, 10, 64); ok && err == nil {
			return n << (10 * i)
		}
	}
	n, _ := strconv.ParseInt(size, 10, 64)
	return n
}

// value returns the median of all rounds; ok says whether there are any.
func (f *figures) value(k key, of func(sample) float64) (v float64, ok bool) {
	var all []float64
	for _, s := range f.samples[k] {
		all = append(all, of(s))
	}
	return median(all), len(all) > 0
}

func (f *figures) seconds(k key) (float64, bool) {
	return f.value(k, func(s sample) float64 { return s.seconds })
}

// rate returns MB/s.
func (f *figures) rate(k key) (float64, bool) {
	return f.value(k, func(s sample) float64 { return s.bytesPerSecond / 1e6 })
}

// A ratio of two times, with the least and the greatest of all rounds.
type ratio struct{ median, least, most float64 }

// ratio returns the time of a divided by that of b, in rounds that have both.
func (f *figures) ratio(a, b key) (r ratio, ok bool) {
	var all []float64
	for round, of := range f.samples[a] {
		if to, ok := f.samples[b][round]; ok && to.seconds > 0 {
			all = append(all, of.seconds/to.seconds)
		}
	}
	if len(all) == 0 {
		return ratio{}, false
	}
	return ratio{median(all), slices.Min(all), slices.Max(all)}, true
}

func median(v []float64) float64 {
	if len(v) == 0 {
		return math.NaN()
	}
	slices.Sort(v)
	return (v[len(v)/2] + v[(len(v)-1)/2]) / 2
}

// has reports whether something with these properties was measured.
func (f *figures) has(match func(key) bool) bool {
	for k := range maps.Keys(f.samples) {
		if match(k) {
			return true
		}
	}
	return false
}

// those returns the values of list for which something was measured.
func (f *figures) those(list []string, match func(value string, k key) bool) []string {
	return slices.DeleteFunc(slices.Clone(list), func(v string) bool {
		return !f.has(func(k key) bool { return match(v, k) })
	})
}

// name returns the name of the machine, for titles.
func (f *figures) name() string {
	name := f.config["machine-name"]
	if name == "" {
		name = f.config["cpu"]
	}
	if name == "" {
		name = f.config["goarch"]
	}
	return fmt.Sprintf("%s, %d cores, %s, %s", name, f.cores, f.config["machine-os"], f.config["go"])
}
