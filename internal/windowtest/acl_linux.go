package windowtest

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/largebox/largebox/internal/testfs"
	"golang.org/x/sys/unix"
)

// TestACLs is TestModes in directories whose default ACL takes the place of the
// umask (acl(5)).
func TestACLs(t *testing.T, dir string, create Create) {
	defer syscall.Umask(syscall.Umask(0o077))
	for name, acl := range map[string]string{
		"basic": "u::rwx,g::rx,o::r",
		"named": "u::rw,g::r,o::-,u:65534:rw",
		"mask":  "u::rw,g::rw,o::r,u:65534:rw,m::r",
	} {
		t.Run(name, func(t *testing.T) {
			in := filepath.Join(dir, name)
			if err := os.Mkdir(in, 0o755); err != nil {
				t.Fatal(err)
			}
			if out, err := exec.Command("setfacl", "-d", "-m", acl, in).CombinedOutput(); err != nil {
				testfs.Missing(t, "setfacl: %v: %s", err, out)
			}
			// The kernel sets the permission of a plain file from the ACL.
			plain, err := os.OpenFile(filepath.Join(in, "plain"), os.O_CREATE|os.O_RDWR, 0o666)
			if err != nil {
				t.Fatal(err)
			}
			defer plain.Close()
			info, err := plain.Stat()
			if err != nil {
				t.Fatal(err)
			}
			if info.Mode() == 0o600 {
				t.Fatal("the default ACL is ignored here")
			}
			f := mustCreate(t, create, in, 0o666)
			if before := mode(t, f); before != 0o600 {
				t.Errorf("%v before Reveal", before)
			}
			if err := f.Reveal(); err != nil {
				t.Fatal(err)
			}
			if after := mode(t, f); after != info.Mode() {
				t.Errorf("%v after Reveal, a plain file has %v", after, info.Mode())
			}
			if !bytes.Equal(accessACL(t, f.OSFile()), accessACL(t, plain)) {
				t.Error("the ACL is not that of a plain file")
			}
		})
	}
}

// accessACL returns the ACL of the file as it is stored, or nil if the file has
// only a mode.
func accessACL(t *testing.T, f *os.File) []byte {
	t.Helper()
	acl := make([]byte, 4096)
	n, err := unix.Fgetxattr(int(f.Fd()), "system.posix_acl_access", acl)
	if err == unix.ENODATA {
		return nil
	} else if err != nil {
		t.Fatal(err)
	}
	return acl[:n]
}
