// Package docs has documents, and tests that keep them true.
package docs

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var (
	named    = regexp.MustCompile("`([a-z0-9/]+)\\.((?:Test|Fuzz|Benchmark|Example)\\w+)(?:/(\\w+))?`")
	declared = regexp.MustCompile(`(?m)^func ((?:Test|Fuzz|Benchmark|Example)\w+)\(`)
)

// TestThreatModel checks that every test that the threat model names exists, and that
// every promise in its tables names one.
func TestThreatModel(t *testing.T) {
	text, err := os.ReadFile("threat-model.md")
	if err != nil {
		t.Fatal(err)
	}
	tests := map[string]map[string]bool{} // by folder
	promises := 0
	for line := range strings.Lines(string(text)) {
		found := named.FindAllStringSubmatch(line, -1)
		if strings.HasPrefix(line, "| ") && !strings.HasPrefix(line, "| promise |") {
			if promises++; len(found) == 0 {
				t.Errorf("no test proves: %s", line)
			}
		}
		for _, name := range found {
			folder, test, script := name[1], name[2], name[3]
			if tests[folder] == nil {
				tests[folder] = testsIn(t, folder)
			}
			if !tests[folder][test] {
				t.Errorf("there is no %s in %s", test, folder)
			}
			if script == "" {
				continue
			}
			if _, err := os.Stat(filepath.Join("..", folder, "testdata", script+".txt")); err != nil {
				t.Error(err)
			}
		}
		// The name of a test that is not written like one would be overlooked.
		if n := strings.Count(line, ".Test") + strings.Count(line, ".Fuzz"); n != len(found) {
			t.Errorf("of %d names of tests, only %d have the right form: %s", n, len(found), line)
		}
	}
	if promises == 0 {
		t.Error("there are no promises")
	}
}

// testsIn returns the tests of a package, for all hosts.
func testsIn(t *testing.T, folder string) map[string]bool {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("..", folder, "*_test.go"))
	if err != nil || len(files) == 0 {
		t.Errorf("there are no tests in %s", folder)
	}
	tests := map[string]bool{}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, test := range declared.FindAllStringSubmatch(string(text), -1) {
			tests[test[1]] = true
		}
	}
	return tests
}
