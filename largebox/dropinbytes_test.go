package largebox

import (
	"bytes"
	"math/rand/v2"
	"testing"

	"github.com/largebox/largebox/internal/xsalsa20poly1305"
	lbox "github.com/largebox/largebox/largebox/box"
	lsecretbox "github.com/largebox/largebox/largebox/secretbox"
	xbox "golang.org/x/crypto/nacl/box"
	xsecretbox "golang.org/x/crypto/nacl/secretbox"
)

// The engine's own tests cover every length. These check that the drop-ins pass each
// argument to it.

func TestDropInSecretbox(t *testing.T) {
	nonce := [NonceSize]byte{9, 8, 7}
	for _, n := range []int{0, 1, 1000, xsalsa20poly1305.ParallelSize, xsalsa20poly1305.ParallelSize + 1} {
		m := message(n)
		want := xsecretbox.Seal([]byte("prefix"), m, &nonce, &testKey)
		if got := lsecretbox.Seal([]byte("prefix"), m, &nonce, &testKey); !bytes.Equal(got, want) {
			t.Errorf("secretbox.Seal of %d bytes differs", n)
		}
		got, ok := lsecretbox.Open([]byte("prefix"), want[6:], &nonce, &testKey)
		if !ok || !bytes.Equal(got, append([]byte("prefix"), m...)) {
			t.Errorf("secretbox.Open of %d bytes differs", n)
		}
	}
	if lsecretbox.Overhead != xsecretbox.Overhead || Overhead != xsecretbox.Overhead {
		t.Error("Overhead differs from x/crypto's")
	}
	if _, ok := lsecretbox.Open(nil, make([]byte, Overhead-1), &nonce, &testKey); ok {
		t.Error("a box of 15 bytes opens")
	}
}

func TestDropInBox(t *testing.T) {
	alicePublic, alicePrivate, err := lbox.GenerateKey(rand.NewChaCha8([32]byte{1}))
	if err != nil {
		t.Fatal(err)
	}
	bobPublic, bobPrivate, err := lbox.GenerateKey(rand.NewChaCha8([32]byte{2}))
	if err != nil {
		t.Fatal(err)
	}
	nonce := [NonceSize]byte{1, 2, 3}
	var shared, xshared [KeySize]byte
	lbox.Precompute(&shared, bobPublic, alicePrivate)
	if xbox.Precompute(&xshared, alicePublic, bobPrivate); shared != xshared {
		t.Fatal("Precompute differs")
	}
	for _, n := range []int{0, 1, 1000, xsalsa20poly1305.ParallelSize} {
		m := message(n)
		want := xbox.Seal([]byte("prefix"), m, &nonce, bobPublic, alicePrivate)
		if got := lbox.Seal([]byte("prefix"), m, &nonce, bobPublic, alicePrivate); !bytes.Equal(got, want) {
			t.Errorf("Seal of %d bytes differs", n)
		}
		if got := lbox.SealAfterPrecomputation([]byte("prefix"), m, &nonce, &shared); !bytes.Equal(got, want) {
			t.Errorf("SealAfterPrecomputation of %d bytes differs", n)
		}
		if got, ok := lbox.Open(nil, want[6:], &nonce, alicePublic, bobPrivate); !ok || !bytes.Equal(got, m) {
			t.Errorf("Open of %d bytes differs", n)
		}
		if got, ok := lbox.OpenAfterPrecomputation(nil, want[6:], &nonce, &shared); !ok || !bytes.Equal(got, m) {
			t.Errorf("OpenAfterPrecomputation of %d bytes differs", n)
		}
		want[len(want)-1] ^= 1
		if _, ok := lbox.Open(nil, want[6:], &nonce, alicePublic, bobPrivate); ok {
			t.Errorf("an altered box of %d bytes opens", n)
		}
	}
}

func TestDropInSealedBox(t *testing.T) {
	public, private, err := lbox.GenerateKey(rand.NewChaCha8([32]byte{3}))
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range []int{0, 1, 1000, xsalsa20poly1305.ParallelSize} {
		m := message(n)
		ours, err := lbox.SealAnonymous([]byte("prefix"), m, public, rand.NewChaCha8([32]byte{4}))
		if err != nil {
			t.Fatal(err)
		}
		theirs, err := xbox.SealAnonymous(nil, m, public, nil)
		if err != nil {
			t.Fatal(err)
		}
		if len(ours) != 6+n+lbox.AnonymousOverhead || lbox.AnonymousOverhead != xbox.AnonymousOverhead {
			t.Errorf("the sealed box of %d bytes, behind a prefix of 6, ends at %d", n, len(ours))
		}
		if got, ok := xbox.OpenAnonymous(nil, ours[6:], public, private); !ok || !bytes.Equal(got, m) {
			t.Errorf("x/crypto does not open our sealed box of %d bytes", n)
		}
		if got, ok := lbox.OpenAnonymous(nil, theirs, public, private); !ok || !bytes.Equal(got, m) {
			t.Errorf("we do not open x/crypto's sealed box of %d bytes", n)
		}
		random, err := lbox.SealAnonymous(nil, m, public, nil)
		if err != nil || bytes.Equal(random[:32], ours[6:38]) {
			t.Errorf("a nil reader is not random (error %v)", err)
		}
	}
	if _, ok := lbox.OpenAnonymous(nil, make([]byte, lbox.AnonymousOverhead-1), public, private); ok {
		t.Error("a sealed box of 47 bytes opens")
	}
}
