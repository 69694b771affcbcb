package largebox

import (
	"bytes"
	"errors"
	"path/filepath"
	"testing"

	"github.com/largebox/largebox/keyfile"
	lbox "github.com/largebox/largebox/largebox/box"
	lsecretbox "github.com/largebox/largebox/largebox/secretbox"
)

func TestLibsodiumSecretbox(t *testing.T) {
	v := loadVectors(t).Secretbox
	if got := lsecretbox.Seal(nil, v.Message, v.Nonce.nonce(), v.Key.key()); !bytes.Equal(got, v.Box) {
		t.Errorf("secretbox.Seal returns %x", got)
	}
	if got, ok := lsecretbox.Open(nil, v.Box, v.Nonce.nonce(), v.Key.key()); !ok || !bytes.Equal(got, v.Message) {
		t.Errorf("secretbox.Open returns %x, %v", got, ok)
	}
	sealAndOpen(t, SecretKey(keyfile.SecretFromBytes(v.Key.key())), SecretKey(keyfile.SecretFromBytes(v.Key.key())), v.Nonce, v.Message, v.Box)
}

func TestLibsodiumBox(t *testing.T) {
	v := loadVectors(t).Box
	if got := lbox.Seal(nil, v.Message, v.Nonce.nonce(), v.BobPublic.key(), v.AlicePrivate.key()); !bytes.Equal(got, v.Box) {
		t.Errorf("box.Seal returns %x", got)
	}
	if got, ok := lbox.Open(nil, v.Box, v.Nonce.nonce(), v.AlicePublic.key(), v.BobPrivate.key()); !ok || !bytes.Equal(got, v.Message) {
		t.Errorf("box.Open returns %x, %v", got, ok)
	}
	sealAndOpen(t, BoxKey(publicOf(t, v.BobPublic.key()), keyfile.IdentityFromBytes(v.AlicePrivate.key())), BoxKey(publicOf(t, v.AlicePublic.key()), keyfile.IdentityFromBytes(v.BobPrivate.key())), v.Nonce, v.Message, v.Box)
}

// sealAndOpen seals and opens a vector in files.
func sealAndOpen(t *testing.T, sealer Key, opener Opener, nonce, message, box hexBytes) {
	t.Helper()
	dir := t.TempDir()
	src := write(t, filepath.Join(dir, "message"), message)
	sealed, opened := filepath.Join(dir, "sealed"), filepath.Join(dir, "opened")
	if _, err := SealFile(ctx, sealed, src, UnsafeNonce(sealer, *nonce.nonce()), Options{}); err != nil {
		t.Fatal(err)
	}
	wantFile(t, sealed, append(bytes.Clone(nonce), box...))
	if _, err := OpenFile(ctx, opened, sealed, opener, Options{}); err != nil {
		t.Fatal(err)
	}
	wantFile(t, opened, message)
}

func TestLowOrderKeysAreRefused(t *testing.T) {
	v := loadVectors(t).Box
	dir := t.TempDir()
	for _, public := range []hexBytes{v.LowOrderPublic, make([]byte, KeySize), append([]byte{1}, make([]byte, KeySize-1)...)} {
		if _, err := keyfile.PublicKeyFromBytes(public.key()); !errors.Is(err, ErrLowOrderKey) {
			t.Errorf("%x is a public key: %v", public, err)
		}
		// In a sealed box the key is a part of the box, so the box is not authentic.
		forged := write(t, filepath.Join(dir, "forged"), append(bytes.Clone(public), make([]byte, 100)...))
		if _, err := OpenFile(ctx, filepath.Join(dir, "opened"), forged, Identity(keyfile.IdentityFromBytes(v.BobPrivate.key())), Options{}); !errors.Is(err, ErrNotAuthentic) {
			t.Errorf("opening a sealed box from %x: %v", public, err)
		}
	}
	wantNames(t, dir, "forged")
}
