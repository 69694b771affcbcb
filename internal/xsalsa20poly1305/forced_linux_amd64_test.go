package xsalsa20poly1305

import (
	"fmt"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestForced links a test of this package with every name of a kernel, and with one
// that does not exist. It wants the kernel to be in use, or the program to end at
// the start and say why.
func TestForced(t *testing.T) {
	if forced != "" {
		t.Skip("the linker forced a kernel on this very test")
	}
	dir, tags := t.TempDir(), "-tags="
	if !withAssembly {
		tags += "purego"
	}
	for _, name := range []string{"portable", "avx2", "avx512", "none"} {
		program := filepath.Join(dir, name)
		build := exec.Command("go", "test", "-c", "-o", program, tags, "-ldflags=-X=github.com/largebox/largebox/internal/xsalsa20poly1305.forced="+name, ".")
		if said, err := build.CombinedOutput(); err != nil {
			t.Fatalf("go test -c: %v: %s", err, said)
		}
		said, err := exec.Command(program, "-test.run=^TestKernelIsTheBest$").CombinedOutput()
		if slices.Contains(Engines(), name) {
			if err != nil {
				t.Errorf("%s: %v: %s", name, err, said)
			}
			continue
		}
		if want := fmt.Sprintf("the linker forced engine %q, which this processor does not have", name); err == nil || !strings.Contains(string(said), want) {
			t.Errorf("%s: %v: %s; want %s", name, err, said, want)
		}
	}
}
