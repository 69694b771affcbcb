package main

import (
	"bytes"
	"fmt"
	"image/color"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	_ "gonum.org/v1/plot/vg/vgsvg"
)

const width, height = 7.5 * vg.Inch, 4.5 * vg.Inch

// palette is Okabe and Ito's. Colour-blind people can tell its colours apart.
var palette = []color.Color{
	color.RGBA{0, 114, 178, 255}, color.RGBA{213, 94, 0, 255}, color.RGBA{0, 158, 115, 255}, color.RGBA{204, 121, 167, 255},
	color.RGBA{86, 180, 233, 255}, color.RGBA{230, 159, 0, 255}, color.RGBA{80, 80, 80, 255}, color.RGBA{160, 160, 160, 255},
}

// plot writes the plots for which there are figures, and returns their names.
func (f *figures) plot(dir string) (names []string, err error) {
	plot.DefaultFont = font.Font{Typeface: "Liberation", Variant: "Sans"}
	for _, p := range []struct {
		name string
		make func() *plot.Plot
	}{
		{"size-seal", func() *plot.Plot { return f.bySize("Seal") }},
		{"size-open", func() *plot.Plot { return f.bySize("Open") }},
		{"cores-seal", func() *plot.Plot { return f.byCores("Seal") }},
		{"cores-open", func() *plot.Plot { return f.byCores("Open") }},
		{"files-seal", func() *plot.Plot { return f.byFileSystem("SealFile", false) }},
		{"files-open", func() *plot.Plot { return f.byFileSystem("OpenFile", false) }},
		{"durable-seal", func() *plot.Plot { return f.byFileSystem("SealFile", true) }},
		{"durable-open", func() *plot.Plot { return f.byFileSystem("OpenFile", true) }},
	} {
		path := filepath.Join(dir, p.name+".svg")
		plot := p.make()
		if plot == nil {
			os.Remove(path) // of an earlier report
			continue
		}
		if err := save(plot, path); err != nil {
			return nil, err
		}
		names = append(names, p.name+".svg")
	}
	return names, nil
}

// save writes p as SVG, with other fonts for readers that lack the first.
func save(p *plot.Plot, path string) error {
	w, err := p.WriterTo(width, height, "svg")
	if err != nil {
		return err
	}
	var svg bytes.Buffer
	if _, err := w.WriteTo(&svg); err != nil {
		return err
	}
	const name = "font-family:Liberation Sans"
	return os.WriteFile(path, bytes.ReplaceAll(svg.Bytes(), []byte(name), []byte(name+",Arial,Helvetica,sans-serif")), 0o666)
}

// canvas returns an empty plot with the machine in its title.
func (f *figures) canvas(title, x, y string) *plot.Plot {
	p := plot.New()
	p.Title.Text = title + "\n" + f.name()
	p.Title.TextStyle.Font.Size = 11
	p.Title.Padding = 6
	p.X.Label.Text, p.Y.Label.Text = x, y
	p.Legend.Top, p.Legend.Left = true, true
	p.Legend.TextStyle.Font.Size = 10
	p.Legend.Padding = 2
	p.Add(plotter.NewGrid())
	return p
}

// line adds the line of one engine.
func line(p *plot.Plot, n int, name string, points plotter.XYs) {
	l, dots, err := plotter.NewLinePoints(points)
	if err != nil {
		panic(err) // a point is not a number
	}
	l.Color, dots.Color = palette[n%len(palette)], palette[n%len(palette)]
	l.Width, dots.Shape = vg.Points(1.5), draw.CircleGlyph{}
	p.Add(l, dots)
	p.Legend.Add(name, l, dots)
}

// bySize plots throughput by message size, on one core.
func (f *figures) bySize(op string) *plot.Plot {
	p := f.canvas("In memory, one core: "+op, "message", "MB/s")
	var ticks plot.ConstantTicks
	drawn := 0
	for n, who := range f.engines() {
		var points plotter.XYs
		for _, size := range f.sizes {
			if rate, ok := f.rate(key{op: op, who: who, size: size, cores: 1}); ok && rate > 0 {
				x := float64(inBytes(size))
				points = append(points, plotter.XY{X: x, Y: rate})
				if !slices.ContainsFunc(ticks, func(t plot.Tick) bool { return t.Value == x }) {
					ticks = append(ticks, plot.Tick{Value: x, Label: strings.ReplaceAll(size, "iB", "")})
				}
			}
		}
		if len(points) > 1 {
			line(p, n, who, points)
			drawn++
		}
	}
	if drawn == 0 {
		return nil
	}
	p.X.Label.Text = "message, bytes"
	p.X.Scale, p.X.Tick.Marker = plot.LogScale{}, ticks
	p.Y.Scale, p.Y.Tick.Marker = plot.LogScale{}, decades{}
	return p
}

// decades are the ticks 1, 2, 5, 10, ...
type decades struct{}

func (decades) Ticks(low, high float64) (ticks []plot.Tick) {
	for base := math.Pow10(int(math.Floor(math.Log10(low)))); base <= high; base *= 10 {
		for _, m := range []float64{1, 2, 5} {
			ticks = append(ticks, plot.Tick{Value: base * m, Label: fmt.Sprintf("%.4g", base*m)})
		}
	}
	return slices.DeleteFunc(ticks, func(t plot.Tick) bool { return t.Value < low || t.Value > high })
}

// byCores plots throughput by the number of cores, for the longest message.
func (f *figures) byCores(op string) *plot.Plot {
	counts := slices.DeleteFunc(f.counts(), func(n int) bool {
		return !f.has(func(k key) bool { return k.op == op && k.cores == n })
	})
	sizes := f.those(f.sizes, func(size string, k key) bool { return k.op == op && k.size == size })
	if len(counts) < 2 || len(sizes) == 0 {
		return nil
	}
	size := sizes[len(sizes)-1]
	p := f.canvas(fmt.Sprintf("In memory, %s: %s by cores (peers use one)", size, op), "cores", "MB/s")
	var ticks plot.ConstantTicks
	for _, n := range counts {
		ticks = append(ticks, plot.Tick{Value: float64(n), Label: fmt.Sprint(n)})
	}
	for n, who := range f.engines() {
		var points plotter.XYs
		for _, cores := range counts {
			k := key{op: op, who: who, size: size, cores: cores}
			if !f.isKernel(who) {
				k.cores = 1
			}
			if rate, ok := f.rate(k); ok {
				points = append(points, plotter.XY{X: float64(cores), Y: rate})
			}
		}
		if len(points) > 0 {
			line(p, n, who, points)
		}
	}
	p.X.Tick.Marker = ticks
	p.Y.Min = 0
	p.Y.Max *= 1.35 // for the legend
	return p
}

// byFileSystem plots throughput, or the time until the file is durable, for the largest
// files, on all cores.
func (f *figures) byFileSystem(op string, durable bool) *plot.Plot {
	match := func(k key) bool { return k.op == op && k.sync == durable && k.cores == f.cores }
	sizes := f.those(f.sizes, func(size string, k key) bool { return match(k) && k.size == size })
	if len(sizes) == 0 {
		return nil
	}
	size := sizes[len(sizes)-1]
	places := f.those(f.filesystems, func(fs string, k key) bool { return match(k) && k.size == size && k.fs == fs })
	whos := f.those(f.whos, func(who string, k key) bool { return match(k) && k.size == size && k.who == who })
	what := map[string]string{"SealFile": "seal", "OpenFile": "open"}[op]
	title, y := fmt.Sprintf("From file to file, %s, %s, not synced: %s", size, f.kernels[0], what), "MB/s (more is better)"
	if durable {
		title, y = fmt.Sprintf("From file to file, %s, %s: %s, until file and name are durable", size, f.kernels[0], what), "seconds (less is better)"
	}
	p := f.canvas(title, "", y)
	bar := vg.Points(math.Min(24, 380/float64(len(whos)*len(places)+len(places))))
	for n, who := range whos {
		values := make(plotter.Values, len(places))
		for i, fs := range places {
			k := key{op, who, fs, size, f.cores, durable}
			v, ok := f.rate(k)
			if durable {
				v, ok = f.seconds(k)
			}
			if ok {
				values[i] = v
			}
		}
		bars, err := plotter.NewBarChart(values, bar)
		if err != nil {
			panic(err)
		}
		bars.Color, bars.LineStyle.Width = palette[n%len(palette)], 0
		bars.Offset = bar * vg.Length(float64(n)-float64(len(whos)-1)/2)
		p.Add(bars)
		p.Legend.Add(who, bars)
	}
	p.NominalX(places...)
	p.Y.Min = 0
	p.Y.Max *= 1.35 // for the legend
	p.X.Min, p.X.Max = -0.6, float64(len(places))-0.4
	p.Legend.Left = false
	return p
}
