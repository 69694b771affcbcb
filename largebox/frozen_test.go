package largebox

import (
	"crypto/sha256"
	"crypto/sha3"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/largebox/largebox/keyfile"
	lbox "github.com/largebox/largebox/largebox/box"
	lsecretbox "github.com/largebox/largebox/largebox/secretbox"
)

// frozen is testdata/frozen/index.json; the README next to it says what it is.
type frozen struct {
	Keys struct {
		Secret       hexBytes
		AlicePublic  hexBytes `json:"alice_public"`
		AlicePrivate hexBytes `json:"alice_private"`
		BobPublic    hexBytes `json:"bob_public"`
		BobPrivate   hexBytes `json:"bob_private"`
	}
	Files []struct {
		File, Kind string
		Bytes      int
	}
	Digests []struct {
		Kind          string
		Bytes         int
		Nonce, SHA256 hexBytes
	}
}

const frozenDir = "../testdata/frozen"

func loadFrozen(t *testing.T) (f frozen) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(frozenDir, "index.json"))
	if err == nil {
		err = json.Unmarshal(text, &f)
	}
	if err != nil {
		t.Fatal(err)
	}
	// Files may be added; none may be lost, from the directory or the index.
	files, err := filepath.Glob(filepath.Join(frozenDir, "*.box"))
	if err != nil || len(files) != len(f.Files) || len(files) < 48 || len(f.Digests) < 8 {
		t.Fatalf("%d files, of which the index has %d, and %d digests: %v", len(files), len(f.Files), len(f.Digests), err)
	}
	return f
}

// frozenMessage returns the message of n bytes, by the rule of the index.
func frozenMessage(n int) []byte {
	shake, p := sha3.NewSHAKE128(), make([]byte, n)
	shake.Write([]byte("largebox"))
	shake.Read(p)
	return p
}

func (f *frozen) opener(t *testing.T, kind string) Opener {
	k := &f.Keys
	return map[string]Opener{
		"secretbox": SecretKey(keyfile.SecretFromBytes(k.Secret.key())),
		"box":       BoxKey(publicOf(t, k.AlicePublic.key()), keyfile.IdentityFromBytes(k.BobPrivate.key())),
		"sealedbox": Identity(keyfile.IdentityFromBytes(k.BobPrivate.key())),
	}[kind]
}

// openSlice opens a box with a drop-in.
func (f *frozen) openSlice(kind string, sealed []byte) ([]byte, bool) {
	k := &f.Keys
	switch kind {
	case "secretbox":
		return lsecretbox.Open(nil, sealed[NonceSize:], (*[NonceSize]byte)(sealed), k.Secret.key())
	case "box":
		return lbox.Open(nil, sealed[NonceSize:], (*[NonceSize]byte)(sealed), k.AlicePublic.key(), k.BobPrivate.key())
	default:
		return lbox.OpenAnonymous(nil, sealed, k.BobPublic.key(), k.BobPrivate.key())
	}
}

func TestFrozenFiles(t *testing.T) {
	f := loadFrozen(t)
	for _, file := range f.Files {
		src := filepath.Join(frozenDir, file.File)
		for _, workspace := range Host().Workspaces[1:] { // without auto
			t.Run(file.File+"/"+string(workspace), func(t *testing.T) {
				dst := filepath.Join(t.TempDir(), "opened")
				o := Options{Workspace: workspace, NoSync: true}
				if r, err := OpenFile(ctx, dst, src, f.opener(t, file.Kind), o); err != nil || r.Workspace != workspace {
					t.Fatalf("%+v, %v", r, err)
				}
				wantFile(t, dst, frozenMessage(file.Bytes))
				if _, err := VerifyFile(ctx, src, f.opener(t, file.Kind), verifying(o)); err != nil {
					t.Error(err)
				}
			})
		}
		sealed, err := os.ReadFile(src)
		if err != nil {
			t.Fatal(err)
		}
		if opened, ok := f.openSlice(file.Kind, sealed); !ok || string(opened) != string(frozenMessage(file.Bytes)) {
			t.Errorf("%s: the drop-in returns %d bytes, %v", file.File, len(opened), ok)
		}
	}
}

// TestFrozenDigests seals messages of more than a window, whose boxes are too
// large to keep, and opens them.
func TestFrozenDigests(t *testing.T) {
	f := loadFrozen(t)
	sealers := map[string]Key{
		"secretbox": SecretKey(keyfile.SecretFromBytes(f.Keys.Secret.key())),
		"box":       BoxKey(publicOf(t, f.Keys.BobPublic.key()), keyfile.IdentityFromBytes(f.Keys.AlicePrivate.key())),
	}
	for _, box := range f.Digests {
		for _, workspace := range Host().Workspaces[1:] { // without auto
			dir := t.TempDir()
			src, sealed, opened := write(t, filepath.Join(dir, "message"), frozenMessage(box.Bytes)), filepath.Join(dir, "sealed"), filepath.Join(dir, "opened")
			o := Options{Workspace: workspace, NoSync: true, Workers: 3}
			if _, err := SealFile(ctx, sealed, src, UnsafeNonce(sealers[box.Kind], *box.Nonce.nonce()), o); err != nil {
				t.Fatal(err)
			}
			content, err := os.ReadFile(sealed)
			if err != nil {
				t.Fatal(err)
			}
			if sum := sha256.Sum256(content); string(sum[:]) != string(box.SHA256) {
				t.Errorf("%s of %d bytes, %s: the box has digest %x", box.Kind, box.Bytes, workspace, sum)
			}
			if _, err := OpenFile(ctx, opened, sealed, f.opener(t, box.Kind), o); err != nil {
				t.Errorf("%s of %d bytes, %s: %v", box.Kind, box.Bytes, workspace, err)
			}
			wantFile(t, opened, frozenMessage(box.Bytes))
		}
	}
}
