package xsalsa20poly1305

import (
	"errors"
	"testing"
)

func TestUse(t *testing.T) {
	best := Engine()
	for _, name := range Engines() {
		restore, err := Use(name)
		if err != nil || Engine() != name {
			t.Errorf("Use(%q): %v, and %s is in use", name, err, Engine())
			continue
		}
		restore()
		if Engine() != best {
			t.Errorf("%s is in use afterwards, not %s", Engine(), best)
		}
	}
	if _, err := Use("none"); !errors.Is(err, errors.ErrUnsupported) || Engine() != best {
		t.Errorf("Use of what there is not: %v, and %s is in use", err, Engine())
	}
}
