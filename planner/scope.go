package planner

import (
	"slices"
	"strings"

	"github.com/weft-graphql/weft/operation"
	"github.com/weft-graphql/weft/planner/plan"
)

// A scope is a place in the merged result: the names fields go by there, and
// the fetches that hang there. Positions of keys and requirements share the
// scope of the objects they are about.
type scope struct {
	above    *scope
	path     plan.Path
	possible []string

	// blurred says that some subgraph has the objects as @interfaceObject:
	// what is asked of it is read for objects of all types, so that names must
	// fit all of them.
	blurred bool

	*names

	// children are the scopes of what items of objects of some types lead to;
	// byName are the same if they are many.
	children []child
	byName   map[string][]child
	fetches  map[fetchKey]*fetch

	// after are fetches that must have ended before a path to here can be
	// followed: they tell the runtime types the path names.
	after []*fetch

	// context are the fetches that bring the values here that @fromContext
	// arguments further down are filled from.
	context []*fetch
}

// A child is where an item of objects of some types leads to.
type child struct {
	types []string // nil for all
	as    string
	scope *scope
}

// names are the names in use at a place. Where a subgraph does not tell the
// types of objects apart, the places below their types are one to it, and
// share them.
type names struct {
	fields []*operation.Field // what the client selects there

	// internal maps a field and its arguments to the names it goes by where
	// the client did not ask for it; taken is the reverse.
	internal map[string][]string
	taken    map[string]string

	// typename is what __typename goes by, if that is sure.
	typename string

	// shared says that places below several types share the names; below are
	// then those of the places below them.
	shared bool
	below  map[string]*names
}

func newNames(fields []*operation.Field) *names {
	return &names{fields: fields}
}

// namesBelow are the names at the place that a field of objects of some types
// leads to.
func (b *builder) namesBelow(s *scope, types []string, as string) *names {
	shared := s.blurred || s.names.shared
	if shared && s.names.below[as] != nil {
		return s.names.below[as]
	}
	var fields []*operation.Field
	for _, f := range s.fields {
		if f.ResponseName != as || !shared && !intersects(f.On, types) {
			continue
		}
		if fields == nil {
			fields = slices.Clip(f.Selections)
		} else {
			fields = append(fields, f.Selections...)
		}
	}
	n := b.names.next()
	n.fields = fields
	if shared {
		n.shared = true
		if s.names.below == nil {
			s.names.below = map[string]*names{}
		}
		s.names.below[as] = n
	}
	return n
}

type fetchKey struct {
	deferral        *deferral
	subgraph, stage int
	face            string // the interface entered as; "" for object types
	class           string // the types that enter as it, where they are known
	nth             int    // several, if their representations conflict
}

func newScope(path plan.Path, possible []string, n *names) *scope {
	return &scope{path: path, possible: possible, names: n}
}

// below is the scope of what an item of objects of some types leads to.
func (b *builder) scopeBelow(s *scope, types []string, as string, lists int, possible []string, blurred bool, after []*fetch) *scope {
	if len(types) == len(s.possible) {
		types = nil
	}
	if c := s.child(types, as); c != nil {
		for _, f := range after {
			if !slices.Contains(c.after, f) {
				c.after = append(c.after, f)
			}
		}
		return c
	}
	path := make(plan.Path, len(s.path)+1)
	copy(path, s.path)
	if types != nil && len(s.path) > 0 {
		path[len(s.path)-1].On = types
	}
	path[len(s.path)] = plan.Element{As: as, Lists: lists}
	c := b.scopes.next()
	*c = scope{above: s, path: path, possible: possible, blurred: blurred, after: append(slices.Clone(s.after), after...)}
	whole := types
	if types == nil {
		whole = s.possible
	}
	c.names = b.namesBelow(s, whole, as)
	s.addChild(child{types, as, c})
	return c
}

func (s *scope) child(types []string, as string) *scope {
	among := s.children
	if s.byName != nil {
		among = s.byName[as]
	}
	for i := range among {
		if c := &among[i]; c.as == as && slices.Equal(c.types, types) {
			return c.scope
		}
	}
	return nil
}

func (s *scope) addChild(c child) {
	s.children = append(s.children, c)
	switch {
	case s.byName != nil:
		s.byName[c.as] = append(s.byName[c.as], c)
	case len(s.children) > fewEntries:
		s.byName = make(map[string][]child, 2*len(s.children))
		for _, x := range s.children {
			s.byName[x.as] = append(s.byName[x.as], x)
		}
	}
}

// name finds the name an internal field goes by for objects of some types: its
// own, unless the client or another internal field means something else by it.
func (s *scope) name(types []string, field, arguments string, leaf bool) string {
	if s.blurred {
		types = s.possible
	}
	identity := field + arguments
	if !leaf {
		identity += "{}"
	}
	for _, as := range s.internal[identity] {
		if !s.clashes(as, identity, types) {
			return as
		}
	}
	as := field
	for _, f := range s.fields {
		// The client may have selected it under an alias.
		if s.clashes(as, identity, types) && identityOf(f) == identity && containsAll(f.On, types) {
			as = f.ResponseName
		}
	}
	for i := 0; s.clashes(as, identity, types); i++ {
		as = "_weft_" + itoa(i)
	}
	if s.internal == nil {
		s.internal, s.taken = map[string][]string{}, map[string]string{}
	}
	s.internal[identity] = append(s.internal[identity], as)
	s.taken[as] = identity
	return as
}

// typename is the name __typename goes by when plans need it.
func (s *scope) typename() string {
	if s.names.typename == "" {
		if slices.ContainsFunc(s.fields, func(f *operation.Field) bool { return f.ResponseName == "__typename" && f.Name != "__typename" }) {
			return s.name(s.possible, "__typename", "", true)
		}
		s.names.typename = "__typename" // nothing else can want the name
	}
	return s.names.typename
}

// identityOf tells fields apart: by name, arguments, and whether there is
// anything below. A name never stands for a leaf of one type and an object of
// another.
func identityOf(f *operation.Field) string {
	identity := f.Name + printArguments(f.Arguments)
	if f.Selections != nil {
		identity += "{}"
	}
	return identity
}

func (s *scope) clashes(as, identity string, types []string) bool {
	if other, ok := s.taken[as]; ok && other != identity {
		return true
	}
	for _, f := range s.fields {
		if f.ResponseName == as && identityOf(f) != identity && (intersects(f.On, types) || (f.Selections == nil) != !strings.HasSuffix(identity, "{}")) {
			return true
		}
	}
	return false
}

func intersects(a, b []string) bool {
	return slices.ContainsFunc(b, func(t string) bool { return contains(a, t) })
}

func containsAll(sorted, all []string) bool {
	return !slices.ContainsFunc(all, func(t string) bool { return !contains(sorted, t) })
}
