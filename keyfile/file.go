package keyfile

import (
	"io"
	"io/fs"
	"os"
	"runtime"
)

// maxFile is how many bytes of a file are read at most.
const maxFile = 16 << 10

// A File is the content of a key file. Wipe it after use.
type File struct {
	path    string
	content hidden[[]byte]
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
		return nil, err
	}
	defer f.Close()
	return ReadFrom(f)
}

// ReadFrom reads an open key file, for instance standard input, to its end. It
// does not close f.
func ReadFrom(f *os.File) (*File, error) {
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	content := make([]byte, maxFile+1)
	n, err := io.ReadFull(f, content)
	content = content[:n]
	file := &File{path: f.Name(), content: hide(content)}
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

// Wipe clears the content. Keys that were taken from the file stay valid.
func (f *File) Wipe() { clear(f.content()) }

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
	return IdentityFromBytes(bytes), nil
}

// PublicKey returns the public key in the file. It returns ErrNotAKey,
// ErrWrongKind or ErrLowOrderKey if there is none.
func (f *File) PublicKey() (*PublicKey, error) {
	key, err := parsePublicKey(f.content())
	if err != nil {
		return nil, f.error(err)
	}
	return key, nil
}

func (f *File) parse(want kind) (*[Size]byte, error) {
	bytes, err := parse(f.content(), want)
	if err != nil {
		return nil, f.error(err)
	}
	return bytes, nil
}

func (f *File) error(err error) error {
	return &fs.PathError{Op: "read a key from", Path: f.path, Err: err}
}
