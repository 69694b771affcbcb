package bench

import (
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// tools are programs for the same purpose, each with a format of its own. They run as
// processes, as their manuals recommend for a large file and a key. No option makes
// them slower than necessary: gpg does not compress.
var tools = []workspace{
	{
		name: "age",
		seal: withSecrets(func(dst, src string, s secrets) []string {
			return []string{"age", "-e", "-i", s.age, "-o", dst, src}
		}),
		open: withSecrets(func(dst, src string, s secrets) []string {
			return []string{"age", "-d", "-i", s.age, "-o", dst, src}
		}),
	},
	{
		name: "openssl", // not authenticated
		seal: withSecrets(func(dst, src string, _ secrets) []string {
			return append(openssl, "-in", src, "-out", dst)
		}),
		open: withSecrets(func(dst, src string, _ secrets) []string {
			return append(openssl, "-d", "-in", src, "-out", dst)
		}),
	},
	{
		name: "gpg",
		seal: withSecrets(func(dst, src string, s secrets) []string {
			return append(s.gpg, "--compress-algo", "none", "-o", dst, "-c", src)
		}),
		open: withSecrets(func(dst, src string, s secrets) []string {
			return append(s.gpg, "-o", dst, "-d", src)
		}),
	},
}

var openssl = []string{"openssl", "enc", "-chacha20", "-K", hex.EncodeToString(testKey[:]), "-iv", strings.Repeat("00", 16)}

// command runs this project's command; the time includes the start of its process.
var command = workspace{
	name: "command",
	seal: withSecrets(func(dst, src string, s secrets) []string { return commandLine("seal", dst, src, s) }),
	open: withSecrets(func(dst, src string, s secrets) []string { return commandLine("open", dst, src, s) }),
}

func commandLine(verb, dst, src string, s secrets) []string {
	args := []string{*program, verb, "--quiet", "-k", s.key, "-o", dst, src}
	if !*durable {
		args = append(args, "--no-sync")
	}
	return args
}

// secrets are the files from which processes read their keys.
type secrets struct {
	dir, key, age string
	gpg           []string
}

// makeSecrets makes the files once. removeSecrets removes them at the end of the process.
var makeSecrets = sync.OnceValues(func() (s secrets, err error) {
	if s.dir, err = os.MkdirTemp("", "largebox-bench-"); err != nil {
		return s, err
	}
	secretsDir = s.dir
	at := func(name string) string { return filepath.Join(s.dir, name) }
	s.key, s.age = at("key"), at("age")
	s.gpg = []string{"gpg", "--homedir", at("gpg"), "--batch", "--no-tty", "--quiet",
		"--pinentry-mode", "loopback", "--passphrase-file", s.key, "--no-symkey-cache"}
	err = os.WriteFile(s.key, []byte(hex.EncodeToString(testKey[:])+"\n"), 0o600)
	if e := exec.Command("age-keygen", "-o", s.age).Run(); !errors.Is(e, exec.ErrNotFound) {
		err = errors.Join(err, e)
	}
	return s, errors.Join(err, os.Mkdir(at("gpg"), 0o700))
})

var secretsDir string

func removeSecrets() {
	if secretsDir != "" {
		// gpg leaves a daemon running, in its directory.
		exec.Command("gpgconf", "--homedir", filepath.Join(secretsDir, "gpg"), "--kill", "all").Run()
		os.RemoveAll(secretsDir)
	}
}

func withSecrets(line func(dst, src string, s secrets) []string) fileFunc {
	return func(dst, src string) error {
		s, err := makeSecrets()
		if err != nil {
			return err
		}
		args := line(dst, src, s)
		return process(dst, args[0], args[1:]...)
	}
}

// process runs a program that makes dst. With -sync, it then syncs dst and its
// directory, as sync(1) does, but without the cost of another process. The command has
// synced already, so it has nothing left to write.
func process(dst, name string, args ...string) error {
	out, err := exec.CommandContext(ctx, name, args...).CombinedOutput()
	if errors.Is(err, exec.ErrNotFound) {
		return fmt.Errorf("%w: %w", err, errors.ErrUnsupported)
	} else if err != nil {
		return fmt.Errorf("%s: %w: %s", name, err, out)
	}
	if !*durable {
		return nil
	}
	return errors.Join(syncPath(dst), syncPath(filepath.Dir(dst)))
}

func syncPath(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	return f.Sync()
}

// TestToolsRoundTrip: the tools seal and open.
func TestToolsRoundTrip(t *testing.T) {
	for _, w := range tools {
		t.Run(w.name, func(t *testing.T) {
			dir := t.TempDir()
			at := func(name string) string { return filepath.Join(dir, name) }
			if err := writeMessage(at("message"), 100_001); err != nil {
				t.Fatal(err)
			}
			if err := w.seal(at("sealed"), at("message")); errors.Is(err, errors.ErrUnsupported) {
				if os.Getenv("CI") == "true" {
					t.Fatal(err)
				}
				t.Skip(err)
			} else if err != nil {
				t.Fatal(err)
			}
			if err := w.open(at("opened"), at("sealed")); err != nil {
				t.Fatal(err)
			}
			message := read(t, at("message"))
			if string(read(t, at("opened"))) != string(message) || string(read(t, at("sealed"))) == string(message) {
				t.Error("the message is not sealed, or another one is opened")
			}
		})
	}
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	p, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return p
}
