package largebox

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"testing"

	"github.com/largebox/largebox/keyfile"
	"golang.org/x/crypto/nacl/secretbox"
)

// TestNotAuthentic opens boxes that are wrong in every way, in both workspaces. Each
// gives a typed error, no name, nothing left behind, not a byte in a stream, and no call
// of an OutputFunc.
func TestNotAuthentic(t *testing.T) {
	const n = 2*blockSize + 100
	nonce := [NonceSize]byte{7}
	good := secretbox.Seal(nonce[:], message(n), &nonce, &testKey)
	flipped := func(at int) []byte {
		bad := bytes.Clone(good)
		bad[at] ^= 1
		return bad
	}
	type wrong struct {
		what string
		box  []byte
		want error
	}
	cases := []wrong{{"empty", nil, ErrTooShort}, {"extended", append(bytes.Clone(good), 0), ErrNotAuthentic}}
	for at := range 40 {
		cases = append(cases, wrong{fmt.Sprint("bit flipped in byte ", at), flipped(at), ErrNotAuthentic})
	}
	for length := range 64 {
		want := ErrNotAuthentic
		if length < 40 {
			want = ErrTooShort
		}
		cases = append(cases, wrong{fmt.Sprint("cut to ", length), good[:length], want})
	}
	for _, edge := range []int{blockSize, 2 * blockSize, blockSize + 40, 2*blockSize + 40, len(good)} {
		for _, at := range []int{edge - 1, edge, edge + 1} {
			if at < len(good) {
				cases = append(cases, wrong{fmt.Sprint("bit flipped in byte ", at), flipped(at), ErrNotAuthentic},
					wrong{fmt.Sprint("cut to ", at), good[:at], ErrNotAuthentic})
			}
		}
	}
	dir := t.TempDir()
	dst := filepath.Join(dir, "opened")
	for _, c := range cases {
		src := write(t, filepath.Join(dir, "sealed"), c.box)
		for _, workspace := range []Workspace{AutoWorkspace, Fallback} {
			o := Options{Workspace: workspace, Workers: 2}
			check := func(how string, _ Result, err error) {
				t.Helper()
				var path *Error
				if !errors.Is(err, c.want) || !errors.As(err, &path) {
					t.Errorf("%s, %s, %s: %v", c.what, workspace, how, err)
				}
				wantNames(t, dir, "sealed")
			}
			var stream bytes.Buffer
			result, err := OpenFile(ctx, dst, src, SecretKey(testSecret), o)
			check("to a file", result, err)
			result, err = OpenStream(ctx, Writer(&stream), Reader(bytes.NewReader(c.box)), SecretKey(testSecret), o)
			check("to a stream", result, err)
			function := OutputFunc(func(io.ReaderAt, int64) error { t.Errorf("%s: the OutputFunc is called", c.what); return nil })
			result, err = OpenStream(ctx, function, Reader(bytes.NewReader(c.box)), SecretKey(testSecret), o)
			check("to a function", result, err)
			result, err = VerifyFile(ctx, src, SecretKey(testSecret), verifying(o))
			check("verified", result, err)
			if stream.Len() > 0 {
				t.Errorf("%s: %d bytes reached the stream", c.what, stream.Len())
			}
		}
	}
	// A good box with another key.
	src := write(t, filepath.Join(dir, "sealed"), good)
	other := testKey
	other[31] ^= 0x80
	if _, err := OpenFile(ctx, dst, src, SecretKey(keyfile.SecretFromBytes(&other)), Options{}); !errors.Is(err, ErrNotAuthentic) {
		t.Errorf("another key: %v", err)
	}
	wantNames(t, dir, "sealed")
	if _, err := OpenFile(ctx, dst, src, SecretKey(testSecret), Options{}); err != nil {
		t.Errorf("the good box: %v", err)
	}
}

func TestOptionsAreChecked(t *testing.T) {
	dir := t.TempDir()
	src := write(t, filepath.Join(dir, "message"), message(10))
	for what, try := range map[string]struct {
		Options
		key Sealer
	}{
		"workspace": {Options{Workspace: "x"}, SecretKey(testSecret)},
		"strategy":  {Options{Strategy: "x"}, SecretKey(testSecret)},
		"workers":   {Options{Workers: -1}, SecretKey(testSecret)},
		"mode":      {Options{Mode: fs.ModeSetuid | 0o755}, SecretKey(testSecret)},
	} {
		if _, err := SealFile(ctx, filepath.Join(dir, "sealed"), src, try.key, try.Options); !errors.Is(err, fs.ErrInvalid) {
			t.Errorf("%s: %v", what, err)
		}
	}
	wantNames(t, dir, "message")
}
