// Package crash has tests alone: they kill the command, and take the power from
// its disk, at every step of its work, and give it less memory than its files
// have. The command is built and run as it is; LARGEBOX_LONG=1 does more rounds.
package crash
