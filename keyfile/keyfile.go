// Package keyfile reads and writes the keys of NaCl boxes as text and as files.
//
// [Read] takes any file that holds a key, and its methods Secret, Identity and
// Public say what the key is to be; [Write] makes a new file of what
// [SecretText] or [IdentityText] return for a key of [Generate]. [FormatPublic]
// and [ParsePublic] are for public keys in messages and on command lines.
//
// # Text
//
// A key is written as its type, the digit 1, and the 32 bytes with a checksum,
// in Bech32m (BIP-350):
//
//	largebox-secret1…    a secret key (secretbox)
//	largebox-identity1…  a private key, from which the public one follows (box)
//	largebox-public1…    a public key (box, sealed box)
//
// The types cannot be mistaken for one another, and the checksum finds every
// error of up to four characters. A file has the key on a line of its own;
// empty lines and lines that begin with # do not count.
//
// Keys of other programs have no type. They are read as 64 hexadecimal digits,
// as base64 (standard or URL, padded or not), and as 32 bytes; what they are is
// up to who reads them. Thirty-two bytes that can all be printed are refused:
// they are half a hexadecimal key, or a passphrase.
//
// # Secrets
//
// No error repeats what a file says. Keys are returned in arrays that belong to
// the caller, who should clear them after use; the texts that are made of them
// are strings, which nobody can clear. Hexadecimal and base64 are decoded with
// tables, in a time that may tell something of a key to somebody who measures it
// on the same machine; the typed form is not.
package keyfile

import (
	"errors"
	"fmt"

	"github.com/largebox/largebox/internal/errs"
)

// Size is the length of every key in bytes.
const Size = 32

// Errors to test for with errors.Is.
var (
	// ErrNotAKey is content that is no key in any form.
	ErrNotAKey = errors.New("not a key")
	// ErrWrongKind is a key of another kind than the one that was asked for.
	ErrWrongKind = errors.New("a key of another kind")
	// ErrLowOrderKey is a public key that would make the shared secret known to
	// everybody.
	ErrLowOrderKey = errs.ErrLowOrderKey
)

// A kind is what a key is for.
type kind int

const (
	unknown kind = iota // a key without a type
	secret
	identity
	public
)

// kinds have the prefix of the text form, and what people call them.
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
