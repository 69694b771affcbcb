package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/largebox/largebox/keyfile"
	"github.com/spf13/cobra"
)

func (p *program) newKeygen() *cobra.Command {
	var kind, out string
	cmd := &cobra.Command{
		Use:   "keygen [--type secret|box] [-o FILE]",
		Short: "Make a new key",
		Long: `Make a new secret key, which seals and opens, or a new identity (--type box): a
private key, whose public key is printed on standard error for others to seal
with. The key goes to standard output, or to a new FILE that only you can read.
Keep a copy of it: without the key, nobody can open what was sealed.`,
		Example: `  largebox keygen -o key
  largebox keygen --type box -o me`,
		DisableFlagsInUseLine: true,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 0 {
				return usagef("keygen takes no FILE: use -o %s", args[0])
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, _ []string) error {
			var key interface {
				WriteFile(path string) error
				FileText() ([]byte, error)
				Wipe()
			}
			var public *keyfile.PublicKey
			what := "the secret key"
			switch kind {
			case "secret":
				key = keyfile.NewSecret()
			case "box":
				identity := keyfile.NewIdentity()
				key, public, what = identity, identity.PublicKey(), "the identity"
			default:
				return usagef("--type %s: choose one of secret, box", kind)
			}
			defer key.Wipe()
			if isTypedSecret(out) {
				return errKeyAsName
			}
			if out == "" || out == "-" {
				text, err := key.FileText()
				if err != nil {
					return err
				}
				defer clear(text)
				if _, err := cmd.OutOrStdout().Write(text); err != nil {
					return err
				}
			} else if err := key.WriteFile(out); errors.Is(err, fs.ErrExist) {
				return hintedError{err, "a key is never overwritten; -o chooses another name"}
			} else if err != nil {
				return err
			} else {
				p.console.printf("made %s, %s; keep a copy of it in a safe place", what, out)
			}
			if public != nil {
				p.console.printf("Public key: %v", public)
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&kind, "type", "secret", "`KIND` of key: secret, or box")
	cmd.Flags().StringVarP(&out, "output", "o", "", "write to the new `FILE`")
	cmd.RegisterFlagCompletionFunc("type", cobra.FixedCompletions([]string{"secret", "box"}, cobra.ShellCompDirectiveNoFileComp))
	return cmd
}

func (p *program) newPubkey() *cobra.Command {
	return &cobra.Command{
		Use:                   "pubkey IDENTITYFILE",
		Short:                 "Print the public key of an identity",
		Long:                  "Print the public key of an identity, for others to seal with.",
		Example:               "  largebox pubkey me >me.pub",
		DisableFlagsInUseLine: true,
		Args:                  p.files(1, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			defer p.cleanUp()
			path := args[0]
			if path == "-" {
				path = os.Stdin.Name()
			}
			private, err := readIdentity(KeyRef{Warn: p.warn, Cleanup: p.cleanup}, path)
			if err != nil {
				return err
			}
			_, err = fmt.Fprintln(cmd.OutOrStdout(), private.PublicKey())
			return err
		},
	}
}
