package largebox

import (
	"bytes"
	"errors"
	"io"
	"testing"
	"testing/iotest"

	"github.com/largebox/largebox/internal/pipeline"
	"github.com/largebox/largebox/internal/xsalsa20poly1305"
)

// TestPartsAreWiped: the workers' parts are wiped, also those of workers that had
// finished when another one failed.
func TestPartsAreWiped(t *testing.T) {
	errReader := errors.New("the reader failed")
	for what, r := range map[string]io.Reader{
		"sealed": bytes.NewReader(message(5 * blockSize)),
		"failed": io.MultiReader(bytes.NewReader(message(5*blockSize)), iotest.ErrReader(errReader)),
	} {
		j, err := pipeline.Begin(ctx, "seal", Writer(io.Discard), Reader(r), 0o600, pipeline.Options{Workers: 3})
		if err != nil {
			t.Fatal(err)
		}
		defer j.End()
		var tr transfer
		tr.box.Init(&testKey, new([NonceSize]byte))
		tr.op = sealing
		_, parts, err := tr.run(j)
		if (err == nil) != (what == "sealed") || len(tr.workers) != 3 {
			t.Fatalf("%s: %d workers, %v", what, len(tr.workers), err)
		}
		worked := false
		for i := range parts {
			worked = worked || parts[i] != xsalsa20poly1305.Part{}
		}
		if worked != (err == nil) {
			t.Errorf("%s: parts were returned: %v", what, worked)
		}
		if err == nil && cap(parts) != len(tr.workers) {
			t.Errorf("%d parts have room for %d: a slice that grew leaves parts behind", len(parts), cap(parts))
		}
		for _, w := range tr.workers {
			if w.part != (xsalsa20poly1305.Part{}) {
				t.Errorf("%s: a worker's part was not wiped", what)
			}
		}
	}
}
