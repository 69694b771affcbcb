package keyfile

import "strings"

// random reports whether minText characters of base64 look random. Each pair of
// neighbours scores about log2 of how much more often its classes follow each
// other in random text than in words, numbers and paths. Random text has a score
// of 34 on average, and of five keys in a million all windows are below minScore.
func random(window string) bool {
	seen, sum := [classes]bool{}, 0
	for i := range len(window) {
		class := classOf(window[i])
		seen[class] = true
		if i > 0 {
			sum += score[classOf(window[i-1])][class]
		}
	}
	return seen[upperCase] && seen[lowerCase] && sum >= minScore
}

const minScore = -10

var score = [classes][classes]int{
	lowerCase: {lowerCase: -1, upperCase: 3, digit: 2, other: -2},
	upperCase: {lowerCase: -1, upperCase: 1, digit: 2, other: -1},
	digit:     {lowerCase: 3, upperCase: 3, digit: -2, other: -2},
	other:     {other: 1},
}

// The classes of characters.
const (
	other = iota
	upperCase
	lowerCase
	digit
	classes
)

func classOf(c byte) int {
	switch {
	case c >= 'A' && c <= 'Z':
		return upperCase
	case c >= 'a' && c <= 'z':
		return lowerCase
	case c >= '0' && c <= '9':
		return digit
	}
	return other
}

// words reports whether run seems to be words in CamelCase with few numbers, or
// base64 without punctuation, which random judges.
func words(run string) bool {
	seen, ends := [classes]bool{}, 0
	for i := range len(run) {
		class := classOf(run[i])
		seen[class] = true
		if i > 0 && class != digit && classOf(run[i-1]) == digit {
			ends++
		}
	}
	return seen[upperCase] && seen[lowerCase] && ends <= 3 // 15 in hexadecimal, 11 in a typed key
}

func alphanumeric(c byte) bool { return classOf(c) != other }

func base64Digit(c byte) bool { return alphanumeric(c) || strings.IndexByte(`+/-_\`, c) >= 0 } // Windows has \ for /

func hexadecimal(c byte) bool { return strings.IndexByte("0123456789abcdefABCDEF", c) >= 0 }
