package largebox

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"path/filepath"
	"testing"

	"github.com/largebox/largebox/keyfile"
)

// lowOrderPoints returns the points of order 1, 2, 4 and 8 of Curve25519 and of its
// twist, in every form of 32 bytes: 0, 1, the two of order 8, p-1, p and p+1,
// each with the bit that X25519 ignores clear and set. libsodium refuses the same
// points.
func lowOrderPoints() (points [][KeySize]byte) {
	for _, text := range []string{
		"0000000000000000000000000000000000000000000000000000000000000000",
		"0100000000000000000000000000000000000000000000000000000000000000",
		"e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
		"5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
		"ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
		"edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
		"eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
	} {
		raw, err := hex.DecodeString(text)
		if err != nil {
			panic(err)
		}
		point := [KeySize]byte(raw)
		points = append(points, point)
		point[KeySize-1] |= 0x80
		points = append(points, point)
	}
	return points
}

// TestLowOrderPoints: each of them is refused as a public key, in the computation of a
// shared key, and as the ephemeral key of a sealed box, in both workspaces.
func TestLowOrderPoints(t *testing.T) {
	dir := t.TempDir()
	bob := pairs(t)[2]
	private, err := keyfile.NewIdentity().Bytes()
	if err != nil {
		t.Fatal(err)
	}
	dst := filepath.Join(dir, "out")
	for _, workspace := range []Workspace{AutoWorkspace, Fallback} {
		o := Options{Workspace: workspace}
		for _, point := range lowOrderPoints() {
			if key, err := keyfile.PublicKeyFromBytes(&point); key != nil || !errors.Is(err, ErrLowOrderKey) {
				t.Errorf("%x is a public key: %v", point, err)
			}
			if key, err := sharedKey(&point, private); key != nil || !errors.Is(err, ErrLowOrderKey) {
				t.Errorf("a shared key with %x: %v", point, err)
			}
			// In a sealed box the point is a part of the box, so the box is not authentic.
			box := write(t, filepath.Join(dir, "box"), append(bytes.Clone(point[:]), message(100)...))
			if _, err := OpenFile(ctx, dst, box, bob.Opener, o); !errors.Is(err, ErrNotAuthentic) {
				t.Errorf("opening a sealed box from %x: %v", point, err)
			}
			if _, err := VerifyFile(ctx, box, bob.Opener, verifying(o)); !errors.Is(err, ErrNotAuthentic) {
				t.Errorf("verifying a sealed box from %x: %v", point, err)
			}
			if _, err := keyfile.ParsePublicKey(fmt.Sprintf("%x", point)); !errors.Is(err, keyfile.ErrLowOrderKey) {
				t.Errorf("reading %x: %v", point, err)
			}
			wantNames(t, dir, "box")
		}
	}
}
