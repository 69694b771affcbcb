package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"

	"github.com/largebox/largebox/internal/cli"
	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"
)

// documents returns what every archive contains beside the command.
func documents(root string) (files []file, err error) {
	for _, name := range []string{"README.md", "CHANGELOG.md", "LICENSE"} {
		content, err := os.ReadFile(filepath.Join(root, name))
		if err != nil {
			return nil, err
		}
		files = append(files, file{name, 0o644, content})
	}
	command := cli.NewCommand()
	manual, err := manual(command)
	if err != nil {
		return nil, err
	}
	completions, err := completions(command)
	return append(append(files, manual...), completions...), err
}

// manual returns a page for the command, and one for each of its verbs.
func manual(command *cobra.Command) (pages []file, err error) {
	for _, cmd := range append([]*cobra.Command{command}, command.Commands()...) {
		cmd.Long = fenced(cmd.Long)
		cmd.DisableAutoGenTag = true
		var page bytes.Buffer
		header := &doc.GenManHeader{Section: "1", Date: &modified, Source: "largebox", Manual: "largebox"}
		if err := doc.GenMan(cmd, header, &page); err != nil {
			return nil, err
		}
		pages = append(pages, file{"man/" + strings.ReplaceAll(cmd.CommandPath(), " ", "-") + ".1", 0o644, page.Bytes()})
	}
	return pages, nil
}

// fenced keeps the lines of lists, which begin with two spaces: what makes the
// manual takes the help for Markdown.
func fenced(help string) string {
	var out []string
	inside := false
	for line := range strings.SplitSeq(help, "\n") {
		if list := strings.HasPrefix(line, "  "); list != inside {
			inside = list
			out = append(out, "```")
		}
		out = append(out, line)
	}
	if inside {
		out = append(out, "```")
	}
	return strings.Join(out, "\n")
}

// completions returns the scripts with which shells complete the command.
func completions(command *cobra.Command) (scripts []file, err error) {
	for _, c := range []struct {
		name  string
		write func(*bytes.Buffer) error
	}{
		{"largebox.bash", func(w *bytes.Buffer) error { return command.GenBashCompletionV2(w, true) }},
		{"_largebox", func(w *bytes.Buffer) error { return command.GenZshCompletion(w) }},
		{"largebox.fish", func(w *bytes.Buffer) error { return command.GenFishCompletion(w, true) }},
		{"largebox.ps1", func(w *bytes.Buffer) error { return command.GenPowerShellCompletionWithDesc(w) }},
	} {
		var script bytes.Buffer
		if err := c.write(&script); err != nil {
			return nil, err
		}
		scripts = append(scripts, file{"completions/" + c.name, 0o644, script.Bytes()})
	}
	return scripts, nil
}
