package cli

import (
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"
)

// TestStatusesInREADME: the README says the same of every exit status as the help.
func TestStatusesInREADME(t *testing.T) {
	text, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	readme := regexp.MustCompile("[\\s|`]+").ReplaceAllString(string(text), " ")
	found := 0
	for _, o := range ownOutcomes {
		if o.Meaning == "" {
			continue
		}
		meaning, _, _ := strings.Cut(o.Meaning, " (")
		said := regexp.MustCompile(fmt.Sprintf(`\b%d (for |if )?%s`, o.Status, regexp.QuoteMeta(meaning)))
		if !said.MatchString(readme) {
			t.Errorf("README.md does not say %v", said)
		}
		found++
	}
	if found != exitNoSpace+1 {
		t.Errorf("%d statuses have a meaning", found)
	}
}
