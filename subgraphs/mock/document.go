package mock

import (
	"errors"
	"sync"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/parser"
	"github.com/vektah/gqlparser/v2/validator"
	"github.com/vektah/gqlparser/v2/validator/rules"
)

// maxDocumentTokens bounds a document, and with it the recursion over it.
const maxDocumentTokens = 50_000

// maxDocuments is how many validated documents are kept. A router sends the
// same few again and again.
const maxDocuments = 500

// A document is a parsed and valid document with the operation to run. It is
// not written to.
type document struct {
	kind      ast.Operation
	operation *ast.OperationDefinition
}

// documents keeps validated documents by text and operation name. It is safe
// for concurrent use.
type documents struct {
	schema *ast.Schema

	mu    sync.Mutex
	known map[documentKey]*document
}

type documentKey struct{ query, operation string }

// prepare parses and validates a request's document and finds the operation.
func (d *documents) prepare(r *Request) (*document, gqlerror.List) {
	at := documentKey{r.Query, r.OperationName}
	d.mu.Lock()
	doc := d.known[at]
	d.mu.Unlock()
	if doc != nil {
		return doc, nil
	}
	doc, errs := newDocument(d.schema, r)
	if len(errs) > 0 {
		return nil, errs
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if len(d.known) >= maxDocuments || d.known == nil {
		d.known = map[documentKey]*document{}
	}
	d.known[at] = doc
	return doc, nil
}

func newDocument(s *ast.Schema, r *Request) (*document, gqlerror.List) {
	parsed, err := parser.ParseQueryWithTokenLimit(&ast.Source{Name: "request", Input: r.Query}, maxDocumentTokens)
	if err != nil {
		return nil, gqlerror.List{parseError(err)}
	}
	if err := checkComplexity(parsed); err != nil {
		return nil, gqlerror.List{err}
	}
	if errs := validator.ValidateWithRules(s, parsed, validationRules()); len(errs) > 0 {
		for _, e := range errs {
			e.Extensions = map[string]any{"code": CodeValidationFailed}
		}
		return nil, errs
	}
	var op *ast.OperationDefinition
	switch {
	case r.OperationName != "":
		op = parsed.Operations.ForName(r.OperationName)
	case len(parsed.Operations) == 1:
		op = parsed.Operations[0]
	}
	if op == nil {
		return nil, gqlerror.List{coded(CodeValidationFailed, "the document has no operation named %q", r.OperationName)}
	}
	return &document{kind: op.Operation, operation: op}, nil
}

// validationRules are the specification's. Introspection may be as deep as it
// likes: the number of fields is bounded.
func validationRules() *rules.Rules {
	r := rules.NewDefaultRules()
	r.RemoveRule(rules.MaxIntrospectionDepth.Name)
	return r
}

func parseError(err error) *gqlerror.Error {
	problem := &gqlerror.Error{Message: err.Error()}
	var known *gqlerror.Error
	if errors.As(err, &known) && known != nil {
		problem.Message = known.Message
		problem.Locations = known.Locations
	}
	problem.Extensions = map[string]any{"code": CodeParseFailed}
	return problem
}
