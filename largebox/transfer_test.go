package largebox

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"testing"
	"testing/iotest"

	"github.com/largebox/largebox/internal/pipeline"
	"github.com/largebox/largebox/internal/xsalsa20poly1305"
)

// TestPartsAreWiped: the workers' sums are cleared, also those of workers that
// had finished when another one failed.
func TestPartsAreWiped(t *testing.T) {
	errReader := errors.New("the reader failed")
	for what, r := range map[string]io.Reader{
		"sealed": bytes.NewReader(message(5 * blockSize)),
		"failed": io.MultiReader(bytes.NewReader(message(5*blockSize)), iotest.ErrReader(errReader)),
	} {
		j, err := pipeline.Begin("seal", Writer(io.Discard), Reader(r), pipeline.Options{Workers: 3})
		if err != nil {
			t.Fatal(err)
		}
		defer j.End()
		var tr transfer
		tr.box.Init(&testKey, new([NonceSize]byte))
		tr.op = sealing
		_, parts, err := tr.run(ctx, j)
		if (err == nil) != (what == "sealed") || len(tr.workers) != 3 {
			t.Fatalf("%s: %d workers, %v", what, len(tr.workers), err)
		}
		worked := false
		for i := range parts {
			worked = worked || parts[i] != xsalsa20poly1305.Part{}
		}
		if worked != (err == nil) {
			t.Errorf("%s: parts returned: %v", what, worked)
		}
		for _, w := range tr.workers {
			if w.part != (xsalsa20poly1305.Part{}) {
				t.Errorf("%s: a worker's part is still there", what)
			}
		}
	}
}

// TestUnsafeNonce: the nonce is the caller's, as it was when the Sealer was made,
// and serves once.
func TestUnsafeNonce(t *testing.T) {
	nonce := [NonceSize]byte{1, 2, 3}
	sealer := UnsafeNonce(SecretKey(testSecret), nonce)
	nonce[0] = 99
	var box bytes.Buffer
	if _, err := SealStream(ctx, Writer(&box), Reader(bytes.NewReader(message(10))), sealer, Options{}); err != nil {
		t.Fatal(err)
	}
	if nonce[0] = 1; !bytes.HasPrefix(box.Bytes(), nonce[:]) {
		t.Errorf("sealed with another nonce: %x", box.Bytes()[:NonceSize])
	}
	box.Reset()
	if _, err := SealStream(ctx, Writer(&box), Reader(bytes.NewReader(message(10))), sealer, Options{}); !errors.Is(err, fs.ErrInvalid) || box.Len() > 0 {
		t.Errorf("sealed a second time: %d bytes, %v", box.Len(), err)
	}
}
