package largebox

import (
	"bytes"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/largebox/largebox/internal/testlong"
	"github.com/largebox/largebox/internal/xsalsa20poly1305"
	"github.com/largebox/largebox/keyfile"
	"golang.org/x/crypto/curve25519"
	xbox "golang.org/x/crypto/nacl/box"
	"golang.org/x/crypto/nacl/secretbox"
)

// The keys of the process that is looked into. They are here, where it clears
// them, and nowhere else.
var lookedFor struct{ key, public, private [KeySize]byte }

func lookedForPair() (*keyfile.PublicKey, *keyfile.Identity, error) {
	peer, err := keyfile.PublicKeyFromBytes(&lookedFor.public)
	return peer, keyfile.IdentityFromBytes(&lookedFor.private), err
}

// memoryUses are what a process does with keys, in dir.
var memoryUses = map[string]func(dir string, o Options) error{
	"seal, secretbox": func(dir string, o Options) error {
		key := keyfile.SecretFromBytes(&lookedFor.key)
		defer key.Wipe()
		_, err := SealFile(ctx, filepath.Join(dir, "out"), filepath.Join(dir, "message"), SecretKey(key), o)
		return err
	},
	"open, secretbox": func(dir string, o Options) error {
		key := keyfile.SecretFromBytes(&lookedFor.key)
		defer key.Wipe()
		_, err := OpenFile(ctx, filepath.Join(dir, "out"), filepath.Join(dir, "secretbox"), SecretKey(key), o)
		return err
	},
	"open, not authentic": func(dir string, o Options) error {
		key := keyfile.SecretFromBytes(&lookedFor.key)
		defer key.Wipe()
		_, err := OpenFile(ctx, filepath.Join(dir, "out"), filepath.Join(dir, "altered"), SecretKey(key), o)
		if errors.Is(err, ErrNotAuthentic) {
			return nil
		}
		return fmt.Errorf("opened: %w", err)
	},
	"seal, box": func(dir string, o Options) error {
		peer, own, err := lookedForPair()
		if err != nil {
			return err
		}
		defer own.Wipe()
		_, err = SealFile(ctx, filepath.Join(dir, "out"), filepath.Join(dir, "message"), BoxKey(peer, own), o)
		return err
	},
	"open, box": func(dir string, o Options) error {
		peer, own, err := lookedForPair()
		if err != nil {
			return err
		}
		defer own.Wipe()
		_, err = OpenFile(ctx, filepath.Join(dir, "out"), filepath.Join(dir, "box"), BoxKey(peer, own), o)
		return err
	},
	"a new key file": func(dir string, o Options) error {
		key := keyfile.SecretFromBytes(&lookedFor.key)
		defer key.Wipe()
		return key.WriteFile(filepath.Join(dir, "out"))
	},
	"a key of another kind": func(dir string, o Options) error {
		f, err := keyfile.Read(filepath.Join(dir, "key.typed"))
		if err != nil {
			return err
		}
		defer f.Wipe()
		_, err1 := f.Identity()
		_, err2 := f.PublicKey()
		if !errors.Is(err1, keyfile.ErrWrongKind) || !errors.Is(err2, keyfile.ErrWrongKind) {
			return fmt.Errorf("another kind: %w, %w", err1, err2)
		}
		return nil
	},
	"a key file": func(dir string, o Options) error {
		for _, name := range []string{"key.typed", "key.hex", "key.raw"} {
			f, err := keyfile.Read(filepath.Join(dir, name))
			if err != nil {
				return err
			}
			key, err := f.Secret()
			if err != nil {
				return err
			}
			_, err = VerifyFile(ctx, filepath.Join(dir, "secretbox"), SecretKey(key), o)
			f.Wipe()
			key.Wipe()
			if err != nil {
				return err
			}
		}
		return nil
	},
}

const memoryEnv = "LARGEBOX_TEST_MEMORY"

// TestMemoryProcess is the process that is looked into.
func TestMemoryProcess(t *testing.T) {
	use := memoryUses[os.Getenv(memoryEnv)]
	if use == nil {
		t.Skip("it is a part of another test")
	}
	in, out := os.NewFile(3, "in"), os.NewFile(4, "out")
	for _, key := range [][]byte{lookedFor.key[:], lookedFor.public[:], lookedFor.private[:]} {
		if _, err := io.ReadFull(in, key); err != nil {
			t.Fatal(err)
		}
	}
	wait := func() {
		out.Write([]byte{'w'})
		in.Read(make([]byte, 1))
	}
	wait()
	if err := use(os.Getenv("LARGEBOX_TEST_DIR"), Options{Workspace: Workspace(os.Getenv("LARGEBOX_TEST_WORKSPACE")), Workers: 4}); err != nil {
		t.Fatal(err)
	}
	clear(lookedFor.key[:])
	clear(lookedFor.public[:])
	clear(lookedFor.private[:])
	wait()
}

// find counts the needles in the writable memory of a process (proc(5)).
func find(t *testing.T, pid int, needles map[string][]byte) map[string]int {
	t.Helper()
	found := map[string]int{}
	regions, err := os.ReadFile(fmt.Sprintf("/proc/%d/maps", pid))
	if err != nil {
		t.Fatal(err)
	}
	mem, err := os.Open(fmt.Sprintf("/proc/%d/mem", pid))
	if err != nil {
		t.Fatal(err)
	}
	defer mem.Close()
	const step, overlap = 1 << 20, 64
	buf := make([]byte, step+overlap)
	total := 0
	for line := range strings.Lines(string(regions)) {
		var from, to int64
		var mode string
		if _, err := fmt.Sscanf(line, "%x-%x %s", &from, &to, &mode); err != nil || !strings.HasPrefix(mode, "rw") {
			continue
		}
		if to-from > 1<<30 { // of the race detector
			continue
		}
		for at := from; at < to; at += step {
			n, _ := mem.ReadAt(buf[:min(step+overlap, to-at)], at)
			total += n
			for name, needle := range needles {
				for p := buf[:n]; ; {
					i := bytes.Index(p, needle)
					if i < 0 || len(buf[:n])-len(p)+i >= step { // the next step's
						break
					}
					found[name]++
					p = p[i+1:]
				}
			}
		}
	}
	if total == 0 {
		t.Fatal("there is no memory to look into")
	}
	return found
}

// halves adds both halves of a key to needles: some copies are in two pieces.
func halves(needles map[string][]byte, name string, key []byte) {
	needles[name+", first half"] = key[:len(key)/2]
	needles[name+", second half"] = key[len(key)/2:]
}

// TestNoKeyInMemory looks into the memory of a process that has sealed or opened
// a file and has cleared its own copy of the key: there is neither the key, nor
// what follows from it, nor a piece of the message, but for private keys, of
// which Go's crypto/ecdh keeps copies.
func TestNoKeyInMemory(t *testing.T) {
	dir := t.TempDir()
	random := func(n int) []byte {
		p := make([]byte, n)
		rand.Read(p)
		return p
	}
	key, nonce := [KeySize]byte(random(KeySize)), [NonceSize]byte(random(NonceSize))
	private, other := [KeySize]byte(random(KeySize)), random(KeySize)
	x, err := curve25519.X25519(other, curve25519.Basepoint)
	if err != nil {
		t.Fatal(err)
	}
	public := [KeySize]byte(x)
	var shared [KeySize]byte
	xbox.Precompute(&shared, &public, &private)
	raw, err := curve25519.X25519(private[:], public[:])
	if err != nil {
		t.Fatal(err)
	}
	typed, err1 := keyfile.SecretFromBytes(&key).Text()
	fileText, err2 := keyfile.SecretFromBytes(&key).FileText()
	if err := errors.Join(err1, err2); err != nil {
		t.Fatal(err)
	}
	m := random(5*blockSize + 100)
	sealed := secretbox.Seal(nonce[:], m, &nonce, &key)
	altered := bytes.Clone(sealed)
	altered[len(altered)-1] ^= 1
	for name, content := range map[string][]byte{
		"message": m, "secretbox": sealed, "altered": altered, "box": secretbox.Seal(nonce[:], m, &nonce, &shared),
		"key.typed": fileText, "key.hex": []byte(hex.EncodeToString(key[:])), "key.raw": key[:],
	} {
		write(t, filepath.Join(dir, name), content)
	}
	needles := func(sealed bool) map[string][]byte {
		all := map[string][]byte{}
		halves(all, "the secret key", key[:])
		halves(all, "the shared key", shared[:])
		halves(all, "the shared key before HSalsa20", raw)
		halves(all, "the secret key in digits", []byte(hex.EncodeToString(key[:])))
		halves(all, "the typed key", typed[20:])
		if !sealed { // where the nonce is known
			input := [16]byte(nonce[:16])
			var subkey [32]byte
			xsalsa20poly1305.HSalsa20(&subkey, &key, &input)
			halves(all, "the subkey", subkey[:])
			xsalsa20poly1305.HSalsa20(&subkey, &shared, &input)
			halves(all, "the subkey of the box", subkey[:])
		}
		for at := 0; at < len(m); at += blockSize {
			all[fmt.Sprint("the message at byte ", at)] = m[at : at+32]
		}
		return all
	}
	for use := range memoryUses {
		for _, workspace := range []Workspace{Mmap, Fallback}[:testlong.Rounds(1, 2)] {
			t.Run(use+", "+string(workspace), func(t *testing.T) {
				// A buffer that is not wiped is there each time. What the stacks of Go
				// and its handlers of signals keep of registers is a matter of chance.
				left := needles(strings.HasPrefix(use, "seal"))
				for range 3 {
					found := lookInto(t, use, workspace, dir, [][]byte{key[:], public[:], private[:]}, left)
					maps.DeleteFunc(left, func(name string, _ []byte) bool { return found[name] == 0 })
					if len(left) == 0 {
						return
					}
				}
				for name := range left {
					t.Errorf("in memory there is %s", name)
				}
			})
		}
	}
}

// lookInto returns which needles there are in the memory of a process that has
// made this use of keys, and of what it was given as such.
func lookInto(t *testing.T, use string, workspace Workspace, dir string, keys [][]byte, needles map[string][]byte) map[string]int {
	t.Helper()
	defer os.Remove(filepath.Join(dir, "out"))
	in, toChild, err1 := os.Pipe()
	fromChild, out, err2 := os.Pipe()
	if err := errors.Join(err1, err2); err != nil {
		t.Fatal(err)
	}
	child := exec.Command(os.Args[0], "-test.run=^TestMemoryProcess$")
	child.Env = append(os.Environ(), memoryEnv+"="+use, "LARGEBOX_TEST_WORKSPACE="+string(workspace),
		"LARGEBOX_TEST_DIR="+dir, "GORACE=atexit_sleep_ms=0")
	child.ExtraFiles = []*os.File{in, out}
	var said bytes.Buffer
	child.Stdout, child.Stderr = &said, &said
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	in.Close()
	out.Close()
	defer func() {
		toChild.Close()
		if err := child.Wait(); err != nil {
			t.Errorf("%v: %s", err, &said)
		}
		fromChild.Close()
	}()
	hear := func() {
		if _, err := io.ReadFull(fromChild, make([]byte, 1)); err != nil {
			t.Fatalf("it ended: %v", err)
		}
	}
	toChild.Write(bytes.Join(keys, nil))
	hear()
	// What is there is found.
	if found := find(t, child.Process.Pid, map[string][]byte{"key": keys[0], "private": keys[2]}); found["key"] != 1 || found["private"] != 1 {
		t.Errorf("before: %v", found)
	}
	toChild.Write([]byte{'g'})
	hear()
	return find(t, child.Process.Pid, needles)
}
