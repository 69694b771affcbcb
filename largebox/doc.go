// Package largebox seals and opens files larger than RAM as one NaCl box: the
// bytes of libsodium and PyNaCl, on all cores, in constant memory.
//
// Use [SealFile] and [OpenFile] with a [SecretKey]; [VerifyFile] checks a file
// without writing. [SealStream] and [OpenStream] do the same for readers and
// writers. [Seal] and [Open] are for messages in memory. To speed up a program
// that uses x/crypto's nacl packages, import largebox/secretbox or largebox/box
// in their place.
//
// # Files
//
// A file is one box, and what stands in front of it:
//
//	SecretKey   nonce 24, tag 16, ciphertext   PyNaCl's SecretBox.encrypt
//	BoxKey      nonce 24, tag 16, ciphertext   PyNaCl's Box.encrypt
//	Recipient   public key 32, tag 16, ciphertext   crypto_box_seal
//
// Numbers are bytes. The ciphertext is as long as the message. There is no
// header, no magic number and no padding. Any NaCl opens what is sealed here,
// given enough memory, and the reverse; this will stay so.
//
// # What is promised
//
// A box is all or nothing. The tag is at the front of the file and depends on
// all of it, so what is opened is kept in a file without a name until the tag
// has verified. Then it gets its name, whole and in one step; if it does not
// verify, there never was a file. The same holds for what is sealed: a box has
// its name when it is complete and, unless [Options.NoSync] is set, on the
// disk. On an error, a cancelled context, a panic or a killed process, nothing
// has a name that had none before, and an existing file is untouched. Only
// where a host or file system has no files without a name (see package
// fallback), and for a moment while an existing file is replaced or
// publish.Rename is at work, there is a private temporary (mode 0600),
// .largebox-….tmp, which a killed process leaves behind and [Sweep] removes.
//
// Opening a file reads each of its bytes once, into private memory: what was
// authenticated is what was decrypted, even if the file is overwritten, mapped
// or truncated by somebody else meanwhile. Faults of mapped files are errors.
//
// Memory is constant: 32 MiB at the most are shared by all workers.
//
// # What is not promised
//
//   - A secretbox does not commit to its key: somebody who knows two keys can
//     make one file that opens with both.
//   - The length of the message shows.
//   - A forger succeeds with a probability of about 2^-67 a try on a box of
//     1 TiB, and less on a shorter one.
//   - Other processes of the same user can read, write or even link our
//     anonymous files through /proc/PID/fd.
//   - The plaintext of a box that failed to verify stays in freed blocks of the
//     disk, as that of any deleted file.
//   - A file that is changed through a mapping while it is sealed may be sealed
//     as a mixture of old and new bytes without an error. It is always a valid
//     box of bytes that were each read once.
//   - Keys and plaintext are wiped from memory where largebox owns it: blocks, key
//     schedules, shared keys, key files. Where it does not, they are not: X25519
//     leaves a copy of the private key behind in Go's crypto/ecdh (of a BoxKey, an
//     Identity, and the one that a sealed box is made with), and stacks are Go's.
//
// # Keys
//
// Keys come from package keyfile, which makes them, reads them from files and
// takes arrays of 32 bytes. A passphrase is not a key. Each kind of key is a type
// of its own, so that a public key is not used as a secret one. A Sealer or Opener
// keeps a pointer to its key; the caller wipes the key when no operation uses it
// any more, and later operations return keyfile.ErrNoKey. Nonces are random, and
// long enough for that; [UnsafeNonce] is the exception.
//
// All functions may be used by several goroutines at once.
package largebox
