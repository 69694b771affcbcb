package keyfile_test

import (
	"fmt"
	"log"
	"os"
	"path/filepath"
	"strings"

	"github.com/largebox/largebox/keyfile"
)

// A secret key is made, stored and read.
func Example() {
	dir, err := os.MkdirTemp("", "example")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "key")

	key := keyfile.NewSecret()
	defer key.Wipe()
	if err := key.WriteFile(path); err != nil {
		log.Fatal(err)
	}

	file, err := keyfile.Read(path)
	if err != nil {
		log.Fatal(err)
	}
	defer file.Wipe()
	again, err := file.Secret()
	if err != nil {
		log.Fatal(err)
	}
	defer again.Wipe()
	fmt.Println(again.Equal(key))
	fmt.Println(again)
	// Output:
	// true
	// keyfile.Secret(…)
}

// The text of a public key goes to whoever wants to seal something for its owner.
func ExampleParsePublicKey() {
	me := keyfile.NewIdentity()
	defer me.Wipe()
	text := me.PublicKey().String()
	fmt.Println(text[:strings.IndexByte(text, '1')], len(text))

	public, err := keyfile.ParsePublicKey(text)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(*public == *me.PublicKey())
	// Output:
	// largebox-public 74
	// true
}

func ExampleRedact() {
	fmt.Println(keyfile.Redact("no such file: key=largebox-secret1qqqsyqcyq5rqwzqfpg9scrgwpugpzysnzs23v9ccrydpk8qarc0srnf4km"))
	fmt.Println(keyfile.Redact("no such file: Photos/2024-Summer-Holiday-in-Norway-and-Sweden.tar.box"))
	// Output:
	// no such file: key=…
	// no such file: Photos/2024-Summer-Holiday-in-Norway-and-Sweden.tar.box
}
