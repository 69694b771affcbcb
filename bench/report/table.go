package main

import (
	"fmt"
	"slices"
	"strings"
)

// markdown returns the report.
func (f *figures) markdown(plots []string) string {
	var w writer
	w.line("# Measured: %s", f.name())
	w.line("")
	w.line("%s. Medians of %d rounds. Each round measured everything once, one after the other. A ratio is the median of the ratios", f.config["date"], f.rounds)
	w.line("of the rounds; the least and the greatest follow in parentheses. 1 MB/s is 10^6 bytes of the message a second.")
	f.machine(&w)
	w.line("")
	w.line("## Ratios")
	f.summary(&w)
	for _, cores := range f.counts() {
		f.memory(&w, "Seal", cores)
		f.memory(&w, "Open", cores)
		f.memory(&w, "OpenOnePass", cores)
	}
	for _, sync := range []bool{false, true} {
		for _, cores := range f.counts() {
			f.files(&w, cores, sync)
		}
	}
	f.trees(&w)
	if len(plots) > 0 {
		w.line("")
		w.line("## Plots")
		for _, plot := range plots {
			w.line("")
			w.line("![%s](%s)", strings.TrimSuffix(plot, ".svg"), plot)
		}
	}
	return w.String()
}

type writer struct{ strings.Builder }

func (w *writer) line(format string, args ...any) { fmt.Fprintf(w, format+"\n", args...) }

// row writes a line of a table.
func (w *writer) row(cells ...string) { w.line("| %s |", strings.Join(cells, " | ")) }

// header writes the first two lines of a table.
func (w *writer) header(cells ...string) {
	w.line("")
	w.row(cells...)
	w.line("|%s", strings.Repeat("---|", len(cells)))
}

func (f *figures) counts() (n []int) {
	for k := range f.samples {
		if !slices.Contains(n, k.cores) {
			n = append(n, k.cores)
		}
	}
	slices.Sort(n)
	return n
}

func (f *figures) machine(w *writer) {
	w.header("machine", "")
	add := func(what, value string) {
		if value != "" {
			w.row(what, strings.ReplaceAll(value, "|", `\|`))
		}
	}
	add("processor", f.config["cpu"])
	add("cores", fmt.Sprint(f.cores))
	add("memory", f.config["machine-memory"])
	add("system", f.config["machine-os"])
	add("Go", f.config["go"]+" "+f.config["goos"]+"/"+f.config["goarch"])
	add("kernels of largebox here, best first", strings.Join(f.kernels, ", "))
	for _, who := range f.whos {
		add(who, f.libsodium[who])
	}
	for _, name := range []string{"cp", "age", "openssl", "gpg"} {
		add(name, f.config["peer-"+name])
	}
	for _, fs := range f.filesystems {
		add(fs, f.config["machine-"+fs])
	}
	for _, name := range []string{"cp", "age", "openssl", "gpg"} {
		measured := f.has(func(k key) bool { return k.who == name })
		if !measured && f.has(func(k key) bool { return k.fs != "" }) {
			add(name, "not measured: not installed, or not selected")
		}
	}
	if !f.has(func(k key) bool { return strings.HasPrefix(k.who, "libsodium") }) {
		add("libsodium", "not measured: not installed, or not selected")
	}
}

func (f *figures) cell(a, b key) string {
	r, ok := f.ratio(a, b)
	switch {
	case !ok:
		return "-"
	case a == b:
		return "1"
	}
	return fmt.Sprintf("%.2f (%.2f-%.2f)", r.median, r.least, r.most)
}

// engines returns what was measured in memory: largebox's kernels, and peers.
func (f *figures) engines() []string {
	return f.those(f.whos, func(who string, k key) bool { return k.who == who && k.fs == "" })
}

func (f *figures) isKernel(who string) bool { return slices.Contains(f.kernels, who) }

// summary writes the ratios that matter.
func (f *figures) summary(w *writer) {
	messages := f.those(f.sizes, func(size string, k key) bool {
		return k.size == size && k.op == "OpenOnePass" || k.size == size && k.op == "Seal" && inBytes(size) == 1<<20
	})
	peers := slices.DeleteFunc(f.engines(), f.isKernel)

	if len(messages) > 0 {
		w.line("")
		w.line("In memory, times as fast:")
		w.header("kernel", "against", "cores", "message", "Seal", "Open", "one-pass open")
	}
	for _, kernel := range f.kernels {
		for _, peer := range peers {
			for _, cores := range f.counts() {
				for _, size := range messages {
					at := func(op, who string, cores int) key { return key{op: op, who: who, size: size, cores: cores} }
					peerCores := cores // a peer uses one
					if _, ok := f.seconds(at("Seal", peer, cores)); !ok {
						peerCores = 1
					}
					cells := []string{kernel, peer, fmt.Sprint(cores), size}
					measured := false
					for _, op := range []string{"Seal", "Open", "OpenOnePass"} {
						c := f.cell(at(op, peer, peerCores), at(op, kernel, cores))
						measured = measured || c != "-"
						cells = append(cells, c)
					}
					if measured {
						w.row(cells...)
					}
				}
			}
		}
		for _, size := range messages {
			for _, cores := range f.counts()[1:] {
				at := func(op string, cores int) key { return key{op: op, who: kernel, size: size, cores: cores} }
				if _, ok := f.ratio(at("Seal", 1), at("Seal", cores)); ok {
					w.row(kernel, "itself on one core", fmt.Sprint(cores), size,
						f.cell(at("Seal", 1), at("Seal", cores)), f.cell(at("Open", 1), at("Open", cores)), "-")
				}
			}
		}
	}
	f.short(w)
	f.allocations(w)
	f.wall(w)
}

// short writes the ratios of short messages, where the start of a message counts.
func (f *figures) short(w *writer) {
	sizes := slices.DeleteFunc(slices.Clone(f.sizes), func(s string) bool { return inBytes(s) > 1<<10 })
	if sizes = f.those(sizes, func(s string, k key) bool { return k.size == s && k.op == "Seal" }); len(sizes) == 0 {
		return
	}
	w.line("")
	w.line("Short messages on one core, times as fast as x/crypto:")
	w.header(append([]string{"kernel", ""}, sizes...)...)
	for _, kernel := range f.kernels {
		for _, op := range []string{"Seal", "Open"} {
			cells := []string{kernel, op}
			for _, size := range sizes {
				cells = append(cells, f.cell(key{op: op, who: "xcrypto", size: size, cores: 1}, key{op: op, who: kernel, size: size, cores: 1}))
			}
			w.row(cells...)
		}
	}
}

// allocations writes the most allocations of one Seal or Open, on one core.
func (f *figures) allocations(w *writer) {
	for _, op := range []string{"Seal", "Open"} {
		most := -1.0
		for k, samples := range f.samples {
			if k.op == op && k.cores == 1 && f.isKernel(k.who) {
				for _, s := range samples {
					most = max(most, s.allocs)
				}
			}
		}
		if most >= 0 {
			w.line("")
			w.line("%s into a large enough slice, on one core: at most %.0f allocations, with any kernel and size.", op, most)
		}
	}
}

// wall writes the time of files divided by that of cp, and compares with the recipe.
func (f *figures) wall(w *writer) {
	if !f.has(func(k key) bool { return k.op == "SealFile" }) {
		return
	}
	w.line("")
	w.line("Files: wall time divided by that of `cp` (less is better), and times as fast as the recipe (more is better):")
	w.header("durable", "cores", "file system", "message", "", "seal / cp", "open / cp", "recipe / seal", "recipe / open")
	f.eachPlace(func(sync bool, cores int, fs, size string) {
		for _, who := range []string{"mmap", "command", "fallback"} {
			at := func(op, who string) key { return key{op, who, fs, size, cores, sync} }
			if _, ok := f.seconds(at("SealFile", who)); ok {
				w.row(yes(sync), fmt.Sprint(cores), fs, size, who,
					f.cell(at("SealFile", who), at("SealFile", "cp")), f.cell(at("OpenFile", who), at("OpenFile", "cp")),
					f.cell(at("SealFile", "recipe"), at("SealFile", who)), f.cell(at("OpenFile", "recipe"), at("OpenFile", who)))
			}
		}
	})
}

func yes(b bool) string { return map[bool]string{true: "yes", false: "no"}[b] }

// eachPlace calls fn for each combination for which files were measured.
func (f *figures) eachPlace(fn func(sync bool, cores int, fs, size string)) {
	for _, sync := range []bool{false, true} {
		for _, cores := range f.counts() {
			for _, fs := range f.filesystems {
				for _, size := range f.sizes {
					if f.has(func(k key) bool {
						return k.op == "SealFile" && k.sync == sync && k.cores == cores && k.fs == fs && k.size == size
					}) {
						fn(sync, cores, fs, size)
					}
				}
			}
		}
	}
}

// memory writes the throughput of one operation, by size and engine.
func (f *figures) memory(w *writer, op string, cores int) {
	match := func(k key) bool { return k.op == op && k.cores == cores }
	if !f.has(match) {
		return
	}
	whos := f.those(f.whos, func(who string, k key) bool { return match(k) && k.who == who })
	w.line("")
	w.line("## In memory: %s, %s, MB/s", map[string]string{"Seal": "Seal", "Open": "Open", "OpenOnePass": "one-pass open"}[op], onCores(cores))
	w.header(append([]string{"message"}, whos...)...)
	for _, size := range f.those(f.sizes, func(size string, k key) bool { return match(k) && k.size == size }) {
		cells := []string{size}
		for _, who := range whos {
			cells = append(cells, number(f.rate(key{op: op, who: who, size: size, cores: cores})))
		}
		w.row(cells...)
	}
}

func onCores(n int) string {
	if n == 1 {
		return "one core"
	}
	return fmt.Sprintf("%d cores", n)
}

func number(v float64, ok bool) string {
	if !ok {
		return "-"
	}
	return fmt.Sprintf("%.0f", v)
}

// files writes everything from file to file, on that many cores.
func (f *figures) files(w *writer, cores int, sync bool) {
	match := func(k key) bool {
		return slices.Contains(fileOps, k.op) && k.cores == cores && k.sync == sync
	}
	if !f.has(match) {
		return
	}
	w.line("")
	w.line("## From file to file, %s, %s", onCores(cores), map[bool]string{true: "durable", false: "not synced"}[sync])
	w.header("file system", "message", "", "seal s", "MB/s", "/ cp", "open s", "MB/s", "/ cp", "verify s", "MB/s")
	for _, fs := range f.filesystems {
		for _, size := range f.sizes {
			for _, who := range f.those(f.whos, func(who string, k key) bool {
				return match(k) && k.who == who && k.fs == fs && k.size == size
			}) {
				cells := []string{fs, size, who}
				for _, op := range fileOps {
					k := key{op, who, fs, size, cores, sync}
					seconds := "-"
					if s, ok := f.seconds(k); ok {
						seconds = fmt.Sprintf("%.3f", s)
					}
					cells = append(cells, seconds, number(f.rate(k)))
					if op != "VerifyFile" {
						cp := k
						cp.who = "cp"
						cells = append(cells, f.cell(k, cp))
					}
				}
				w.row(cells...)
			}
		}
	}
}

var fileOps = []string{"SealFile", "OpenFile", "VerifyFile"}

// trees writes the figures of many small files.
func (f *figures) trees(w *writer) {
	match := func(k key) bool { return k.op == "SealTree" }
	if !f.has(match) {
		return
	}
	w.line("")
	w.line("## Small files in one directory, sealed by one process, not synced")
	w.header("file system", "files", "cores", "", "s", "/ cp -r")
	for _, fs := range f.filesystems {
		for _, files := range f.sizes {
			for _, cores := range f.counts() {
				for _, who := range f.whos {
					k := key{op: "SealTree", who: who, fs: fs, size: files, cores: cores}
					cp := k
					cp.who = "cp"
					if s, ok := f.seconds(k); ok {
						w.row(fs, files, fmt.Sprint(cores), who, fmt.Sprintf("%.3f", s), f.cell(k, cp))
					}
				}
			}
		}
	}
}
