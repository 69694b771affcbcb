package cli

import (
	"github.com/spf13/cobra"
)

// newHelp returns the command help. Cobra's own ends with status 0 where there is
// no such command.
func newHelp() *cobra.Command {
	return &cobra.Command{
		Use:                   "help [COMMAND]",
		Short:                 "Print the help of a command",
		DisableFlagsInUseLine: true,
		ValidArgsFunction: func(cmd *cobra.Command, args []string, _ string) (names []string, _ cobra.ShellCompDirective) {
			for _, c := range cmd.Root().Commands() {
				if len(args) == 0 && c.IsAvailableCommand() {
					names = append(names, cobra.CompletionWithDesc(c.Name(), c.Short))
				}
			}
			return names, cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			about, rest, err := cmd.Root().Find(args)
			if err != nil || len(rest) > 0 {
				return unknownCommand(cmd.Root(), args[0])
			}
			about.InitDefaultHelpFlag()
			return about.Help()
		},
	}
}

// shells are those that completion knows.
var shells = []struct {
	name, load string
	write      func(root *cobra.Command) error
}{
	{"bash", `largebox completion bash >~/.local/share/bash-completion/completions/largebox`,
		func(root *cobra.Command) error { return root.GenBashCompletionV2(root.OutOrStdout(), true) }},
	{"zsh", `largebox completion zsh >"${fpath[1]}/_largebox"`,
		func(root *cobra.Command) error { return root.GenZshCompletion(root.OutOrStdout()) }},
	{"fish", `largebox completion fish >~/.config/fish/completions/largebox.fish`,
		func(root *cobra.Command) error { return root.GenFishCompletion(root.OutOrStdout(), true) }},
	{"powershell", `largebox completion powershell | Out-String | Invoke-Expression`,
		func(root *cobra.Command) error { return root.GenPowerShellCompletionWithDesc(root.OutOrStdout()) }},
}

// newCompletion returns the command completion. Cobra's own ends with status 0 for
// a shell that it does not know.
func newCompletion() *cobra.Command {
	var names []string
	example := ""
	for _, s := range shells {
		names = append(names, s.name)
		example += "  " + s.load + "\n"
	}
	const choose = "choose bash, zsh, fish or powershell"
	return &cobra.Command{
		Use:                   "completion bash|zsh|fish|powershell",
		Short:                 "Print the script with which a shell completes largebox",
		Long:                  "Print the script with which a shell completes largebox: its commands, flags and files.",
		Example:               example[:len(example)-1],
		DisableFlagsInUseLine: true,
		ValidArgs:             names,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return usagef("completion takes the name of one shell: " + choose)
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			for _, s := range shells {
				if s.name == args[0] {
					return s.write(cmd.Root())
				}
			}
			return usagef("no completion for the shell %s: "+choose, args[0])
		},
	}
}
