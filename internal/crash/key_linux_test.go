package crash

import (
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"
)

// TestKeyOutlivesFailedSync lets the sync of the new default key's directory fail.
// Before that, a second command has read the key and sealed with it. So the key must
// stay, or nobody can open that box.
func TestKeyOutlivesFailedSync(t *testing.T) {
	for what, anonymous := range map[string]bool{"linked": true, "renamed": false} {
		t.Run(what, func(t *testing.T) {
			dir := t.TempDir()
			config := filepath.Join(dir, "config")
			largebox := func(args ...string) *process {
				p := command(t, args...)
				p.Dir = dir
				p.Env = append(p.Env, "HOME="+config, "XDG_CONFIG_HOME="+config)
				return p
			}
			put(t, filepath.Join(dir, "first"), []byte("first"))
			put(t, filepath.Join(dir, "second"), []byte("second"))

			var named, failed bool
			p := largebox("seal", "first")
			p.runStopping("create fsync linkat renameat2", func(s step) unix.Errno {
				switch s.nr {
				case unix.SYS_OPENAT:
					if !anonymous && s.args[2]&unix.O_TMPFILE == unix.O_TMPFILE {
						return unix.EOPNOTSUPP
					}
				case unix.SYS_LINKAT, unix.SYS_RENAMEAT2:
					named = true
				case unix.SYS_FSYNC:
					if named && !failed {
						failed = true
						largebox("seal", "second").succeed()
						return unix.EIO
					}
				}
				return goOn
			})
			if code := p.ProcessState.ExitCode(); !failed || code != 1 {
				t.Errorf("sync failed: %v; exit status %d: %s", failed, code, &p.said)
			}
			if _, err := os.Stat(filepath.Join(dir, "first.box")); err == nil {
				t.Error("sealed with a key that may be lost")
			}
			largebox("verify", "second.box").succeed()
			largebox("seal", "first").succeed()
			largebox("verify", "first.box", "second.box").succeed()
			entries, err := os.ReadDir(filepath.Join(config, "largebox"))
			if err != nil || len(entries) != 1 {
				t.Errorf("the key's directory has %v, %v", entries, err)
			}
		})
	}
}
