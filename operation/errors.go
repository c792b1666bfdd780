package operation

import (
	"fmt"
	"unicode/utf8"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

const (
	// maxErrors is the most errors one request is answered with.
	maxErrors = 100

	// maxMessage is the longest message in bytes. Messages quote the client's
	// document, which may hold a string of a megabyte.
	maxMessage = 1000
)

// coded is a request error with a code and, unless pos is nil, a location.
func coded(code string, pos *ast.Position, format string, args ...any) *gqlerror.Error {
	err := &gqlerror.Error{
		Message:    truncate(fmt.Sprintf(format, args...), maxMessage),
		Extensions: map[string]any{"code": code},
	}
	if pos != nil {
		err.Locations = []gqlerror.Location{location(pos)}
	}
	return err
}

func location(pos *ast.Position) gqlerror.Location {
	return gqlerror.Location{Line: pos.Line, Column: pos.Column}
}

// truncate cuts s to at most limit bytes, at a rune, and marks the cut.
func truncate(s string, limit int) string {
	if len(s) <= limit {
		return s
	}
	for limit > 0 && !utf8.RuneStart(s[limit]) {
		limit--
	}
	return s[:limit] + "…"
}
