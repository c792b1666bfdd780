package operation

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math"
	"slices"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// A Signature is what a request needs of its operation once there is a plan for
// it: what it is, which variables it takes, and how large it is. It holds places
// in the client's document, for errors, but no part of its syntax tree, so it
// is small, and fit for a cache by document.
//
// It is immutable and safe for concurrent use; nothing in it belongs to a
// single request.
type Signature struct {
	// Name is empty for an anonymous operation.
	Name string
	Kind ast.Operation

	Schema *ast.Schema // the API schema the operation was validated against

	// Conditions are what of a request decides which fields are executed, sorted:
	// first, with "$", the variables for which null would be a Refusal somewhere;
	// then, without it, those that decide a @skip, @include or @defer.
	Conditions []string

	decisive []string // those that decide a @skip or @include

	limits       Limits
	measurements Measurements
	normal       string
	hash         string

	variables []variable
	byName    map[string]int // index of variables
	// given is how many of variables are the client's. The others stand for
	// literals, see Lift, and are not read from a request.
	given int

	place *ast.Position
	meta  []metaField
}

// A metaField is a selection of __schema or __type.
type metaField struct {
	name, responseName string
	root               bool // on the root of the operation
	place              *ast.Position
}

// Normal is the operation's normal form: the operation and the fragments it
// uses, printed without what has no meaning (space, commas, comments,
// descriptions, other operations, the order of fragments). Operations with the
// same normal form and schema mean the same, and Rebuild makes one out of it.
func (s *Signature) Normal() string { return s.normal }

// Hash is the SHA-256 of Normal in lower-case hexadecimal. The schema is not in
// it.
func (s *Signature) Hash() string { return s.hash }

// Footprint estimates the bytes of memory that a Signature keeps from being
// freed, the client's document not among them.
func (s *Signature) Footprint() int {
	n := 768 + 2*len(s.hash) + len(s.normal) + 80*len(s.meta) + 16*len(s.Conditions)
	for i := range s.variables {
		n += 320 + len(s.variables[i].fallback)
	}
	return n
}

// sign sets the operation's Signature. measured and limits come from whoever
// has measured the operation.
func (o *Operation) sign(schema *ast.Schema, limits Limits, measured Measurements) *gqlerror.Error {
	o.Signature = &Signature{
		Name:   o.Definition.Name,
		Kind:   o.Definition.Operation,
		Schema: schema,
		Conditions: slices.Concat(nullConditions(schema, o.Definition, o.used),
			conditionVariables(o.Definition, o.used, "skip", "include", "defer")),
		decisive:     conditionVariables(o.Definition, o.used, "skip", "include"),
		limits:       limits,
		measurements: measured,
		place:        o.Definition.Position,
		meta:         metaFields(o.Definition, o.used),
	}
	o.print()
	return o.prepareVariables(o.Definition.VariableDefinitions)
}

// print sets the normal form and its hash.
func (o *Operation) print() {
	normal := appendOperation(nil, o.Definition, o.used)
	hash := sha256.Sum256(normal)
	o.normal = string(normal)
	o.hash = hex.EncodeToString(hash[:])
}

// Rebuild makes the operation from its normal form. What it returns refers to
// nothing of the document the Signature comes from: a plan made from it depends
// on the normal form and the schema alone, whoever's document came first.
//
// The normal form is of an operation that was validated against the same
// schema, so an error means that Prepare or Lift is broken.
func (s *Signature) Rebuild() (*Operation, error) {
	limits := s.limits
	limits.Tokens = math.MaxInt // lifting adds some, and there is no new input
	doc, syntax := parse(s.normal, limits)
	if syntax != nil {
		return nil, fmt.Errorf("rebuild %s: %w", s.Kind, syntax)
	}
	fs, errs := sortFragments(doc)
	if len(errs) > 0 {
		return nil, fmt.Errorf("rebuild %s: %w", s.Kind, errs)
	}
	walk(s.Schema, doc, nil, nil)
	def := doc.Operations[0]
	o := &Operation{
		Document:   doc,
		Definition: def,
		used:       usedFragments(fs, def),
		selections: s.measurements.Selections,
	}
	if err := o.sign(s.Schema, s.limits, s.measurements); err != nil {
		return nil, fmt.Errorf("rebuild %s: %w", s.Kind, err)
	}
	if o.normal != s.normal {
		return nil, fmt.Errorf("rebuild %s: the normal form does not print as itself", s.Kind)
	}
	o.given = s.given
	return o, nil
}

// metaFields returns the selections of __schema and __type, those of the
// operation before those of its fragments.
func metaFields(def *ast.OperationDefinition, used []*ast.FragmentDefinition) []metaField {
	var found []metaField
	var find func(set ast.SelectionSet, root bool)
	find = func(set ast.SelectionSet, root bool) {
		for _, sel := range set {
			switch sel := sel.(type) {
			case *ast.Field:
				if sel.Name == "__schema" || sel.Name == "__type" {
					found = append(found, metaField{name: sel.Name, responseName: sel.Alias, root: root, place: sel.Position})
				}
				find(sel.SelectionSet, false)
			case *ast.InlineFragment:
				find(sel.SelectionSet, root)
			}
		}
	}
	find(def.SelectionSet, true)
	// A fragment's fields may be on the root as well as elsewhere.
	for _, f := range used {
		find(f.SelectionSet, true)
	}
	return found
}

// metaPlace is the place of the field that answers introspection under a
// response name of the root; nil if there is none.
func (s *Signature) metaPlace(responseName string) *ast.Position {
	for _, m := range s.meta {
		if m.root && m.responseName == responseName {
			return m.place
		}
	}
	return nil
}
