package persisted

import (
	"crypto/sha256"
	"encoding/binary"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/lexer"
)

// formOf returns a hash of the document's tokens, which is that of every
// document that differs in white space, commas and comments only. ok is false
// if the text cannot be read as tokens. It takes time in the order of the text.
func formOf(text string) (form Hash, ok bool) {
	l := lexer.New(&ast.Source{Input: text})
	sum := sha256.New()
	var head [12]byte
	for {
		token, err := l.ReadToken()
		if err != nil {
			return form, false
		}
		switch token.Kind {
		case lexer.EOF:
			sum.Sum(form[:0])
			return form, true
		case lexer.Comment:
			continue
		}
		// With the lengths, no two sequences of tokens run together.
		binary.LittleEndian.PutUint32(head[:4], uint32(token.Kind))
		binary.LittleEndian.PutUint64(head[4:], uint64(len(token.Value)))
		sum.Write(head[:])
		sum.Write([]byte(token.Value))
	}
}
