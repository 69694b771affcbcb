package largebox_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"path/filepath"
	"strings"

	"github.com/largebox/largebox/keyfile"
	"github.com/largebox/largebox/largebox"
)

// temporary makes a directory with a file for an example.
func temporary() (dir string, remove func()) {
	dir, err := os.MkdirTemp("", "example")
	if err != nil {
		log.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "backup.tar"), []byte("many gigabytes"), 0o600); err != nil {
		log.Fatal(err)
	}
	return dir, func() { os.RemoveAll(dir) }
}

func Example() {
	dir, remove := temporary()
	defer remove()
	src, sealed, opened := filepath.Join(dir, "backup.tar"), filepath.Join(dir, "backup.tar.box"), filepath.Join(dir, "restored.tar")
	ctx := context.Background()

	secret := keyfile.NewSecret()
	defer secret.Wipe()
	key := largebox.SecretKey(secret)

	result, err := largebox.SealFile(ctx, sealed, src, key, largebox.Options{})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("sealed", result.Bytes, "bytes, durable:", result.Durable)

	if _, err := largebox.OpenFile(ctx, opened, sealed, key, largebox.Options{}); err != nil {
		log.Fatal(err)
	}
	content, _ := os.ReadFile(opened)
	fmt.Printf("%s\n", content)

	another := largebox.SecretKey(keyfile.NewSecret())
	_, err = largebox.OpenFile(ctx, filepath.Join(dir, "nothing"), sealed, another, largebox.Options{})
	fmt.Println("with another key:", errors.Is(err, largebox.ErrNotAuthentic))
	// Output:
	// sealed 14 bytes, durable: true
	// many gigabytes
	// with another key: true
}

// Only the recipient can open the box.
func ExampleRecipient() {
	dir, remove := temporary()
	defer remove()
	src, sealed := filepath.Join(dir, "backup.tar"), filepath.Join(dir, "backup.tar.box")

	me := keyfile.NewIdentity()
	defer me.Wipe()
	if _, err := largebox.SealFile(context.Background(), sealed, src, largebox.Recipient(me.PublicKey()), largebox.Options{}); err != nil {
		log.Fatal(err)
	}
	result, err := largebox.VerifyFile(context.Background(), sealed, largebox.Identity(me), largebox.VerifyOptions{})
	fmt.Println(result.Bytes, err)
	// Output: 14 <nil>
}

// The message comes from any reader, and the box goes to any writer: here both are in
// memory.
func ExampleSealStream() {
	secret := keyfile.NewSecret()
	defer secret.Wipe()
	key := largebox.SecretKey(secret)
	ctx := context.Background()

	var sealed, opened bytes.Buffer
	in := bytes.NewReader([]byte("from a pipe"))
	if _, err := largebox.SealStream(ctx, largebox.Writer(&sealed), largebox.Reader(in), key, largebox.Options{}); err != nil {
		log.Fatal(err)
	}
	// OpenStream writes nothing before the whole box has verified.
	if _, err := largebox.OpenStream(ctx, largebox.Writer(&opened), largebox.Reader(&sealed), key, largebox.Options{}); err != nil {
		log.Fatal(err)
	}
	fmt.Println(opened.String())
	// Output: from a pipe
}

// The message comes from a ReaderAt, and a function gets the box, for instance to upload
// it to a server.
func ExampleOutputFunc() {
	secret := keyfile.NewSecret()
	defer secret.Wipe()
	key, ctx := largebox.SecretKey(secret), context.Background()

	message := strings.NewReader("for the bucket")
	upload := func(r io.ReaderAt, size int64) error {
		fmt.Println("uploading", size, "bytes")
		_, err := largebox.VerifyStream(ctx, largebox.ReaderAt(r, size), key, largebox.VerifyOptions{})
		return err
	}
	_, err := largebox.SealStream(ctx, largebox.OutputFunc(upload), largebox.ReaderAt(message, message.Size()), key, largebox.Options{})
	fmt.Println(err)
	// Output:
	// uploading 54 bytes
	// <nil>
}
