package supergraph

import (
	"errors"
	"fmt"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// Codes of an Error. They are the field's own, so that they can be looked up.
const (
	// CodeNotSupergraph is for input that is not a supergraph, is one of a
	// newer join version, or contradicts itself: a plain schema, a subgraph's
	// SDL, a web page, @join__type(graph: UNKNOWN).
	CodeNotSupergraph = "INVALID_FEDERATION_SUPERGRAPH"

	// CodeTooLarge is for a supergraph whose model would not fit into
	// reasonable memory: subgraphs times types and fields over the limit.
	CodeTooLarge = "SUPERGRAPH_TOO_LARGE"

	// CodeInvalidGraphQL is for text that is no GraphQL, and for a schema
	// that GraphQL forbids: type A { b: Missing }.
	CodeInvalidGraphQL = "INVALID_GRAPHQL"

	// CodeNoQueries is for a schema without a query root type:
	// schema @link(…) { mutation: Mutation }.
	CodeNoQueries = "NO_QUERIES"

	// CodeLinkIdentifier is for a feature URL that does not end in
	// /name/vMAJOR.MINOR: @link(url: "https://example.com").
	CodeLinkIdentifier = "INVALID_LINK_IDENTIFIER"

	// CodeLinkUsage is for @link applications that are wrong or contradict
	// each other: an alias used twice, an import of something the spec lacks.
	CodeLinkUsage = "INVALID_LINK_DIRECTIVE_USAGE"

	// CodeUnsupportedFeature is for a linked feature that weft does not know
	// and that the schema says it must not be served without:
	// @link(url: "https://example.com/vault/v1.0", for: SECURITY).
	CodeUnsupportedFeature = "UNSUPPORTED_LINKED_FEATURE"

	// Field sets that do not parse or do not fit the type they are on:
	// @join__type(graph: A, key: "missing").
	CodeKeyFields      = "KEY_INVALID_FIELDS"
	CodeRequiresFields = "REQUIRES_INVALID_FIELDS"
	CodeProvidesFields = "PROVIDES_INVALID_FIELDS"
	CodeContextFields  = "CONTEXT_INVALID_SELECTION"

	// Field sets with a directive in them: @join__type(graph: A, key: "id @skip(if: true)").
	CodeKeyDirective      = "KEY_DIRECTIVE_IN_FIELDS_ARG"
	CodeRequiresDirective = "REQUIRES_DIRECTIVE_IN_FIELDS_ARG"
	CodeProvidesDirective = "PROVIDES_DIRECTIVE_IN_FIELDS_ARG"

	// CodeContextNotSet is for a contextual argument whose context no type of
	// the subgraph sets.
	CodeContextNotSet = "CONTEXT_NOT_SET"

	// @inaccessible where hiding the element would leave an API schema that
	// is invalid or says too much.

	// type Query @inaccessible { … }
	CodeQueryRootInaccessible = "QUERY_ROOT_TYPE_INACCESSIBLE"
	// type T { a: Hidden }  type Hidden @inaccessible { … }
	CodeReferencedInaccessible = "REFERENCED_INACCESSIBLE"
	// type T { a: Int @inaccessible }
	CodeOnlyInaccessibleChildren = "ONLY_INACCESSIBLE_CHILDREN"
	// interface I { a: Int }  type T implements I { a: Int @inaccessible b: Int }
	CodeImplementedByInaccessible = "IMPLEMENTED_BY_INACCESSIBLE"
	// type T { a(b: Int! @inaccessible): Int }
	CodeRequiredInaccessible = "REQUIRED_INACCESSIBLE"
	// type T { a(b: E = HIDDEN): Int }  enum E { HIDDEN @inaccessible SHOWN }
	CodeDefaultUsesInaccessible = "DEFAULT_VALUE_USES_INACCESSIBLE"
	// scalar join__FieldSet @inaccessible
	CodeDisallowedInaccessible = "DISALLOWED_INACCESSIBLE"
)

// An Error says why a supergraph SDL cannot be read, where, and what can be
// done about it. Parse returns no other kind of error.
type Error struct {
	// Code is one of the constants of this package.
	Code string

	// Message is one sentence without the place.
	Message string

	// File is the name given to Parse. Line and Column start at 1; both are
	// 0 where the fault is that of the file as a whole.
	File         string
	Line, Column int
}

// Error returns "file:line:column: message (CODE)".
func (e *Error) Error() string {
	var b strings.Builder
	if e.File != "" {
		b.WriteString(e.File)
		b.WriteByte(':')
	}
	if e.Line > 0 {
		fmt.Fprintf(&b, "%d:%d:", e.Line, e.Column)
	}
	if b.Len() > 0 {
		b.WriteByte(' ')
	}
	fmt.Fprintf(&b, "%s (%s)", e.Message, e.Code)
	return b.String()
}

// errorAt returns an Error at pos, which may be nil.
func errorAt(pos *ast.Position, code, format string, args ...any) *Error {
	e := &Error{Code: code, Message: fmt.Sprintf(format, args...)}
	if pos != nil {
		e.setPlace(pos.Line, pos.Column)
		if pos.Src != nil {
			e.File = pos.Src.Name
		}
	}
	return e
}

// setPlace sets the place within the file, if there is one. gqlparser puts a
// block string on its last line, but counts columns from its beginning, so the
// column can be too small.
func (e *Error) setPlace(line, column int) {
	if line > 0 {
		e.Line, e.Column = line, max(column, 1)
	}
}

// fromParser turns an error of gqlparser into an Error under code.
func fromParser(file, code string, err error) *Error {
	e := &Error{Code: code, Message: err.Error(), File: file}
	var gqlErr *gqlerror.Error
	if errors.As(err, &gqlErr) {
		e.Message = gqlErr.Message
		if len(gqlErr.Locations) > 0 {
			e.setPlace(gqlErr.Locations[0].Line, gqlErr.Locations[0].Column)
		}
	}
	return e
}
