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

	"github.com/largebox/largebox/internal/sealedbox"
	"github.com/largebox/largebox/internal/testlong"
	"github.com/largebox/largebox/internal/xsalsa20poly1305"
	"github.com/largebox/largebox/keyfile"
	"golang.org/x/crypto/curve25519"
	xbox "golang.org/x/crypto/nacl/box"
	"golang.org/x/crypto/nacl/secretbox"
	"golang.org/x/crypto/salsa20"
)

const memoryEnv = "LARGEBOX_TEST_MEMORY"

// TestMemoryProcess runs in the process that TestNoKeyInMemory looks into.
func TestMemoryProcess(t *testing.T) {
	use, ok := memoryUses[os.Getenv(memoryEnv)]
	if !ok {
		t.Skip("this is a part of another test")
	}
	if _, err := xsalsa20poly1305.Use(os.Getenv("LARGEBOX_TEST_ENGINE")); err != nil {
		t.Fatal(err)
	}
	in, out := os.NewFile(3, "in"), os.NewFile(4, "out")
	var nonce [NonceSize]byte
	for _, p := range [][]byte{lookedFor.key[:], lookedFor.public[:], lookedFor.private[:], nonce[:]} {
		if _, err := io.ReadFull(in, p); err != nil {
			t.Fatal(err)
		}
	}
	wait := func() {
		out.Write([]byte{'w'})
		in.Read(make([]byte, 1))
	}
	wait()
	o := Options{Workspace: Workspace(os.Getenv("LARGEBOX_TEST_WORKSPACE")), Workers: 4}
	err := atDepths(use.depths, func() error { return use.run(os.Getenv("LARGEBOX_TEST_DIR"), &nonce, o) })
	if err != nil {
		t.Fatal(err)
	}
	clear(lookedFor.key[:])
	clear(lookedFor.public[:])
	clear(lookedFor.private[:])
	wait()
}

// find counts the needles in the writable memory of a process (proc(5)).
func find(t *testing.T, pid int, needles secrets) map[string]int {
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
		if to-from > 1<<30 { // the race detector's
			continue
		}
		for at := from; at < to; at += step {
			n, _ := mem.ReadAt(buf[:min(step+overlap, to-at)], at)
			total += n
			for name, needle := range needles {
				for p := buf[:n]; ; {
					i := bytes.Index(p, needle)
					if i < 0 || len(buf[:n])-len(p)+i >= step { // the next step counts it
						break
					}
					found[name]++
					p = p[i+1:]
				}
			}
		}
	}
	if total == 0 {
		t.Fatal("no memory could be read")
	}
	return found
}

// secrets are the needles of find, by name.
type secrets map[string][]byte

// add adds both halves of a secret: some copies are in two pieces.
func (s secrets) add(name string, secret []byte) {
	secret = bytes.Clone(secret)
	s[name+", first half"] = secret[:len(secret)/2]
	s[name+", second half"] = secret[len(secret)/2:]
}

// addBox adds the key of a box, and what is derived from it and the nonce.
func (s secrets) addBox(name string, key *[KeySize]byte, nonce *[NonceSize]byte) {
	s.add("the key of "+name, key[:])
	var subkey, poly [32]byte
	xsalsa20poly1305.HSalsa20(&subkey, key, (*[16]byte)(nonce[:16]))
	s.add("the subkey of "+name, subkey[:])
	for i := 0; i < len(subkey); i += 4 { // as vectors have it, for several blocks at once
		s[fmt.Sprintf("word %d of the subkey of %s", i/4, name)] = bytes.Repeat(subkey[i:i+4], 4)
	}
	salsa20.XORKeyStream(poly[:], poly[:], nonce[:], key)
	s.add("the Poly1305 key of "+name, poly[:])
	for i, mask := range map[int]byte{3: 0x0f, 4: 0xfc, 7: 0x0f, 8: 0xfc, 11: 0x0f, 12: 0xfc, 15: 0x0f} {
		poly[i] &= mask
	}
	s["r of "+name] = poly[:16]
}

// TestNoKeyInMemory looks into the memory of a process that has sealed or opened
// boxes and has cleared its own copy of the key. It finds neither the key, nor anything
// derived from it, nor a piece of the message. It does not look for private keys: Go's
// crypto/ecdh keeps copies.
func TestNoKeyInMemory(t *testing.T) {
	dir := t.TempDir()
	random := func(n int) []byte {
		p := make([]byte, n)
		rand.Read(p)
		return p
	}
	key, nonce := [KeySize]byte(random(KeySize)), [NonceSize]byte(random(NonceSize))
	private, other := [KeySize]byte(random(KeySize)), random(KeySize)
	point := func(scalar, point []byte) [KeySize]byte {
		x, err := curve25519.X25519(scalar, point)
		if err != nil {
			t.Fatal(err)
		}
		return [KeySize]byte(x)
	}
	public, own := point(other, curve25519.Basepoint), point(private[:], curve25519.Basepoint)
	var shared, ofSealed [KeySize]byte
	xbox.Precompute(&shared, &public, &private)
	typed, err1 := keyfile.SecretFromBytes(&key).Text()
	fileText, err2 := keyfile.SecretFromBytes(&key).FileText()
	if err := errors.Join(err1, err2); err != nil {
		t.Fatal(err)
	}
	m := random(5*blockSize + 100)
	sealed := secretbox.Seal(nonce[:], m, &nonce, &key)
	altered := bytes.Clone(sealed)
	altered[len(altered)-1] ^= 1
	anonymous, err := xbox.SealAnonymous(nil, m, &own, nil)
	if err != nil {
		t.Fatal(err)
	}
	ephemeral := (*[KeySize]byte)(anonymous)
	xbox.Precompute(&ofSealed, ephemeral, &private)
	nonceOfSealed := sealedbox.Nonce(ephemeral, &own)
	for name, content := range map[string][]byte{
		"message": m, "secretbox": sealed, "altered": altered, "box": secretbox.Seal(nonce[:], m, &nonce, &shared), "sealed box": anonymous,
		"key.typed": fileText, "key.hex": []byte(hex.EncodeToString(key[:])), "key.raw": key[:],
	} {
		write(t, filepath.Join(dir, name), content)
	}
	all := secrets{}
	all.addBox("the secretbox", &key, &nonce)
	all.addBox("the box", &shared, &nonce)
	all.addBox("the sealed box", &ofSealed, &nonceOfSealed)
	for name, peer := range map[string][]byte{"the box": public[:], "the sealed box": ephemeral[:]} {
		product := point(private[:], peer)
		all.add("the product of the keys of "+name, product[:])
	}
	all.add("the secret key in digits", []byte(hex.EncodeToString(key[:])))
	all.add("the typed key", typed[20:])
	for at := 0; at < len(m); at += blockSize {
		all[fmt.Sprint("the message at byte ", at)] = m[at : at+32]
	}
	for use := range memoryUses {
		for _, engine := range xsalsa20poly1305.Engines() {
			for _, workspace := range []Workspace{Mmap, Fallback}[:testlong.Rounds(1, 2)] {
				t.Run(fmt.Sprintf("%s, %s, %s", use, engine, workspace), func(t *testing.T) {
					// A buffer that is not wiped is found each time. Registers that Go or a
					// signal handler saved on a stack are found by chance, and not each time.
					left := maps.Clone(all)
					env := []string{memoryEnv + "=" + use, "LARGEBOX_TEST_ENGINE=" + engine,
						"LARGEBOX_TEST_WORKSPACE=" + string(workspace), "LARGEBOX_TEST_DIR=" + dir}
					for range 3 {
						found := lookInto(t, env, [][]byte{key[:], public[:], private[:], nonce[:]}, left)
						maps.DeleteFunc(left, func(name string, _ []byte) bool { return found[name] == 0 })
						if len(left) == 0 {
							return
						}
					}
					for name := range left {
						t.Errorf("found in memory: %s", name)
					}
				})
			}
		}
	}
}

// lookInto starts a process with that environment and gives it the keys. It returns
// which needles are in the memory of the process after that has used and cleared them.
func lookInto(t *testing.T, env []string, keys [][]byte, needles secrets) map[string]int {
	t.Helper()
	in, toChild, err1 := os.Pipe()
	fromChild, out, err2 := os.Pipe()
	if err := errors.Join(err1, err2); err != nil {
		t.Fatal(err)
	}
	child := exec.Command(os.Args[0], "-test.run=^TestMemoryProcess$")
	child.Env = append(append(os.Environ(), "GORACE=atexit_sleep_ms=0"), env...)
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
			t.Fatalf("the process has ended: %v", err)
		}
	}
	toChild.Write(bytes.Join(keys, nil))
	hear()
	// find does find a key that is there.
	if found := find(t, child.Process.Pid, secrets{"key": keys[0], "private": keys[2]}); found["key"] != 1 || found["private"] != 1 {
		t.Errorf("before the use, found %v", found)
	}
	toChild.Write([]byte{'g'})
	hear()
	return find(t, child.Process.Pid, needles)
}
