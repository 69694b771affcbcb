package cli

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// A work is one FILE, and where it goes.
type work struct {
	src, dst string // dst is empty for a verb that writes nothing
}

// plan says where each FILE goes, and refuses what would destroy something.
func (c *call) plan(srcs []string, k *keyFlags) error {
	for _, src := range srcs {
		dst, err := c.outputOf(src, len(srcs))
		if err != nil {
			return err
		}
		c.files = append(c.files, work{src, dst})
	}
	return c.spare(k)
}

// outputOf returns where src goes.
func (c *call) outputOf(src string, of int) (string, error) {
	out := c.flags.out
	switch {
	case !c.writes:
		return "", nil
	case out == "" && src == "-":
		return "-", nil
	case out == "":
		return c.output(src)
	case isTypedSecret(out):
		return "", errKeyAsName
	case c.isDir(out):
		if src == "-" {
			return "", usagef("-o %s is a directory: standard input has no name that a file in it could get", out)
		}
		dst, err := c.output(baseName(src))
		return strings.TrimSuffix(out, "/") + "/" + dst, err
	case of > 1:
		return "", usagef("-o goes with one FILE, not with %d, unless it is a directory", of)
	}
	return out, nil
}

var errKeyAsName = hintedError{usagef("the output would have a key as its name, for all to see"),
	"-k and -i take the file of a key, and -o the name of the output"}

// isDir reports whether OUT is a directory: one that is there, or by its name.
func (c *call) isDir(out string) bool {
	if strings.HasSuffix(out, "/") || strings.HasSuffix(out, string(filepath.Separator)) {
		return true
	}
	info, err := c.stat(out, true)
	return err == nil && info.IsDir()
}

func baseName(src string) string {
	if looksLikeURL.MatchString(src) {
		return src[strings.LastIndex(src, "/")+1:]
	}
	return filepath.Base(src)
}

func (c *call) stat(name string, out bool) (fs.FileInfo, error) {
	s, err := c.p.place(name)
	if err != nil {
		return nil, err
	}
	if s.Stat == nil {
		return nil, errors.ErrUnsupported
	}
	return s.Stat(c.ctx, name, out)
}

// spare refuses an OUT that is the same file as a FILE, a key, or another OUT,
// under whatever name.
func (c *call) spare(k *keyFlags) error {
	type spared struct {
		what, name string
		info       fs.FileInfo
	}
	var all []spared
	add := func(what, name string, out bool) {
		info, err := c.stat(name, out)
		if err == nil && !info.Mode().IsRegular() {
			return // a pipe or a terminal may be both
		}
		all = append(all, spared{what, name, info})
	}
	if !c.writes {
		return nil
	}
	for _, name := range k.names() {
		add("the key", name, false)
	}
	for _, f := range c.files {
		add("FILE", f.src, false)
	}
	for _, f := range c.files {
		info, err := c.stat(f.dst, true)
		for _, s := range all {
			if f.dst == s.name && f.dst != "-" || err == nil && s.info != nil && info.Mode().IsRegular() && os.SameFile(info, s.info) {
				return hintedError{usagef("the output %s is the same file as %s %s", f.dst, s.what, s.name), "use -o to choose another name"}
			}
		}
		if f.dst != "-" {
			add("another output,", f.dst, true)
		}
	}
	return nil
}
