// Package crash has only tests. They kill the command at every step of its work, lose
// the power of its disk there, and run it in less memory than its files have. They
// build the real command. LARGEBOX_LONG=1 runs more rounds.
package crash
