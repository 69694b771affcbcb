package keyfile

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"runtime"
)

// maxFile is how many bytes of a file are read at most.
const maxFile = 16 << 10

// A File is the content of a key file. Wipe it after use. The zero File has no
// content.
type File struct {
	path    string // without a key that was given as a path
	content hidden[*wipeable]
	// Exposed reports whether others than its owner may read the file. It is
	// false where permissions do not say so: on Windows, and for devices and pipes.
	Exposed bool
}

// Read reads the key file at path. It returns an error if the file cannot be
// read or is too long. What the file contains is checked when a key is taken
// from it.
func Read(path string) (*File, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, redactPath(err)
	}
	defer f.Close()
	return ReadFrom(f)
}

// ReadFrom reads an open key file, for instance standard input, to its end. It
// does not close f.
func ReadFrom(f *os.File) (*File, error) {
	info, err := f.Stat()
	if err != nil {
		return nil, redactPath(err)
	}
	content := make([]byte, maxFile+1)
	n, err := io.ReadFull(f, content)
	content = content[:n]
	file := &File{path: Redact(f.Name()), content: hide(&wipeable{bytes: content})}
	switch {
	case err == nil:
		file.Wipe()
		return nil, file.error(notAKey("it is longer than %d bytes", maxFile))
	case err != io.EOF && err != io.ErrUnexpectedEOF:
		file.Wipe()
		return nil, redactPath(err)
	}
	file.Exposed = runtime.GOOS != "windows" && info.Mode().IsRegular() && info.Mode().Perm()&0o077 != 0
	return file, nil
}

// Wipe clears the content. Keys that were taken from the file stay valid. Every
// later attempt to take one returns ErrNoKey. An attempt by another goroutine at the
// same time gets the whole key or ErrNoKey.
func (f *File) Wipe() { f.wipeable().wipe(ErrNoKey) }

// Secret returns the secret key in the file. It returns ErrNotAKey or
// ErrWrongKind if there is none.
func (f *File) Secret() (*Secret, error) {
	bytes, err := f.parse(secret)
	if err != nil {
		return nil, err
	}
	defer clear(bytes[:])
	return SecretFromBytes(bytes), nil
}

// Identity returns the identity in the file. It returns ErrNotAKey or
// ErrWrongKind if there is none.
func (f *File) Identity() (*Identity, error) {
	bytes, err := f.parse(identity)
	if err != nil {
		return nil, err
	}
	defer clear(bytes[:])
	i, err := newIdentity(copyKey(bytes))
	if err != nil {
		return nil, f.error(err)
	}
	return i, nil
}

// PublicKey returns the public key in the file. It returns ErrNotAKey,
// ErrWrongKind or ErrLowOrderKey if there is none.
func (f *File) PublicKey() (*PublicKey, error) {
	content, err := f.wipeable().get()
	if err != nil {
		return nil, err
	}
	defer clear(content)
	key, err := parsePublicKey(content)
	if err != nil {
		return nil, f.error(err)
	}
	return key, nil
}

func (f *File) wipeable() *wipeable {
	if f == nil || f.content == nil {
		return nil
	}
	return f.content()
}

func (f *File) parse(want kind) (*[Size]byte, error) {
	content, err := f.wipeable().get()
	if err != nil {
		return nil, err
	}
	defer clear(content)
	bytes, err := parse(content, want)
	if err != nil {
		return nil, f.error(err)
	}
	return bytes, nil
}

func (f *File) error(err error) error {
	return &fs.PathError{Op: "read a key from", Path: f.path, Err: err}
}

// redactPath returns err without a key that was given as its path.
func redactPath(err error) error {
	var at *fs.PathError
	if errors.As(err, &at) && Resembles(at.Path) {
		return &fs.PathError{Op: at.Op, Path: Redact(at.Path), Err: at.Err}
	}
	return err
}
