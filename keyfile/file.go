package keyfile

import (
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"io/fs"
	"os"
	"runtime"

	"github.com/largebox/largebox/publish"
)

// maxFile bounds what is read of a file, in bytes.
const maxFile = 16 << 10

// A File is the content of a key file. Wipe it after use.
type File struct {
	path    string
	content []byte
	// Exposed reports that others than its owner may read the file, on hosts
	// where permissions say so.
	Exposed bool
}

// Read reads the key file at path. Errors are about the file; whether it holds
// a key turns out when one is taken from it.
func Read(path string) (*File, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return ReadFrom(f)
}

// ReadFrom is Read for a file that is open, for instance standard input.
func ReadFrom(f *os.File) (*File, error) {
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	content := make([]byte, maxFile+1)
	n, err := io.ReadFull(f, content)
	file := &File{path: f.Name(), content: content[:n]}
	switch {
	case err == nil:
		file.Wipe()
		return nil, file.error(notAKey("it is longer than %d bytes", maxFile))
	case err != io.EOF && err != io.ErrUnexpectedEOF:
		file.Wipe()
		return nil, err
	}
	file.Exposed = runtime.GOOS != "windows" && info.Mode().IsRegular() && info.Mode().Perm()&0o077 != 0
	return file, nil
}

// Wipe overwrites the content.
func (f *File) Wipe() { clear(f.content) }

// Secret is the secret key that the file holds.
func (f *File) Secret() (*[Size]byte, error) { return f.key(secret) }

// Identity is the private key that the file holds. Its public key is PublicKey.
func (f *File) Identity() (private *[Size]byte, err error) { return f.key(identity) }

// Public is the public key that the file holds.
func (f *File) Public() (*[Size]byte, error) { return f.key(public) }

func (f *File) key(want kind) (*[Size]byte, error) {
	key, err := parse(f.content, want)
	if err != nil {
		return nil, f.error(err)
	}
	return key, nil
}

func (f *File) error(err error) error {
	return &fs.PathError{Op: "read a key from", Path: f.path, Err: err}
}

// Generate returns a new random key: secret, or private.
func Generate() *[Size]byte {
	key := new([Size]byte)
	rand.Read(key[:]) // never fails
	return key
}

// SecretText returns the content of a file with a secret key.
func SecretText(key *[Size]byte) string {
	return "# A secret key of largebox. Keep a copy: what it sealed cannot be opened without it.\n" + FormatSecret(key) + "\n"
}

// IdentityText returns the content of a file with a private key, which names the
// public key in a comment.
func IdentityText(private *[Size]byte) string {
	return fmt.Sprintf("# An identity of largebox. Keep a copy: what was sealed for it cannot be opened without it.\n# Its public key: %s\n%s\n",
		FormatPublic(PublicKey(private)), FormatIdentity(private))
}

// Write writes text to a new file at path: only its owner may read it (0600), it
// appears whole and synced, and an existing file is an fs.ErrExist. If its
// directory cannot be synced, that is an error, and the file stays: another
// process may have sealed with the key by then.
func Write(path, text string) error {
	return publish.WriteFile(context.Background(), path, []byte(text), publish.Options{KeepOnSyncError: true})
}
