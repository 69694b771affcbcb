// Package keyfile reads and writes the keys of NaCl boxes as text and as files.
//
// To make a key, call [NewSecret] or [NewIdentity], and store it with its method
// WriteFile. To read one, call [Read] and then [File.Secret], [File.Identity] or
// [File.PublicKey], which name the kind of key that you need. [ParsePublicKey]
// reads a public key from a message or a command line, and [PublicKey.String]
// writes it.
//
// Each kind of key is a type of its own, so that a public key cannot be used as
// a secret one:
//
//   - [Secret] is a secret key, which seals and opens (secretbox).
//   - [Identity] is a private key together with its public key (box).
//   - [PublicKey] is the public key of an identity (box, sealed box).
//
// Arrays of 32 bytes become keys with [SecretFromBytes], [IdentityFromBytes] and
// [PublicKeyFromBytes].
//
// # Text
//
// A typed key is Bech32m (BIP-350): its type, the digit 1, 32 bytes in 52
// characters, and a checksum of 6 characters.
//
//	largebox-secret1…    a secret key
//	largebox-identity1…  an identity
//	largebox-public1…    a public key
//
// The checksum covers the type and detects every error of up to four
// characters. In a file, the key stands on a line of its own. Empty lines and
// lines that begin with # are ignored.
//
// Keys of other programs carry no type. They are read as 64 hexadecimal digits,
// as base64 (standard or URL alphabet, with or without padding), or as 32 raw
// bytes, and the caller decides what they are. Thirty-two printable bytes are
// refused: they are half of a hexadecimal key, or a passphrase.
//
// # Secrets
//
// Call Wipe on a Secret, an Identity or a File after use. A key that is empty or
// wiped is never used: every method that needs it returns [ErrNoKey]. The methods
// Bytes, Text and FileText return copies, which the caller should clear.
//
// No error repeats what a file says, or a key that was given as a path. Packages
// fmt, log/slog and encoding/json do not print a Secret or an Identity; only the
// methods Bytes, Text and FileText give the key away. [Redact] removes keys from a
// text that was not meant to contain any, such as a command line.
//
// Typed keys are encoded and decoded in constant time. Hexadecimal and base64
// are decoded with tables, and the time that takes may tell something about the
// key to someone who measures it on the same machine. To derive a public key, Go's
// crypto/ecdh copies the private key, and that copy is not wiped.
//
// Several goroutines may use and wipe a Secret, an Identity or a File at once. A use
// that meets a Wipe gets the whole key or ErrNoKey.
package keyfile

import (
	"errors"
	"fmt"
	"io/fs"

	"github.com/largebox/largebox/internal/errs"
)

// Size is the length of every key in bytes.
const Size = 32

// Errors to test for with errors.Is.
var (
	// ErrNotAKey reports content that is not a key in any form.
	ErrNotAKey = errors.New("not a key")
	// ErrWrongKind reports a key of another kind than the one asked for.
	ErrWrongKind = errors.New("a key of another kind")
	// ErrLowOrderKey reports a public key with which the shared secret would be
	// known to everybody.
	ErrLowOrderKey = errs.ErrLowOrderKey
	// ErrNoKey reports the use of a key or a File that is nil, zero or wiped. It is
	// an fs.ErrInvalid.
	ErrNoKey = fmt.Errorf("the key is empty or was wiped: %w", fs.ErrInvalid)
)

// A kind says what a key is for.
type kind int

const (
	unknown kind = iota // a key without a type
	secret
	identity
	public
)

// kinds holds the prefix of each kind's text form, and its name in messages.
var kinds = [...]struct{ prefix, name string }{
	unknown:  {"", "a key without a type"},
	secret:   {"largebox-secret", "a secret key"},
	identity: {"largebox-identity", "an identity"},
	public:   {"largebox-public", "a public key"},
}

func (k kind) String() string { return kinds[k].name }

func notAKey(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrNotAKey, fmt.Sprintf(format, args...))
}
