package supergraph

import "github.com/vektah/gqlparser/v2/ast"

// Access is what @authenticated, @requiresScopes and @policy ask of a request
// before it may see a type or a field. The model only records it; whoever
// executes operations has to enforce it.
//
// Apollo Federation, "Federated directives: Managing access".
type Access struct {
	// Authenticated says that the request must be authenticated.
	Authenticated bool

	// Scopes and Policies are alternatives: the request needs all names of at
	// least one inner list. nil if the directive is absent.
	Scopes   [][]string
	Policies [][]string
}

// readAccess adds what d says to a, which it allocates if need be.
func (r *reader) readAccess(a *Access, kind machineryKind, d *ast.Directive) (*Access, error) {
	if a == nil {
		a = &Access{}
	}
	var err error
	switch kind {
	case authenticatedKind:
		dec := r.decode(d)
		a.Authenticated, err = true, dec.err
	case requiresScopesKind:
		a.Scopes, err = r.alternatives(d, "scopes")
	case policyKind:
		a.Policies, err = r.alternatives(d, "policies")
	default:
		panic("supergraph: not an access directive: " + d.Name)
	}
	return a, err
}

// alternatives decodes an argument of type [[String!]!]!. A value that is no
// list counts as a list of one, as everywhere in GraphQL.
func (r *reader) alternatives(d *ast.Directive, name string) ([][]string, error) {
	dec := r.decode(d, name)
	v := dec.values[name]
	if v == nil {
		dec.fail(d.Position, "%s is missing", name)
		return nil, dec.err
	}
	out := [][]string{}
	for _, inner := range elements(v) {
		names := []string{}
		for _, item := range elements(inner) {
			if item.Kind != ast.StringValue && item.Kind != ast.BlockValue {
				dec.fail(item.Position, "%s must be lists of strings, found %s", name, item)
				return nil, dec.err
			}
			names = append(names, item.Raw)
		}
		out = append(out, names)
	}
	return out, dec.err
}
