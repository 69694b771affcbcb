// Package largebox seals and opens files larger than RAM as one NaCl box: the
// bytes of libsodium and PyNaCl, on all cores, in constant memory.
//
// Call [SealFile] and [OpenFile] with a [SecretKey]; [VerifyFile] checks a file and
// writes nothing. [SealStream] and [OpenStream] do the same for every [Input] and
// [Output]: readers, open files, objects that are read at any offset, functions.
// Package keyfile makes and reads keys. For messages in memory, and for programs
// that use x/crypto's nacl packages, there are the packages largebox/secretbox and
// largebox/box.
//
// All functions may be called by several goroutines at once.
//
// # Files
//
// A file is one box, behind its nonce or public key:
//
//	SecretKey   nonce 24, tag 16, ciphertext        PyNaCl's SecretBox.encrypt
//	BoxKey      nonce 24, tag 16, ciphertext        PyNaCl's Box.encrypt
//	Recipient   public key 32, tag 16, ciphertext   libsodium's crypto_box_seal
//
// Numbers are bytes. The ciphertext is as long as the message. There is no
// header, no magic number and no padding. Any NaCl opens these files, if it has
// the memory, and largebox opens the files of any NaCl. Later versions will, too.
//
// # What is promised
//
// A box is all or nothing. Its tag stands at the front of the file and depends on
// every byte, so OpenFile keeps the plaintext in a file without a name until the
// tag has verified. Then the file gets its name, whole and in one step. If the tag
// does not verify, the file never gets a name. SealFile gives a box its name when the
// box is complete and, unless [Options.NoSync] is set, on the disk. After an error,
// a cancelled context, a panic or a killed process, there is no new name, and
// existing files are unchanged. One exception: some hosts and
// file systems have no files without a name (see package fallback), and a
// replacement and publish.Rename need a temporary name for a moment. There, a
// killed process leaves a private temporary (.largebox-….tmp, mode 0600) behind,
// which [publish.Sweep] removes.
//
// OpenFile reads each byte of a file once, into private memory, and decrypts the
// bytes that it authenticated. If another process overwrites, maps or truncates the
// file meanwhile, the worst result is an error. A fault of a mapped file is an error,
// not a crash.
//
// Memory is constant: all workers together use at most 32 MiB.
//
// # What is not promised
//
//   - A secretbox does not commit to its key: whoever knows two keys can make one
//     file that opens with both.
//   - largebox does not hide the length of the message.
//   - A forger succeeds with a probability of about 2^-67 a try on a box of
//     1 TiB, and less on a shorter one.
//   - Other processes of the same user can read, write and even link anonymous
//     files through /proc/PID/fd.
//   - The plaintext of a box that failed to verify stays in freed blocks of the
//     disk, like that of any deleted file.
//   - If a file is changed through a mapping while it is sealed, the box may hold a
//     mixture of old and new bytes, without an error. The box is valid.
//   - largebox wipes keys and plaintext where it owns the memory: blocks, key
//     schedules, shared keys, key files. X25519 leaves a copy of the private key in
//     Go's crypto/ecdh, and Go may copy what is on its stacks.
//
// # Keys
//
// Package keyfile makes keys, reads them from files, and takes arrays of 32 bytes. A
// passphrase is not a key. Each kind of key has its own type, so that a public key is
// not used as a secret one. A Sealer or Opener keeps a pointer to its key. Wipe the key
// after use, at any time: operations that have read it continue, and later ones return
// keyfile.ErrNoKey.
//
// A nonce is 24 random bytes, so many that no two boxes get the same. [UnsafeNonce] is
// the exception.
package largebox
