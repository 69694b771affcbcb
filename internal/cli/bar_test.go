package cli

import (
	"bytes"
	"strings"
	"testing"
	"time"
)

// testBar returns a bar on something that is no terminal, whose clock goes on by a
// quarter of a second at each look.
func testBar(out *bytes.Buffer) *bar {
	now := time.Unix(0, 0)
	return &bar{console: &console{w: out}, what: "seal big", total: -1, start: now, last: now, now: func() time.Time {
		now = now.Add(time.Second / 4)
		return now
	}}
}

// TestBarLines: what is no terminal gets whole lines, about one a second, the last
// state among them.
func TestBarLines(t *testing.T) {
	var out bytes.Buffer
	b := testBar(&out)
	for i := range int64(10) {
		b.progress(i<<30, 9<<30)
	}
	b.finish()
	lines := strings.Split(strings.TrimSuffix(out.String(), "\n"), "\n")
	if len(lines) < 2 || len(lines) > 5 {
		t.Errorf("%d lines: %q", len(lines), lines)
	}
	for _, line := range lines {
		if !strings.HasPrefix(line, "seal big: ") || !strings.Contains(line, " of 9.0 GiB, ") || !strings.Contains(line, " MiB/s") || strings.Contains(line, "\r") {
			t.Errorf("%q", line)
		}
	}
	if last := lines[len(lines)-1]; !strings.Contains(last, "100% 9.0 GiB of 9.0 GiB") {
		t.Errorf("last: %q", last)
	}
}

// TestBarOfPipe: of a pipe the bar shows the bytes so far.
func TestBarOfPipe(t *testing.T) {
	var out bytes.Buffer
	b := testBar(&out)
	b.progress(3<<30, -1)
	b.finish()
	if got := out.String(); !strings.Contains(got, "seal big: 3.0 GiB, ") || strings.Contains(got, "%") {
		t.Errorf("%q", got)
	}
}

// TestBarFits: the bar's line is never longer than the terminal is wide.
func TestBarFits(t *testing.T) {
	for _, c := range []struct {
		what, state string
		width       int
		want        string
	}{
		{"seal big", "10%", 79, "seal big  10%"},
		{"seal big", "10%", 13, "seal big  10%"},
		{"seal a/long/name", "10%", 13, "…ng/name  10%"},
		{"seal big", "10% 1 MiB", 11, "10% 1 MiB"},
		{"seal big", "10% 1 MiB", 4, "10% "},
		{"seal big", "10%", 0, ""},
		{"seal big", "10%", -1, ""},
	} {
		if got := fit(c.what, c.state, c.width); got != c.want {
			t.Errorf("%q in %d columns, want %q", got, c.width, c.want)
		}
	}
}

// TestNothingOnTheBarsLine: messages begin on a line of their own, and the bar is
// gone at the end.
func TestNothingOnTheBarsLine(t *testing.T) {
	var out bytes.Buffer
	c := console{w: &out}
	c.draw("the bar")
	c.printf("a message")
	c.draw("the bar")
	c.draw("the bar, longer")
	c.clear()
	c.printf("another")
	if got, want := out.String(), clearLine+"the bar"+clearLine+"a message\n"+clearLine+"the bar"+clearLine+"the bar, longer"+clearLine+"another\n"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}
