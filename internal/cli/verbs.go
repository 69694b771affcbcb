package cli

import (
	"strings"

	"github.com/largebox/largebox/largebox"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

const suffix = ".box"

// A verb is one of the three things that can be done to a file.
type verb struct {
	name, use, short, long, example string
	aliases                         []string // what people try, for suggestions
	writes, seals                   bool
	// output returns what FILE becomes without -o.
	output func(src string) (string, error)
	// run performs the verb on the file at hand.
	run func(*call) (largebox.Result, error)
	// keys adds the flags that name the key.
	keys func(*pflag.FlagSet, *keyFlags)
}

var verbs = []verb{
	{
		name: "seal", writes: true, seals: true,
		aliases: []string{"encrypt", "enc", "lock", "box"},
		use:     "seal [-k KEYFILE | -r PUBLICKEY [-i IDENTITYFILE]] [-o OUT] FILE...",
		short:   "Seal FILE into FILE.box",
		long: `Seal each FILE into FILE.box:
  with a secret key (-k, or your default key), as a secretbox;
  for the owner of a public key (-r), as a sealed box, which does not tell who made
  it;
  for the owner of a public key, from you (-r and -i), as a box.`,
		example: `  largebox seal backup.tar
  largebox seal -k key -o /mnt/usb/ backup.tar
  largebox seal -r largebox-public1… report.pdf notes.txt
  pg_dump db | largebox seal -o db.box -`,
		output: func(src string) (string, error) { return src + suffix, nil },
		run: func(c *call) (largebox.Result, error) {
			return largebox.SealStream(c.ctx, c.dst, c.src, c.sealer, c.outputOptions())
		},
		keys: sealKeys,
	},
	{
		name: "open", writes: true,
		aliases: []string{"decrypt", "dec", "unlock", "unseal", "unbox"},
		use:     "open [-k KEYFILE | -i IDENTITYFILE [--from PUBLICKEY]] [-o OUT] FILE...",
		short:   "Open FILE.box into FILE",
		long: `Open each FILE.box into FILE, with the secret key that sealed it (-k, or your
default key), or with the identity that it was sealed for (-i, and --from for who
sealed it, if it is a box from somebody). Nothing is written, not even to a pipe,
before the whole box has verified.`,
		example: `  largebox open backup.tar.box
  largebox open -i me -o report.pdf report.pdf.box
  largebox open -o - db.box | psql db`,
		output: func(src string) (string, error) {
			if dst, ok := strings.CutSuffix(src, suffix); ok && dst != "" && !strings.HasSuffix(dst, "/") {
				return dst, nil
			}
			return "", usagef("%s does not end in %s: use -o to say where its content goes", src, suffix)
		},
		run: func(c *call) (largebox.Result, error) {
			return largebox.OpenStream(c.ctx, c.dst, c.src, c.opener, c.outputOptions())
		},
		keys: openKeys,
	},
	{
		name:    "verify",
		aliases: []string{"check", "test"},
		use:     "verify [-k KEYFILE | -i IDENTITYFILE [--from PUBLICKEY]] FILE...",
		short:   "Check that FILE would open, and write nothing",
		long:    "Check that each FILE would open, and write nothing. Keys are as for open.",
		example: `  largebox verify backup.tar.box`,
		run: func(c *call) (largebox.Result, error) {
			return largebox.VerifyStream(c.ctx, c.src, c.opener, largebox.VerifyOptions{
				Workspace: c.options.Workspace, Workers: c.options.Workers, Progress: c.options.Progress,
			})
		},
		keys: openKeys,
	},
}

// boxVerbs returns the constructors of the verbs above.
func (p *program) boxVerbs() (all []func() *cobra.Command) {
	for _, v := range verbs {
		all = append(all, func() *cobra.Command { return p.newVerb(v) })
	}
	return all
}

func (p *program) newVerb(v verb) *cobra.Command {
	var k keyFlags
	var f workFlags
	cmd := &cobra.Command{
		Use: v.use, Short: v.short, Long: v.long + "\n\n" + defaultKeyHelp, Example: v.example, SuggestFor: v.aliases,
		DisableFlagsInUseLine: true,
		Args:                  p.files(1, 0),
		RunE: func(cmd *cobra.Command, args []string) error {
			defer p.cleanUp()
			c, err := p.newCall(cmd, v, &f, &k, args)
			if err != nil {
				return err
			}
			if err := c.readKey(&k); err != nil {
				return err
			}
			return c.all()
		},
	}
	if !v.seals {
		cmd.ValidArgsFunction = func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return []string{suffix[1:]}, cobra.ShellCompDirectiveFilterFileExt
		}
	}
	flags := cmd.Flags()
	flags.SortFlags = false
	v.keys(flags, &k)
	f.add(cmd, v.writes)
	return cmd
}
