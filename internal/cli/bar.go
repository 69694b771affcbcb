package cli

import (
	"os"
	"time"

	"github.com/schollz/progressbar/v3"
)

// newBar returns a bar that shows how far src is, with rate and time left, on
// standard error; or nil where none is wanted.
func (c *call) newBar(src string) *progressbar.ProgressBar {
	terminal := isTerminal(c.cmd.ErrOrStderr())
	if c.flags.progress == "never" || c.flags.progress == "auto" && (c.flags.quiet || !terminal) {
		return nil
	}
	size := int64(-1) // a spinner
	if info, err := os.Stat(src); src != "-" && err == nil && info.Mode().IsRegular() {
		size = info.Size()
	}
	return progressbar.NewOptions64(size,
		progressbar.OptionSetWriter(c.cmd.ErrOrStderr()),
		progressbar.OptionSetDescription(c.name+" "+src),
		progressbar.OptionShowBytes(true),
		progressbar.OptionShowTotalBytes(true),
		progressbar.OptionSetPredictTime(true),
		progressbar.OptionSetElapsedTime(true),
		progressbar.OptionSetWidth(24),
		progressbar.OptionThrottle(50*time.Millisecond),
		progressbar.OptionUseANSICodes(terminal),
	)
}

// showOn returns what the library calls, about ten times a second.
func showOn(bar *progressbar.ProgressBar) func(done, total int64) {
	if bar == nil {
		return nil
	}
	return func(done, total int64) {
		if total > 0 {
			bar.ChangeMax64(total)
		}
		bar.Set64(done)
	}
}
