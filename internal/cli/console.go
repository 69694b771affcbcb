package cli

import (
	"fmt"
	"io"
	"os"

	"golang.org/x/term"
)

// A console is standard error: messages, and the bar while there is one. A message
// never shares a line with the bar, and never repeats a key of the command line.
type console struct {
	w        io.Writer
	hidden   keyWords
	outcomes outcomes
	drawn    bool // the bar is on the last line
}

const clearLine = "\r\x1b[2K" // ECMA-48: carriage return, erase in line

// Write writes a message of whole lines. It removes the bar before.
func (c *console) Write(p []byte) (int, error) {
	c.clear()
	if _, err := io.WriteString(c.w, c.hidden.redact(string(p))); err != nil {
		return 0, err
	}
	return len(p), nil
}

func (c *console) printf(format string, args ...any) { fmt.Fprintf(c, format+"\n", args...) }

// report prints an error, and what to do about it.
func (c *console) report(err error) {
	text := fmt.Sprintf("largebox: %v\n", err)
	if hint := c.outcomes.hint(err); hint != "" {
		text += "largebox: " + hint + "\n"
	}
	io.WriteString(c, text)
}

// draw shows line in place of the bar that was drawn before.
func (c *console) draw(line string) {
	fmt.Fprint(c.w, clearLine+c.hidden.redact(line))
	c.drawn = true
}

// clear removes the bar.
func (c *console) clear() {
	if c.drawn {
		io.WriteString(c.w, clearLine)
		c.drawn = false
	}
}

// width returns the number of columns, or 0 if standard error is no terminal.
func (c *console) width() int {
	f, ok := c.w.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return 0
	}
	if n, _, err := term.GetSize(int(f.Fd())); err == nil && n > 0 {
		return n
	}
	return 80
}

func isTerminal(stream any) bool {
	f, ok := stream.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}
