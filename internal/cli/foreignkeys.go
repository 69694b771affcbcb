package cli

import (
	"bytes"
	"io"
	"os"
)

// foreignKeys are the beginnings of other programs' keys that people are likely to
// have.
var foreignKeys = []struct{ prefix, program string }{
	{"age-secret-key-", "age"}, {"age1", "age"}, {"age-plugin-", "age"},
	{"ssh-ed25519 ", "SSH"}, {"ssh-rsa ", "SSH"}, {"ecdsa-sha2-", "SSH"}, {"-----begin openssh", "SSH"},
	{"-----begin pgp", "OpenPGP"},
}

// foreignKey returns an error if a line of text is a key of another program, and nil
// otherwise.
func foreignKey(text []byte) error {
	for line := range bytes.Lines(text) {
		line = bytes.TrimSpace(line)
		for _, k := range foreignKeys {
			if len(line) > len(k.prefix)+10 && bytes.EqualFold(line[:len(k.prefix)], []byte(k.prefix)) {
				return hintedError{usagef("this is a key of %s, whose keys and files largebox does not read", k.program),
					"largebox keygen makes a secret key; with --type box, an identity and its public key"}
			}
		}
	}
	return nil
}

// foreignKeyFile is foreignKey for the beginning of a file.
func foreignKeyFile(path string) error {
	info, err := os.Stat(path)
	if err != nil || !info.Mode().IsRegular() {
		return nil
	}
	f, err := os.Open(path)
	if err != nil {
		return nil
	}
	defer f.Close()
	text := make([]byte, 4<<10)
	defer clear(text)
	n, _ := io.ReadFull(f, text)
	return foreignKey(text[:n])
}
