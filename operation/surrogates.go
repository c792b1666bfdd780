package operation

import (
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/vektah/gqlparser/v2/gqlerror"
)

// checkSurrogates refuses string literals with one half of a surrogate pair,
// as "\uD83D" alone. The specification does; the parser would silently read
// U+FFFD instead, and the subgraph would get another value than the client
// wrote. GraphQL specification, "String Value".
func checkSurrogates(document string) *gqlerror.Error {
	if !strings.Contains(document, `\u`) {
		return nil
	}
	for i := 0; i < len(document); {
		rest := document[i:]
		switch {
		case rest[0] == '#':
			i += lineLength(rest)
		case strings.HasPrefix(rest, `"""`):
			i += blockLength(rest)
		case rest[0] == '"':
			n, lone := stringLength(rest)
			if lone >= 0 {
				line, column := lineAndColumn(document, i+lone)
				err := coded(CodeParsing, nil, "a string has one half of a surrogate pair: %s", document[i+lone:i+lone+6])
				err.Locations = []gqlerror.Location{{Line: line, Column: column}}
				return err
			}
			i += n
		default:
			i++
		}
	}
	return nil
}

func lineLength(text string) int {
	if n := strings.IndexAny(text, "\r\n"); n >= 0 {
		return n
	}
	return len(text)
}

// blockLength returns the length of the block string at the start of text.
func blockLength(text string) int {
	for i := 3; i < len(text); {
		switch {
		case strings.HasPrefix(text[i:], `\"""`):
			i += 4
		case strings.HasPrefix(text[i:], `"""`):
			return i + 3
		default:
			i++
		}
	}
	return len(text)
}

// stringLength returns the length of the string at the start of text, and the
// place of the first escaped surrogate in it that is not one of a pair, or -1.
func stringLength(text string) (n, lone int) {
	lone = -1
	for i := 1; i < len(text); {
		switch text[i] {
		case '"':
			return i + 1, lone
		case '\n', '\r':
			return i, lone // not closed: the parser reports it
		case '\\':
			high, ok := escapedUnit(text[i:])
			if !ok {
				i += 2
				continue
			}
			i += 6
			if !utf16.IsSurrogate(high) {
				continue
			}
			low, ok := escapedUnit(text[i:])
			if ok && utf16.DecodeRune(high, low) != utf8.RuneError {
				i += 6
			} else if lone < 0 {
				lone = i - 6
			}
		default:
			i++
		}
	}
	return len(text), lone
}

// escapedUnit reads an escape of four digits, as \u00e9, from the start of text.
func escapedUnit(text string) (rune, bool) {
	if len(text) < 6 || text[0] != '\\' || text[1] != 'u' {
		return 0, false
	}
	n, err := strconv.ParseUint(text[2:6], 16, 16)
	return rune(n), err == nil
}

// lineAndColumn returns the place of a byte of text, columns counted in
// characters.
func lineAndColumn(text string, at int) (line, column int) {
	line = 1
	start := 0
	for i := 0; i < at; i++ {
		if text[i] == '\n' || text[i] == '\r' && text[i+1] != '\n' {
			line++
			start = i + 1
		}
	}
	return line, utf8.RuneCountInString(text[start:at]) + 1
}
