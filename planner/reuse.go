package planner

import (
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graphql/weft/planner/plan"
)

// maxReuse is how many places a lookup looks at for entities of one type. The
// first ones are the most likely.
const maxReuse = 8

// reuse notes at each lookup of a query where its entities may already be.
// Mutations change what was answered before; subscriptions run the plan once
// per event, which is not worth it.
//
// What is found is the answer to the same selection on the same entity by the
// same subgraph. So the fields must be the same with the same arguments, and
// what depends on more than the entity and the arguments is left out: context.
func (b *builder) reuse(p *plan.Plan) {
	if b.planner.options.Reuse == nil || p.Operation != ast.Query {
		return
	}
	r := reuser{b: b, places: map[placeKey][]*place{}, before: make([][]bool, len(p.Fetches))}
	for _, f := range p.Fetches {
		r.before[f.ID] = make([]bool, f.ID)
		for _, d := range f.DependsOn {
			r.before[f.ID][d] = true
			for i, is := range r.before[d] {
				r.before[f.ID][i] = r.before[f.ID][i] || is
			}
		}
		if !b.planner.options.Reuse(f.Subgraph) {
			continue
		}
		for _, l := range f.Lookups {
			r.lookup(f, l)
		}
		r.index(f)
	}
}

// A reuser knows the places in the answers of the fetches so far.
type reuser struct {
	b      *builder
	places map[placeKey][]*place

	// before tells for each fetch which fetches have ended when it starts.
	before [][]bool
}

// A placeKey is a subgraph and an object type.
type placeKey struct{ subgraph, object string }

// A place is where objects are in the answer of a fetch.
type place struct {
	fetch  *plan.Fetch
	lookup *plan.Lookup // whose entities they are; nil for other objects
	keys   []string
	path   plan.Path
	local  string // their type in the subgraph; "" for entities, which are of any
	sets   [][]*plan.Selection
}

// index adds the places in a fetch's answer.
func (r *reuser) index(f *plan.Fetch) {
	g := r.b.super.Subgraph(f.Subgraph).Index
	if !f.IsEntity() {
		root := r.b.super.Query
		r.indexBelow(g, &place{fetch: f, path: f.Path, local: root, sets: [][]*plan.Selection{f.Selections}}, []string{root})
		return
	}
	for _, l := range f.Lookups {
		if l.Context != nil {
			continue
		}
		var types []string
		for _, in := range l.Inputs {
			types = union(types, r.typesOf(in))
		}
		p := &place{fetch: f, lookup: l, keys: []string{l.Key}, path: l.Paths[0], sets: [][]*plan.Selection{l.Selections}}
		r.add(p, types)
		r.indexBelow(g, p, types)
	}
}

// add notes that objects of some types may be at the place.
func (r *reuser) add(p *place, objects []string) {
	for _, object := range objects {
		key := placeKey{p.fetch.Subgraph, object}
		r.places[key] = append(r.places[key], p)
	}
}

// indexBelow adds the places below the objects of some types at a place. What
// objects of several types have is looked at as it is asked of the first: where
// there is less below another's, nothing is found.
func (r *reuser) indexBelow(g int, p *place, objects []string) {
	seen := map[string]bool{}
	for _, object := range objects {
		below, _ := r.flatten(g, object, p.sets)
		for _, f := range below {
			if f.below == nil || f.as == "" || r.b.tight() {
				continue
			}
			local := r.fieldType(g, object, f.name)
			if local == nil || seen[f.key+" "+local.Name()] {
				continue
			}
			seen[f.key+" "+local.Name()] = true
			t := r.b.super.Types[local.Name()]
			in := t.In[g]
			if in == nil || in.InterfaceObject {
				continue
			}
			child := &place{
				fetch: p.fetch,
				keys:  append(slices.Clip(p.keys), f.key),
				path:  append(slices.Clip(p.path), plan.Element{As: f.as, Lists: listLevels(local)}),
				local: t.Name,
				sets:  f.below,
			}
			r.add(child, in.Possible)
			r.indexBelow(g, child, in.Possible)
		}
	}
}

// typesOf are the object types that an input is for, as the subgraph has them;
// nil where it takes the object for an interface.
func (r *reuser) typesOf(in *plan.Input) []string {
	switch {
	case in.On == nil && r.b.super.Types[in.Typename].Kind == ast.Object:
		return []string{in.Typename}
	case in.On != nil && in.Typename == "":
		return in.On
	default:
		return nil
	}
}

// lookup finds the places for a lookup of a fetch.
func (r *reuser) lookup(f *plan.Fetch, l *plan.Lookup) {
	if l.Context != nil {
		return
	}
	g := r.b.super.Subgraph(f.Subgraph).Index
	var done []string
	for _, in := range l.Inputs {
		for _, t := range r.typesOf(in) {
			if slices.Contains(done, t) {
				continue // an earlier input applies
			}
			done = append(done, t)
			found := 0
			for _, p := range r.places[placeKey{f.Subgraph, t}] {
				if found == maxReuse || r.b.tight() {
					break
				}
				if !r.before[f.ID][p.fetch.ID] {
					continue
				}
				if at := r.at(g, p, t, in, l); at != nil {
					l.Reuse = append(l.Reuse, at)
					found++
				}
			}
		}
	}
}

// at tells how a lookup's entities of a type can be had from a place, nil if
// they cannot.
func (r *reuser) at(g int, p *place, object string, in *plan.Input, l *plan.Lookup) *plan.Reuse {
	r.b.step()
	wants, plain := r.flatten(g, object, [][]*plan.Selection{l.Selections})
	has, _ := r.flatten(g, object, p.sets)
	if !plain || len(wants) == 0 {
		return nil
	}
	out := &plan.Reuse{Fetch: p.fetch.ID, Keys: p.keys, Path: p.path, Type: object}
	if out.Values = r.cover(g, object, wants, has); out.Values == nil {
		return nil
	}
	if p.lookup != nil && slices.ContainsFunc(p.lookup.Inputs, func(other *plan.Input) bool {
		return slices.Contains(r.typesOf(other), object) && sameNames(fieldsFor(object, other.Fields), fieldsFor(object, in.Fields))
	}) {
		return out // by representation
	}
	if slices.ContainsFunc(wants, func(w *askedField) bool { return r.requires(g, object, w.name) }) {
		return nil // it depends on what is in the representation
	}
	if out.Representation = r.representation(g, object, fieldsFor(object, in.Fields), has); out.Representation == nil {
		return nil
	}
	if p.local != object {
		at := slices.IndexFunc(has, func(f *askedField) bool { return f.name == "__typename" })
		if at < 0 {
			return nil
		}
		out.TypeKey = has[at].key
	}
	return out
}

func (r *reuser) requires(g int, object, field string) bool {
	f := r.b.super.Types[object].In[g].Fields[field]
	return f != nil && f.Requires != nil
}

// fieldsFor are the fields of representations of one type. The type's name is
// in all of them.
func fieldsFor(object string, fields []*plan.InputField) []*plan.InputField {
	return slices.DeleteFunc(slices.Clone(fields), func(f *plan.InputField) bool {
		return f.Name == "__typename" || f.On != nil && !contains(f.On, object)
	})
}

// sameNames tells whether two representations have the same fields in the same
// order.
func sameNames(a, b []*plan.InputField) bool {
	return slices.EqualFunc(a, b, func(x, y *plan.InputField) bool {
		return x.Name == y.Name && slices.Equal(x.On, y.On) && sameNames(x.Fields, y.Fields)
	})
}

// representation finds the fields of a representation among those that objects
// of a type have, nil if one is missing.
func (r *reuser) representation(g int, object string, fields []*plan.InputField, has []*askedField) []*plan.ReusedField {
	var out []*plan.ReusedField
	for _, in := range fields {
		if in.On != nil && !contains(in.On, object) {
			return nil
		}
		at := slices.IndexFunc(has, func(f *askedField) bool {
			return f.name == in.Name && f.id == in.Name && (f.below == nil) == (in.Fields == nil)
		})
		if at < 0 {
			return nil
		}
		found := &plan.ReusedField{Name: in.Name, Key: in.Name, From: has[at].key}
		if in.Fields != nil {
			child := r.objectBelow(g, object, in.Name)
			if child == "" {
				return nil
			}
			below, _ := r.flatten(g, child, has[at].below)
			if found.Fields = r.representation(g, child, in.Fields, below); found.Fields == nil {
				return nil
			}
		}
		out = append(out, found)
	}
	return out
}

// cover finds everything that is wanted of objects of a type among what they
// have, nil if something is missing.
func (r *reuser) cover(g int, object string, wants, has []*askedField) []*plan.ReusedField {
	var out []*plan.ReusedField
	for _, w := range wants {
		r.b.step()
		found := r.find(g, object, w, has)
		if found == nil {
			return nil
		}
		out = append(out, found)
	}
	return out
}

func (r *reuser) find(g int, object string, w *askedField, has []*askedField) *plan.ReusedField {
	for _, h := range has {
		if h.id != w.id || (h.below == nil) != (w.below == nil) {
			continue
		}
		found := &plan.ReusedField{Name: w.name, Key: w.key, From: h.key}
		if w.below == nil {
			return found
		}
		child := r.objectBelow(g, object, w.name)
		if child == "" {
			return nil // what an object of another type has cannot be told
		}
		wants, plain := r.flatten(g, child, w.below)
		if !plain {
			return nil
		}
		below, _ := r.flatten(g, child, h.below)
		if found.Fields = r.cover(g, child, wants, below); found.Fields != nil {
			return found
		}
	}
	return nil
}

// objectBelow is the object type that a field leads to in the subgraph, "" if
// it leads to an abstract one.
func (r *reuser) objectBelow(g int, object, field string) string {
	typ := r.fieldType(g, object, field)
	if typ == nil || r.b.super.Types[typ.Name()].Kind != ast.Object {
		return ""
	}
	return typ.Name()
}

// fieldType is the type of an object type's field in the subgraph, nil if it
// has none.
func (r *reuser) fieldType(g int, object, field string) *ast.Type {
	if t := r.b.super.Types[object]; t != nil && t.In[g] != nil {
		if f := t.In[g].Fields[field]; f != nil {
			return f.Type
		}
	}
	return nil
}

// An askedField is a field of one type as a fetch asks for it.
type askedField struct {
	key, as, name string

	// id is the name with arguments and directives: equal ids have equal
	// values on one object.
	id string

	// below are the selections below a composite; nil for leaves.
	below [][]*plan.Selection
}

// flatten collects the fields that are asked of objects of a type in a
// subgraph, one for each key. plain tells that the subgraph cannot have put
// anything else under these keys.
func (r *reuser) flatten(g int, object string, sets [][]*plan.Selection) (fields []*askedField, plain bool) {
	plain = true
	byKey := map[string]*askedField{}
	var visit func(set []*plan.Selection)
	visit = func(set []*plan.Selection) {
		for _, s := range set {
			r.b.step()
			if s.TypeCondition != "" {
				if t := r.b.super.Types[s.TypeCondition].In[g]; t != nil && t.IsPossible(object) {
					visit(s.Selections)
				}
				continue
			}
			f := byKey[s.Key]
			if f == nil {
				f = &askedField{key: s.Key, as: s.As, name: s.Name, id: idOf(s)}
				byKey[s.Key] = f
				fields = append(fields, f)
			}
			plain = plain && f.id == idOf(s)
			if s.Selections != nil {
				f.below = append(f.below, s.Selections)
			}
		}
	}
	for _, set := range sets {
		visit(set)
	}
	return fields, plain
}

// idOf prints what a field is asked for with.
func idOf(s *plan.Selection) string {
	if len(s.Arguments) == 0 && len(s.Directives) == 0 {
		return s.Name
	}
	var text strings.Builder
	text.WriteString(s.Name)
	text.WriteString(printArguments(s.Arguments))
	for _, d := range s.Directives {
		text.WriteString("@" + d.Name + printArguments(d.Arguments))
	}
	return text.String()
}

// listLevels counts the lists around a named type.
func listLevels(t *ast.Type) int {
	n := 0
	for ; t.Elem != nil; t = t.Elem {
		n++
	}
	return n
}
