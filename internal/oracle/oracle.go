package oracle

import (
	"fmt"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"
	"github.com/vektah/gqlparser/v2/validator"
	"github.com/vektah/gqlparser/v2/validator/rules"
)

// Execute answers one operation of a document. variables are as decoded from
// JSON with numbers as json.Number; nil for none. operationName may be "" if
// the document has a single operation.
//
// An error means that there is no answer: the document does not parse or is
// not valid against schema, the variables do not fit, or the operation asks
// for introspection. data is only read.
func Execute(schema *ast.Schema, data *Data, document, operationName string, variables map[string]any) (*Response, error) {
	doc, err := parser.ParseQuery(&ast.Source{Name: "operation", Input: document})
	if err != nil {
		return nil, fmt.Errorf("parse: %w", err)
	}
	if errs := validator.ValidateWithRules(schema, doc, rules.NewDefaultRules()); len(errs) > 0 {
		return nil, fmt.Errorf("validate: %w", errs)
	}
	op := doc.Operations.ForName(operationName)
	if op == nil {
		return nil, fmt.Errorf("no operation %q", operationName)
	}
	vars, err := validator.VariableValues(schema, op, variables)
	if err != nil {
		return nil, fmt.Errorf("coerce variables: %w", err)
	}
	root, err := rootType(schema, op.Operation)
	if err != nil {
		return nil, err
	}
	x := &execution{schema: schema, data: data, variables: vars}
	object := data.roots[op.Operation]
	if object == nil {
		object = newObject(root.Name)
		object.isRoot = true
	}
	m, ok := x.object(root, object, []ast.SelectionSet{op.SelectionSet}, nil)
	if x.fault != nil {
		return nil, x.fault
	}
	if !ok {
		m = nil
	}
	return &Response{Data: m, Errors: x.errors}, nil
}

func rootType(schema *ast.Schema, kind ast.Operation) (*ast.Definition, error) {
	switch kind {
	case ast.Query:
		return schema.Query, nil
	case ast.Mutation:
		return schema.Mutation, nil
	default:
		return nil, fmt.Errorf("no answer for a %s", kind)
	}
}

// An execution is one run of one operation.
type execution struct {
	schema    *ast.Schema
	data      *Data
	variables map[string]any
	errors    []Error
	fault     error // the oracle cannot answer; the first one is kept
}

func (x *execution) fail(path []any, format string, args ...any) {
	x.errors = append(x.errors, Error{
		Message: fmt.Sprintf(format, args...),
		Path:    append([]any(nil), path...),
	})
}
