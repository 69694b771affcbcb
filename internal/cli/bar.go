package cli

import (
	"fmt"
	"strings"
	"time"
)

// A bar shows how far the work on one file is. On a terminal it is a line that is
// drawn again and again; elsewhere it is a line each second.
type bar struct {
	console     *console
	what        string
	now         func() time.Time
	start, last time.Time
	done, total int64
	shown       bool // the last state has been printed
}

const (
	barWidth     = 16
	barLineEvery = time.Second
)

// newBar returns a bar, or nil if none is wanted.
func (c *call) newBar(src string) *bar {
	terminal := c.p.console.width() > 0
	if c.flags.progress == "never" || c.flags.progress == "auto" && (c.flags.quiet || !terminal) {
		return nil
	}
	now := time.Now()
	return &bar{console: &c.p.console, what: c.name + " " + src, now: time.Now, start: now, last: now, total: -1}
}

// progress is what the library calls, about ten times a second.
func (b *bar) progress(done, total int64) {
	b.done, b.total, b.shown = done, total, false
	if now := b.now(); b.console.width() > 0 || now.Sub(b.last) >= barLineEvery {
		b.last = now
		b.show()
	}
}

// finish removes the bar. Where it is made of lines, it prints the last.
func (b *bar) finish() {
	if b.console.width() > 0 {
		b.console.clear()
	} else if !b.shown && (b.done > 0 || b.total >= 0) {
		b.show()
	}
}

func (b *bar) show() {
	b.shown = true
	width := b.console.width()
	if width == 0 {
		b.console.printf("%s: %s", b.what, b.state(false))
		return
	}
	b.console.draw(fit(b.what, b.state(true), width-1))
}

// fit returns what and state in at most width columns, since a line that wraps could
// not be erased. It shortens what, and state only if there is no other way.
func fit(what, state string, width int) string {
	name, rest := []rune(what), []rune("  "+state)
	if room := width - len(rest); room <= 1 {
		name = nil
		rest = rest[2:]
	} else if len(name) > room {
		name = append([]rune("…"), name[len(name)-room+1:]...)
	}
	return string(append(name, rest[:min(len(rest), max(width, 0))]...))
}

// state returns the progress as text. The total of a pipe is not known.
func (b *bar) state(terminal bool) string {
	took := b.now().Sub(b.start)
	rate := fmt.Sprintf("%.0f MiB/s", mibps(b.done, took))
	if b.total < 0 {
		return fmt.Sprintf("%s, %s, %s", inUnits(b.done), rate, took.Round(time.Second))
	}
	part := 1.0
	if b.total > 0 {
		part = min(1, float64(b.done)/float64(b.total))
	}
	drawing := ""
	if terminal {
		full := int(part * barWidth)
		drawing = " [" + strings.Repeat("#", full) + strings.Repeat(" ", barWidth-full) + "]"
	}
	left := ""
	if part > 0 && part < 1 {
		left = ", " + time.Duration(float64(took)*(1/part-1)).Round(time.Second).String() + " left"
	}
	return fmt.Sprintf("%3.0f%%%s %s of %s, %s%s", 100*part, drawing, inUnits(b.done), inUnits(b.total), rate, left)
}
