//go:build !linux

package mmapio

import (
	"errors"
	"os"
	"testing"
)

func TestUnsupported(t *testing.T) {
	f, err := os.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := NewSource(f); !errors.Is(err, errors.ErrUnsupported) {
		t.Errorf("NewSource: %v", err)
	}
	if _, err := Create(f, Options{}); !errors.Is(err, errors.ErrUnsupported) {
		t.Errorf("Create: %v", err)
	}
	if _, err := Map(f); !errors.Is(err, errors.ErrUnsupported) {
		t.Errorf("Map: %v", err)
	}
}
