package cli

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/largebox/largebox/largebox"
	"github.com/largebox/largebox/publish"
)

// describe says what was made: on standard error, which no pipe reads, and for
// verify, whose result it is, on standard output.
func (c *call) describe(f work, took time.Duration, r largebox.Result) (err error) {
	what := f.src
	if c.writes {
		what += " -> " + f.dst
	}
	switch {
	case c.flags.verbose:
		how := ""
		if r.Strategy != "" {
			how = ", published by " + string(r.Strategy)
		}
		if r.Durable {
			how += ", durable"
		}
		c.p.console.printf("%s: %s in %.2f s, %.0f MiB/s (%s, %s, %s%s)", what, inUnits(r.Bytes),
			took.Seconds(), mibps(r.Bytes, took), r.Engine, r.Workspace, workers(r.Workers), how)
	case c.flags.quiet || c.flags.json || f.dst == "-":
	case c.writes:
		done := map[bool]string{true: "sealed", false: "opened"}[c.seals]
		c.p.console.printf("%s: %s, %s", what, done, inUnits(r.Bytes))
	default:
		_, err = fmt.Fprintf(c.p.stdout, "%s: authentic, %d bytes\n", c.p.console.hidden.redact(what), r.Bytes)
	}
	return err
}

func workers(n int) string {
	if n == 1 {
		return "1 worker"
	}
	return fmt.Sprintf("%d workers", n)
}

func (c *call) printJSON(f work, took time.Duration, r largebox.Result, err error) error {
	redact := c.p.console.hidden.redact
	src, dst := redact(f.src), redact(f.dst)
	if err != nil {
		return json.NewEncoder(c.p.stdout).Encode(struct {
			Op     string `json:"op"`
			Src    string `json:"src"`
			Dst    string `json:"dst"`
			Error  string `json:"error"`
			Status int    `json:"status"`
		}{c.name, src, dst, redact(err.Error()), c.p.outcomes.status(err)})
	}
	return json.NewEncoder(c.p.stdout).Encode(struct {
		Op        string             `json:"op"`
		Src       string             `json:"src"`
		Dst       string             `json:"dst"`
		Bytes     int64              `json:"bytes"`
		Seconds   float64            `json:"seconds"`
		Strategy  publish.Strategy   `json:"strategy"`
		Workspace largebox.Workspace `json:"workspace"`
		Engine    string             `json:"engine"`
		Workers   int                `json:"workers"`
		Durable   bool               `json:"durable"`
	}{c.name, src, dst, r.Bytes, took.Seconds(), r.Strategy, r.Workspace, r.Engine, r.Workers, r.Durable})
}
