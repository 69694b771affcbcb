package mmapio_test

import (
	"crypto/rand"
	"errors"
	"fmt"
	"log"
	"os"

	"github.com/largebox/largebox/mmapio"
	"golang.org/x/crypto/nacl/box"
)

// A function that takes a message in one slice, and appends to another, works
// from file to file without a copy of either in memory. Here it is the Open of
// nacl/box. It reads the message twice, to verify it and to decrypt it: the
// sealed file has to be one that nobody else writes meanwhile.
func Example_box() {
	dir, err := os.Open(os.TempDir())
	check(err)
	defer dir.Close()
	sealed, sender, recipient := sealedFile(dir)
	defer sealed.Close()

	in, err := mmapio.Map(sealed.OSFile())
	check(err)
	defer in.Close()
	var nonce [24]byte
	if len(in.Bytes()) < len(nonce)+box.Overhead {
		log.Fatal("too short to be a box")
	}
	file, err := mmapio.Create(dir, mmapio.Options{Perm: 0o644})
	check(err)
	defer file.Close()
	out, err := file.Buffer(len(in.Bytes()) - len(nonce) - box.Overhead)
	check(err)
	defer out.Close()

	var opened []byte
	var ok bool
	check(mmapio.Guard(func() {
		copy(nonce[:], in.Bytes())
		opened, ok = box.Open(out.Bytes(), in.Bytes()[len(nonce):], &nonce, sender, recipient)
	}, in.Bytes(), out.Bytes()))
	if !ok {
		log.Fatal("not authentic")
	}
	check(out.Commit(opened))
	check(file.Reveal())

	// It still has no name: package publish gives it one, or it can be read back.
	content, err := os.ReadFile(fmt.Sprintf("/proc/self/fd/%d", file.OSFile().Fd()))
	check(err)
	fmt.Printf("%s\n", content)
	// Output: a message for one pair of eyes
}

// sealedFile makes a file of a nonce and a box, and the keys to open it.
func sealedFile(dir *os.File) (f *mmapio.File, sender, recipient *[32]byte) {
	sender, from, err := box.GenerateKey(rand.Reader)
	check(err)
	to, recipient, err := box.GenerateKey(rand.Reader)
	check(err)
	var nonce [24]byte
	rand.Read(nonce[:])
	sealed := box.Seal(nonce[:], []byte("a message for one pair of eyes"), &nonce, to, from)

	f, err = mmapio.Create(dir, mmapio.Options{Exclusive: true})
	check(err)
	_, err = f.WriteAt(sealed, 0)
	check(err)
	return f, sender, recipient
}

func check(err error) {
	if errors.Is(err, errors.ErrUnsupported) {
		log.Fatal("package fallback is for this: ", err)
	}
	if err != nil {
		log.Fatal(err)
	}
}
