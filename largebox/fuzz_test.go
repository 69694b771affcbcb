package largebox

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	lbox "github.com/largebox/largebox/largebox/box"
	lsecretbox "github.com/largebox/largebox/largebox/secretbox"
	xbox "golang.org/x/crypto/nacl/box"
	xsecretbox "golang.org/x/crypto/nacl/secretbox"
)

// FuzzOpen opens arbitrary bytes as every kind of box, from a file and from a
// stream, in both workspaces, and in memory. The outcome is x/crypto's, errors are
// typed, and bytes that are no box leave no name.
func FuzzOpen(f *testing.F) {
	alicePublic, alicePrivate, err1 := xbox.GenerateKey(rand.NewChaCha8([32]byte{'a'}))
	bobPublic, bobPrivate, err2 := xbox.GenerateKey(rand.NewChaCha8([32]byte{'b'})) // as in pairs
	if err := errors.Join(err1, err2); err != nil {
		f.Fatal(err)
	}
	nonce := [NonceSize]byte{1, 2, 3}
	for _, n := range []int{0, 1, 64, 1000} {
		m := message(n)
		sealed, err := lbox.SealAnonymous(nil, m, bobPublic, rand.NewChaCha8([32]byte{byte(n)}))
		if err != nil {
			f.Fatal(err)
		}
		for _, box := range [][]byte{
			xsecretbox.Seal(nonce[:], m, &nonce, &testKey), xbox.Seal(nonce[:], m, &nonce, bobPublic, alicePrivate), sealed,
		} {
			f.Add(box)
			f.Add(box[:len(box)-1])
			f.Add(append(bytes.Clone(box), 0))
		}
	}
	for _, n := range []int{0, 15, 16, 39, 40, 47, 48} {
		f.Add(make([]byte, n))
	}
	f.Add(append(lowOrderPoints()[4][:], make([]byte, 100)...))
	all := pairs(f)
	reference := map[string]func(box []byte) ([]byte, bool){
		"secretbox": func(box []byte) ([]byte, bool) {
			return xsecretbox.Open(nil, box[NonceSize:], (*[NonceSize]byte)(box), &testKey)
		},
		"box": func(box []byte) ([]byte, bool) {
			return xbox.Open(nil, box[NonceSize:], (*[NonceSize]byte)(box), alicePublic, bobPrivate)
		},
		"sealedbox": func(box []byte) ([]byte, bool) { return xbox.OpenAnonymous(nil, box, bobPublic, bobPrivate) },
	}
	inMemory := map[string]func(box []byte) ([]byte, bool){
		"secretbox": func(box []byte) ([]byte, bool) {
			return lsecretbox.Open(nil, box[NonceSize:], (*[NonceSize]byte)(box), &testKey)
		},
		"box": func(box []byte) ([]byte, bool) {
			return lbox.Open(nil, box[NonceSize:], (*[NonceSize]byte)(box), alicePublic, bobPrivate)
		},
		"sealedbox": func(box []byte) ([]byte, bool) { return lbox.OpenAnonymous(nil, box, bobPublic, bobPrivate) },
	}
	f.Fuzz(func(t *testing.T, box []byte) {
		if len(box) > 4*blockSize {
			return
		}
		dir := t.TempDir()
		src, dst := write(t, filepath.Join(dir, "box"), box), filepath.Join(dir, "out")
		for _, pair := range all {
			var want []byte
			wantErr := ErrTooShort
			if len(box) >= pair.overhead {
				var ok bool
				if want, ok = reference[pair.kind](box); ok {
					wantErr = nil
				} else {
					wantErr = ErrNotAuthentic
				}
				if got, same := inMemory[pair.kind](box); same != ok || !bytes.Equal(got, want) {
					t.Fatalf("%s in memory: opened %v, by x/crypto %v", pair.kind, same, ok)
				}
			}
			for _, workspace := range []Workspace{AutoWorkspace, Fallback} {
				o := Options{Workspace: workspace, NoSync: true, TempDir: dir}
				check := func(how string, got []byte, err error) {
					t.Helper()
					var path *Error
					if !errors.Is(err, wantErr) || err != nil && !errors.As(err, &path) || !bytes.Equal(got, want) {
						t.Fatalf("%s, %s, %s: %d bytes, %v; want %d, %v", pair.kind, workspace, how, len(got), err, len(want), wantErr)
					}
					wantNames(t, dir, "box")
				}
				_, err := OpenFile(ctx, dst, src, pair.Opener, o)
				var got []byte
				if err == nil {
					got, _ = os.ReadFile(dst)
					os.Remove(dst)
				}
				check("to a file", got, err)
				var stream bytes.Buffer
				_, err = OpenStream(ctx, Writer(&stream), Reader(bytes.NewReader(box)), pair.Opener, streaming(o))
				check("to a stream", stream.Bytes(), err)
				_, err = VerifyFile(ctx, src, pair.Opener, verifying(o))
				check("verified", want, err)
			}
		}
	})
}
