// Package pipeline is the way of the data: it brings a message of any size from
// a source to a file that has no name yet, a piece at a time, on all cores, and
// then gives that file its name. What happens to a piece is up to its user.
//
//	source --(each byte read once)--> block --(Worker)--> unfinished file --(Deliver)--> name
//
// Call [Begin] with both ends; [Job.Header] reads what stands in front of the
// message; [Job.Run] brings the message through [Work]; [Job.WriteAt] adds to the
// unfinished file what is known only at the end; [Job.Deliver] gives the file its
// name, or its bytes to a stream; [Job.End], deferred, leaves nothing of what was
// not delivered.
//
// # What the pipeline sees to
//
//   - Sources: files are mapped in windows where they can be, else read with
//     ReadAt, in both cases by all workers at once; streams are read in order.
//   - Memory: 32 MiB at the most, whatever the size and the number of workers.
//     Blocks are wiped after use.
//   - Cancellation, progress, faults of mapped files, and panics, which are raised
//     on the goroutine that called Run.
//   - A source that changed while it was read (for users that ask, with
//     [Job.CheckSource]).
//   - The unfinished file: anonymous where there are anonymous files, else a private
//     temporary; preallocated, written at the offsets that workers choose.
//
// # What its user sees to
//
// How the message is cut ([Cuts]), what becomes of a piece ([Worker], one for each
// goroutine, with whatever state it needs), and whether the whole is right before it
// is delivered.
package pipeline
