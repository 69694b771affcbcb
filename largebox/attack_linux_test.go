package largebox

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/largebox/largebox/internal/testfs"
	"github.com/largebox/largebox/internal/testlong"
	"github.com/largebox/largebox/mmapio"
	"golang.org/x/crypto/nacl/secretbox"
)

// attackedSize takes two of the largest windows, or ten of the smaller ones that many
// workers have.
const attackedSize = windowSize + 500*1000 + 1

// underAttack runs round for each kind of attack in each workspace, on real file
// systems. A round returns whether the attack had an effect. There are rounds until
// some had an effect and some had none: then attack and work have raced. In odd
// rounds the attack begins when the source has been opened, in even ones before that;
// in every fourth it soon ends.
func underAttack(t *testing.T, content []byte, round func(t *testing.T, a *siege) (effect bool)) {
	kinds := []string{"ext4"}
	if testlong.Rounds(0, 1) == 1 {
		kinds = testfs.Kinds
	}
	for _, kind := range kinds {
		for attack := range attacks {
			for _, workspace := range []Workspace{AutoWorkspace, Fallback} {
				t.Run(kind+"/"+attack+"/"+string(workspace), func(t *testing.T) {
					src := write(t, filepath.Join(testfs.Dir(t, kind), "source"), content)
					a := &siege{attacker: newAttacker(t, src, attack), attack: attack, src: src, dir: testfs.Dir(t, kind)}
					a.watch = newWatch(t, a.dir)
					least := testlong.Rounds(10, 120)
					for ; a.rounds < least || a.effects == 0 || a.effects == a.rounds; a.rounds++ {
						if a.rounds > 50*least {
							t.Fatalf("of %d rounds, %d had an effect", a.rounds, a.effects)
						}
						a.inside = a.rounds%2 == 1
						// Small windows of many workers, and large ones of two.
						a.o = Options{Workspace: workspace, NoSync: true, Workers: []int{2, 64}[rand.N(2)]}
						if round(t, a) {
							a.effects++
						}
						if t.Failed() {
							return
						}
					}
					t.Logf("%d rounds, %d attacks, %d with an effect", a.rounds, a.contract.attacks.Load(), a.effects)
				})
			}
		}
	}
}

// A siege holds the state of all rounds of one attacker.
type siege struct {
	*attacker
	attack, src, dir string
	watch            watch
	o                Options
	inside           bool
	rounds, effects  int
}

// run calls fn while the source is attacked, with a key.
func (a *siege) run(t *testing.T, fn func(Key) error) error {
	past := time.Now().Add(-time.Hour) // for file systems with coarse times
	if err := os.Chtimes(a.src, past, past); err != nil {
		t.Fatal(err)
	}
	defer a.end(t)
	key := SecretKey(testSecret)
	if a.inside {
		begun := false
		err := fn(meddler{key, func() { begun = true; a.begin(t, false) }})
		if !begun {
			a.begin(t, true) // end waits for an attack
			t.Fatalf("the source was not opened: %v", err)
		}
		return err
	}
	a.begin(t, a.rounds%4 == 0)
	return fn(key)
}

// wantNothing checks that the directory is empty, and that no name but a private
// temporary was ever in it.
func (a *siege) wantNothing(t *testing.T) {
	t.Helper()
	wantNames(t, a.dir)
	for _, event := range a.watch.events(t) {
		if event != "+temp" && event != "-temp" || a.o.Workspace != Fallback {
			t.Errorf("in the directory: %q", event)
		}
	}
}

// TestOpenUnderAttack: another process changes the box while it is opened. OpenFile
// gives the plaintext that was sealed, or a typed error and no name.
func TestOpenUnderAttack(t *testing.T) {
	m := message(attackedSize)
	nonce := [NonceSize]byte{1}
	underAttack(t, secretbox.Seal(nonce[:], m, &nonce, &testKey), func(t *testing.T, a *siege) bool {
		dst := filepath.Join(a.dir, "opened")
		err := a.run(t, func(key Key) error {
			_, err := OpenFile(ctx, dst, a.src, key, a.o)
			return err
		})
		if err == nil {
			wantFile(t, dst, m)
			os.Remove(dst)
			a.watch.events(t)
			return false
		}
		var path *Error
		var fault *mmapio.FaultError
		if !errors.As(err, &path) || !errors.Is(err, ErrNotAuthentic) && !errors.Is(err, ErrTooShort) &&
			!errors.Is(err, io.ErrUnexpectedEOF) && !errors.As(err, &fault) {
			t.Errorf("round %d: %v", a.rounds, err)
		}
		a.wantNothing(t)
		return true
	})
}

// TestSealUnderAttack: another process changes the file while it is sealed. SealFile
// gives a valid box of bytes that the file had at some time, or a typed error. If size
// or mtime show the change, it is always the error.
func TestSealUnderAttack(t *testing.T) {
	m := message(attackedSize)
	underAttack(t, m, func(t *testing.T, a *siege) bool {
		dst := filepath.Join(a.dir, "sealed")
		err := a.run(t, func(key Key) error {
			_, err := SealFile(ctx, dst, a.src, key, a.o)
			return err
		})
		if err != nil {
			var path *Error
			if !errors.As(err, &path) || !errors.Is(err, ErrSourceChanged) {
				t.Errorf("round %d: %v", a.rounds, err)
			}
			a.wantNothing(t)
			return true
		}
		if a.inside && a.attack != "map" && a.attack != "replace" && a.attack != "all" {
			t.Errorf("round %d: the change was not seen", a.rounds)
		}
		box, err := os.ReadFile(dst)
		if err != nil {
			t.Fatal(err)
		}
		os.Remove(dst)
		a.watch.events(t)
		got, ok := secretbox.Open(nil, box[NonceSize:], (*[NonceSize]byte)(box), &testKey)
		if !ok {
			t.Fatalf("round %d: not a box", a.rounds)
		}
		return a.mixture(t, got, m)
	})
}

// mixture checks that the file had every byte of got at some time, and reports whether
// got differs from m.
func (a *siege) mixture(t *testing.T, got, m []byte) (mixed bool) {
	const page = 4096
	for i := 0; i < len(got); i++ {
		if i%page == 0 && i+page <= min(len(got), len(m)) && bytes.Equal(got[i:i+page], m[i:i+page]) {
			i += page - 1
			continue
		}
		b := got[i]
		switch {
		case i < len(m) && b == m[i]:
			continue
		case i < len(m) && b == ^m[i], i >= len(m) && b == extension:
		case b == 0 && !a.inside && (a.attack == "truncate" || a.attack == "all"):
			// Behind the truncated end, in its page. mtime is too coarse to show it.
		default:
			t.Fatalf("round %d: byte %d of %d is %#x, which the file never had", a.rounds, i, len(got), b)
		}
		mixed = true
	}
	return mixed || len(got) != len(m)
}
