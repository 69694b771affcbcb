// Command largebox seals and opens files larger than RAM as one NaCl box. See
// largebox --help.
package main

import "github.com/largebox/largebox/internal/cli"

func main() { cli.Main() }
