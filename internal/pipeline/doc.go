// Package pipeline moves a message of any size from a source into a file that has
// no name yet, piece by piece, on all cores, and then gives that file its name. Its
// user decides what happens to a piece.
//
//	source --(each byte read once)--> block --(Worker)--> unfinished file --(Deliver)--> name
//
// Call [Begin] with both ends. [Job.Header] reads the bytes in front of the message,
// [Job.Run] passes the message through [Work], [Job.WriteAt] writes what is known
// only at the end, and [Job.Deliver] gives the file its name, or its bytes to a
// stream. Defer [Job.End]: it removes what was not delivered.
//
// # What the pipeline does
//
//   - Sources: it maps a file in windows, or reads it with ReadAt if it cannot be
//     mapped; all workers do so at once. It reads a stream in order.
//   - Memory: it uses at most 32 MiB, whatever the size and the number of workers,
//     and wipes blocks after use.
//   - It handles cancellation, progress and faults of mapped files. A panic of a
//     worker becomes a panic of Run.
//   - It finds a source that changed while it was read, if the user calls
//     [Job.CheckSource].
//   - The unfinished file is anonymous where the file system has anonymous files,
//     else it is a private temporary. The pipeline reserves its space, and writes at
//     the offsets that workers choose.
//
// # What its user does
//
// The user says how the message is cut ([Cuts]) and what happens to a piece
// ([Worker], one for each goroutine, with the state that it needs), and checks the
// whole before it is delivered.
package pipeline
