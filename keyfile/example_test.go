package keyfile_test

import (
	"fmt"
	"strings"

	"github.com/largebox/largebox/keyfile"
)

func Example() {
	private := keyfile.Generate()
	defer clear(private[:])

	// The text goes to whoever is to seal something for us.
	text := keyfile.FormatPublic(keyfile.PublicKey(private))
	fmt.Println(text[:strings.IndexByte(text, '1')], len(text))

	// They read it, and cannot mistake it for a key of another kind.
	public, err := keyfile.ParsePublic(text)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(*public == *keyfile.PublicKey(private))
	// Output:
	// largebox-public 74
	// true
}
