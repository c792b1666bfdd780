package nesting

import (
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/token"
)

// Beyond finds the first place, counted from 1, at which brackets, or the marks
// of one line that open a level each (dashes, tags, anchors), stack up beyond so
// many levels. Indentation needs no bound: depth costs its square in bytes.
func Beyond(text string, levels int) (line, column int, found bool) {
	brackets, marks := 0, 0
	for _, t := range lexer.Tokenize(text) {
		if t.Position.Line != line {
			line, marks = t.Position.Line, 0
		}
		switch t.Type {
		case token.MappingStartType, token.SequenceStartType:
			brackets++
		case token.MappingEndType, token.SequenceEndType:
			brackets = max(brackets-1, 0)
		case token.SequenceEntryType, token.MappingKeyType, token.TagType, token.AnchorType, token.MappingValueType:
			marks++
		case token.CollectEntryType:
			marks = 0
		}
		if brackets > levels || marks > levels {
			return line, t.Position.Column, true
		}
	}
	return 0, 0, false
}
