// Package publish gives a finished file its name: whole, once, and durably.
//
// A program that writes under the final name shows half a file to everybody who
// looks, and leaves it there when it dies. There are three ways to do better:
//
//   - [WriteFile] writes a whole file from memory.
//   - [Create] creates a private file. Fill it with Write or WriteAt, and call
//     [File.Publish] when it is complete. Close without Publish leaves nothing.
//   - [Publish] publishes any regular file that is open for reading.
//
// The name appears in one step, with the whole content. An existing name is
// never touched unless [Options.Replace] is set; then the old file stays until
// the new one takes its place, in one step as well.
//
// All functions may be called by several goroutines at once. If several publish
// under one name without Replace, one wins.
//
// # Strategies
//
// A [Strategy] is a way to give the name. [Auto] chooses: it renames a file that
// has a temporary name; it links a file that has none. Where the kernel or the
// file system cannot link it, it clones or else copies it into a fresh private
// file in the directory, and links that. It goes on only after the errors in the
// tables of errno_linux.go, which mean "not in this way, here"; any other error
// is final. Clone and copy never write into the visible name.
//
// Link names the file itself, with its owner and permission; if the file has
// another name too, whoever writes there writes here. Clone and copy make a new
// file. Hosts other than Linux have only rename and copy.
//
// # Durability
//
// The file is synced before it gets its name, and the directory after, unless
// [Options.NoSync] is set. Then a loss of power leaves the whole file under its
// name. Without the sync, it can leave the name with an empty file.
//
// # Replacing
//
// Replacing is about the name. The new file is a new inode: it does not take
// over owner, ACL, extended attributes or other hard links of the old one. A
// symbolic link is replaced itself, not the file that it points to. A directory,
// device, pipe or socket is refused.
//
// # Temporary names
//
// Some steps need a temporary name in the directory: a replacement, a strategy
// of Rename, and everything on hosts and file systems without anonymous files.
// A killed process leaves it behind; only its owner may read that file until the
// content is complete. The names start with a prefix and are recognisable:
// [Sweep] removes them when it is called. Choose a prefix for your program
// ([CreateOptions.Prefix], [Options.Prefix], [SweepOptions.Prefix]).
//
// # Windows
//
// A file that a program has open without FILE_SHARE_DELETE can be neither
// replaced nor renamed: the error is an [ErrInUse]. Package os opens files
// without it, an [os.Root] with it. A temporary of your own that Publish is to
// rename while it is open has to be created through a Root ([Dir.Root]), and for
// writing, because Windows syncs only what can be written. Create does that. The
// only permission that means anything is read-only, where no bit lets write.
//
// # Limits
//
// Whoever may rename in the directory can move the names about. Temporary names
// are unguessable and created exclusively. Publish checks that a name is still
// the file's before it removes the name and after it renames it, which detects a
// swap but cannot prevent one.
package publish
