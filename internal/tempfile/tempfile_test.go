package tempfile

import "testing"

func TestNames(t *testing.T) {
	a, b := Name(), Name()
	if a == b || !IsName(a) || !IsName(b) || len(a) != 40 {
		t.Errorf("Name gave %q and %q", a, b)
	}
	for _, name := range []string{"", ".largebox-.tmp", a + "x", "x" + a, a[1:], ".largebox-abcdefghijklmnopqrstuvwxyz.tmp"} {
		if IsName(name) {
			t.Errorf("%q is taken for one of ours", name)
		}
	}
}
