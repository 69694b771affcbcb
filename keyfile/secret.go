package keyfile

// A Secret is a secret key: it seals and opens. The zero Secret is no key.
// A copy of the struct is the same key, and is wiped with it.
type Secret struct{ secret hidden[*key] }

// NewSecret returns a new random secret key.
func NewSecret() *Secret { return &Secret{hide(randomKey())} }

// SecretFromBytes returns a secret key with a copy of bytes, which must be random
// or derived from a secret. The caller keeps bytes and should clear them.
func SecretFromBytes(bytes *[Size]byte) *Secret { return &Secret{hide(copyKey(bytes))} }

func (s *Secret) key() *key {
	if s == nil || s.secret == nil {
		return nil
	}
	return s.secret()
}

// Bytes returns a copy of the key for use with other packages. The caller should
// clear it after use, because Wipe does not. Bytes returns ErrNoKey if there is no
// key.
func (s *Secret) Bytes() (*[Size]byte, error) { return s.key().get() }

// Text returns the key as one line of typed text, without a line end. The caller
// should clear it after use. Text returns ErrNoKey if there is no key.
func (s *Secret) Text() ([]byte, error) { return s.key().text(secret) }

// FileText returns the content of a key file: a comment and the key. The caller
// should clear it after use. FileText returns ErrNoKey if there is no key.
func (s *Secret) FileText() ([]byte, error) {
	return s.key().fileText(secret, "# A secret key of largebox. Keep a copy: what it sealed cannot be opened without it.\n")
}

// WriteFile writes the key to a new file at path. Only the owner may read the
// file (mode 0600). It appears whole and synced, and WriteFile never replaces a
// file: it returns fs.ErrExist. If the directory cannot be synced, WriteFile
// returns that error and the file stays, because another process may already
// have sealed with the key.
func (s *Secret) WriteFile(path string) error {
	text, err := s.FileText()
	if err != nil {
		return err
	}
	return writeAndWipe(path, text)
}

// Equal reports whether both are the same key, in constant time. No key equals
// nothing.
func (s *Secret) Equal(other *Secret) bool { return s.key().equal(other.key()) }

// Wipe clears the key. Every later use returns ErrNoKey. A use by another goroutine
// at the same time gets the whole key or ErrNoKey.
func (s *Secret) Wipe() { s.key().wipe() }
