package planner

import (
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graphql/weft/operation"
	"github.com/weft-graphql/weft/supergraph"
)

// A position is a place in the response where objects lie, with what is
// selected there. Field sets of keys and requirements make positions of their
// own: internal ones, at objects that the client's selection also reaches.
type position struct {
	id       int
	static   string   // the named type of the place
	possible []string // the runtime types considered, sorted
	root     ast.Operation
	internal bool
	fields   []*operation.Field

	// above is the class whose objects hold those at the position; nil at the
	// root.
	above *class

	// deferred are the fields selected here in deferred fragments. They are
	// planned once what is read at the position is settled; see defer.go.
	deferred []*operation.Field

	// eager are those of fields that are selected in deferred fragments, but
	// cannot be had apart.
	eager []*operation.Field

	// context are fields of the objects here that @fromContext arguments
	// further down are filled from. They are internal.
	context []*operation.Field

	// candidates are all views by which the place might be reached, whatever
	// is chosen above. A field whose types one of them can never return is
	// not selected at all: sharing promises that all candidates return the
	// same, so no such object can come.
	candidates []*view

	// returned says that objects get here by being the value of a field, as
	// opposed to being looked at once more for a key or a requirement.
	returned bool

	classes []*class

	// whole tells of which views is known whether they answer all of it.
	whole map[*view]bool

	// below are the positions that items of the classes lead to.
	below []*position

	// chart is there once charted, and perhaps not even then; see survey.
	chart   *chart
	charted bool

	// selective says that the runtime type decides what is selected, so that
	// it must be learnt.
	selective bool
}

// blurred tells whether objects may be at hand in a subgraph that does not know
// their types.
func (p *position) blurred() bool {
	return slices.ContainsFunc(p.candidates, func(v *view) bool { return v.interfaceObject && !v.sorted })
}

// abstract tells whether objects at the position have several possible types,
// as far as the schema knows.
func (b *builder) abstract(p *position) bool {
	return b.super.Types[p.static].Kind != ast.Object
}

// A class is a set of runtime types of a position that are selected from
// alike and owned alike, so that one decision fits them all.
type class struct {
	pos   *position
	types []string // sorted
	items []*item

	// doubtful says that some subgraph that might be asked cannot return such
	// objects. None should come then, since sharing promises that all return
	// the same; so what cannot be had of them is done without.
	doubtful bool

	// sights tell by view, in the order of their ids, how the objects look
	// through it; nil where nobody has looked yet.
	sights []*sight

	// candidates are kept by the views at hand.
	candidates map[string]*candidates

	// doors are the subgraphs that the objects can enter, once found.
	doors []door

	// ground is there once the position has been looked at for a chart, and
	// perhaps not even then.
	ground *ground

	// sets are the positions of field sets at the class's objects. Classes of
	// such positions that are about the same objects share the map: entering
	// by a key that needs another key that needs … is a walk over few
	// positions, not a tree of them.
	sets map[*ast.Selection]*position
}

// object is the type that stands for the class.
func (c *class) object() string { return c.types[0] }

// isPart tells whether there can be objects of other classes at the place of a
// class's objects.
func (b *builder) isPart(c *class) bool {
	return len(c.types) < len(b.possible(c.pos.static))
}

// An item is one field to resolve for the objects of a class.
type item struct {
	index     int    // in the class
	response  string // the client's response name; for internal items the field's name
	internal  bool   // the client did not ask for it
	name      string
	arguments string // printed, for comparison
	fields    []*operation.Field
	leaf      bool
	lists     int // list levels of its type
	child     *position
	size      int // of what is selected below, once counted

	// charted is what the ground of the class knows of the field, if there is
	// one.
	charted *chartField
}

// weight is how many fields are lost if the item cannot be read.
func (it *item) weight() int {
	if it.size == 0 {
		it.size = 1 + countFields(it.fields)
	}
	return it.size
}

func countFields(fields []*operation.Field) int {
	n := 0
	for _, f := range fields {
		n += 1 + countFields(f.Selections)
	}
	return n
}

func (it *item) typename() bool { return it.name == "__typename" }

// positions builds positions on demand.
type positions struct {
	b     *builder
	count int

	// byText are field sets by the type they are on and their text; sets tells
	// which of them each one is.
	byText map[string]ast.SelectionSet
	sets   map[*ast.Selection]ast.SelectionSet
}

func (ps *positions) add(p *position) *position {
	p.id = ps.count
	ps.count++
	ps.classify(p)
	ps.b.hold(p.size())
	return p
}

// operationRoot is the position of an operation's root selection.
func (ps *positions) operationRoot(kind ast.Operation, rootType string, fields []*operation.Field) *position {
	p := &position{static: rootType, possible: []string{rootType}, root: kind, context: ps.b.contexts[nil]}
	ps.b.apart(p, fields)
	for _, g := range ps.b.super.Subgraphs {
		if t := ps.b.super.Types[rootType]; t != nil && t.In[g.Index] != nil {
			p.candidates = append(p.candidates, ps.b.views.of(g.Index, rootType, nil))
		}
	}
	return ps.add(p)
}

// below is the position that an item of a class leads to.
func (ps *positions) below(c *class, it *item) *position {
	if it.child != nil {
		return it.child
	}
	field := ps.b.field(c.object(), it.name)
	named := field.Type.Name()
	p := &position{static: named, possible: ps.b.possible(named), internal: c.pos.internal || it.internal, above: c, returned: true}
	var fields []*operation.Field
	for _, f := range it.fields {
		fields = append(fields, f.Selections...)
		p.context = append(p.context, ps.b.contexts[f]...)
	}
	ps.b.apart(p, fields)
	if c.ground != nil {
		p.candidates = it.charted.candidates
	} else {
		p.candidates = ps.candidates(c, it)
	}
	it.child = ps.shared(c.pos, p)
	return it.child
}

// candidates are the views by which what an item leads to might be reached.
func (ps *positions) candidates(c *class, it *item) []*view {
	var candidates []*view
	seen := map[*view]bool{}
	for _, v := range ps.within(c, nil) {
		if ps.b.resolve(v, c, it) == unresolved {
			continue
		}
		if child := ps.b.below(v, c, it); !seen[child] {
			seen[child] = true
			candidates = append(candidates, child)
		}
	}
	slices.SortFunc(candidates, (*view).compare)
	return candidates
}

// shared adds a position, or finds one below the same parent that is no
// different: classes that are alike in what they select of a field part again
// only where they differ.
func (ps *positions) shared(parent, p *position) *position {
	if len(ps.b.planner.contextual) > 0 {
		return ps.add(p) // what is above matters
	}
	for _, other := range parent.below {
		if other.static == p.static && other.internal == p.internal && slices.Equal(other.fields, p.fields) &&
			slices.Equal(other.eager, p.eager) && slices.Equal(other.deferred, p.deferred) && slices.Equal(other.candidates, p.candidates) {
			return other
		}
	}
	parent.below = append(parent.below, p)
	return ps.add(p)
}

// within adds to a list the views of a class's objects: the candidates of its
// position and what may be entered by a key.
func (ps *positions) within(c *class, vs []*view) []*view {
	for _, v := range c.pos.candidates {
		if ps.b.views.canBe(v, c.object()) {
			vs = append(vs, v)
		}
	}
	for _, g := range ps.b.doors(c) {
		for _, j := range g.jumps {
			if v := ps.b.entered(j, !c.pos.blurred() || c.pos.selective); !slices.Contains(vs, v) {
				vs = append(vs, v)
			}
		}
	}
	return vs
}

// fieldSet is the position of a key's or requirement's fields at the objects
// of a class.
func (ps *positions) fieldSet(c *class, set ast.SelectionSet) *position {
	set = ps.same(set)
	if p := c.sets[&set[0]]; p != nil {
		return p
	}
	p := ps.add(&position{
		static:     c.pos.static,
		possible:   c.types,
		internal:   true,
		above:      c.pos.above,
		fields:     ps.b.fieldsOf(set, c.types),
		candidates: ps.within(c, nil),
	})
	if c.sets == nil {
		c.sets = map[*ast.Selection]*position{}
	}
	c.sets[&set[0]] = p
	if len(p.classes) == 1 {
		p.classes[0].sets = c.sets
	}
	return p
}

// same returns one field set for all on one type that read alike: subgraphs tend to have
// the same keys.
func (ps *positions) same(set ast.SelectionSet) ast.SelectionSet {
	kept, ok := ps.sets[&set[0]]
	if ok {
		return kept
	}
	var w strings.Builder
	switch first := set[0].(type) {
	case *ast.Field:
		w.WriteString(first.ObjectDefinition.Name)
	case *ast.InlineFragment:
		w.WriteString(first.ObjectDefinition.Name)
	}
	writeSet(&w, set)
	if kept, ok = ps.byText[w.String()]; !ok {
		kept = set
		ps.byText[w.String()] = set
	}
	ps.sets[&set[0]] = kept
	return kept
}

// classify parts the possible types of p into classes.
func (ps *positions) classify(p *position) {
	fields := p.fields
	if !p.internal && p.root == "" {
		fields = ps.reachable(p)
	}
	if len(p.possible) == 1 {
		ps.b.step()
		p.classes = []*class{ps.class(p, p.possible[0], fields)}
	} else {
		ps.part(p, fields)
	}
	if !p.internal {
		// What is not fetched of types that cannot come still makes whoever
		// writes the response look at the type.
		p.selective = slices.ContainsFunc(p.fields, func(f *operation.Field) bool { return len(f.On) < len(p.possible) })
	}
	if p.selective && !p.internal {
		for _, c := range p.classes {
			if !slices.ContainsFunc(c.items, (*item).typename) {
				c.items = append(c.items, &item{name: "__typename", leaf: true, internal: true})
			}
		}
	}
	for _, c := range p.classes {
		for i, it := range c.items {
			it.index = i
		}
	}
}

// part parts several possible types of p into classes.
func (ps *positions) part(p *position, fields []*operation.Field) {
	byKey := map[string]*class{}
	var key strings.Builder
	var first string
	for i, object := range p.possible {
		ps.b.step()
		selected := make([]*operation.Field, 0, len(fields))
		key.Reset()
		for i, f := range fields {
			if contains(f.On, object) {
				selected = append(selected, f)
				key.WriteString(itoa(i))
				key.WriteByte(',')
			}
		}
		if i == 0 {
			first = key.String()
		} else if key.String() != first {
			p.selective = true
		}
		for _, v := range p.candidates {
			if ps.b.views.canBe(v, object) {
				key.WriteByte('+')
			} else {
				key.WriteByte('-')
			}
			if v.provides != nil {
				for _, set := range v.provides.sets {
					ps.b.writeApplying(&key, set, object)
				}
			}
		}
		ps.b.signature(&key, object, selected)
		if c := byKey[key.String()]; c != nil {
			c.types = append(c.types, object)
			continue
		}
		c := ps.class(p, object, selected)
		byKey[key.String()] = c
		p.classes = append(p.classes, c)
	}
}

// class is one of objects of a type and what is selected of them.
func (ps *positions) class(p *position, object string, fields []*operation.Field) *class {
	c := &class{pos: p, doubtful: ps.isDoubtful(p, object)}
	if len(p.possible) == 1 {
		c.types = p.possible
	} else {
		c.types = []string{object}
	}
	for _, it := range ps.items(object, p.context) {
		it.internal = true
		c.items = append(c.items, it)
	}
	if selected := ps.items(object, fields); c.items == nil {
		c.items = selected
	} else {
		c.items = append(c.items, selected...)
	}
	return c
}

// reachable leaves out the fields for types that some candidate can never
// return.
func (ps *positions) reachable(p *position) []*operation.Field {
	if len(p.possible) < 2 {
		return p.fields
	}
	var kept []*operation.Field
	for _, f := range p.fields {
		impossible := slices.ContainsFunc(p.candidates, func(v *view) bool {
			return !v.interfaceObject && !slices.ContainsFunc(f.On, func(t string) bool { return ps.b.views.canBe(v, t) })
		})
		if !impossible {
			kept = append(kept, f)
		}
	}
	return kept
}

// isDoubtful tells whether some candidate can never return the type.
func (ps *positions) isDoubtful(p *position, object string) bool {
	return p.returned && slices.ContainsFunc(p.candidates, func(v *view) bool {
		return !v.interfaceObject && !ps.b.views.canBe(v, object)
	})
}

// items groups those fields that apply to an object type by response name, in
// the order of their first occurrence.
func (ps *positions) items(object string, fields []*operation.Field) []*item {
	if len(fields) == 0 {
		return nil
	}
	items := make([]*item, 0, len(fields))
	room := make([]item, 0, len(fields))
	byName := map[string]*item{} // if there are many
	for i, f := range fields {
		if !contains(f.On, object) {
			continue
		}
		if it := named(items, byName, f.ResponseName); it != nil {
			it.fields = append(it.fields, f)
			continue
		}
		room = append(room, item{response: f.ResponseName, name: f.Name, arguments: printArguments(f.Arguments), fields: fields[i : i+1 : i+1], leaf: true})
		it := &room[len(room)-1]
		if !it.typename() {
			t := ps.b.field(object, f.Name).Type
			for e := t; e.Elem != nil; e = e.Elem {
				it.lists++
			}
			named := ps.b.super.Types[t.Name()]
			it.leaf = named == nil || (named.Kind != ast.Object && named.Kind != ast.Interface && named.Kind != ast.Union)
		}
		items = append(items, it)
		if len(fields) > fewEntries {
			byName[f.ResponseName] = it
		}
	}
	return items
}

// named finds an item by its response name: in the map, if there is something
// in it.
func named(items []*item, byName map[string]*item, response string) *item {
	if len(byName) > 0 {
		return byName[response]
	}
	for _, it := range items {
		if it.response == response {
			return it
		}
	}
	return nil
}

// signature writes down all that planning can depend on in how subgraphs own
// an object type, as far as the selected fields matter. Types with equal
// signatures may share a class.
func (b *builder) signature(w *strings.Builder, object string, selected []*operation.Field) {
	names := map[string]bool{}
	for _, f := range selected {
		names[f.Name] = true
	}
	hosts := append([]string{object}, b.planner.interfaces[object]...)
	// Keys and requirements name further fields of the object.
	for {
		before := len(names)
		for _, host := range hosts {
			for _, in := range b.super.Types[host].In {
				if in == nil {
					continue
				}
				for _, k := range in.Keys {
					topLevel(k.Fields, names)
				}
				for name := range names {
					if f := in.Fields[name]; f != nil {
						topLevel(f.Requires, names)
					}
				}
			}
		}
		if len(names) == before {
			break
		}
	}
	sorted := sortedKeys(names)
	for _, host := range hosts {
		if host != object {
			w.WriteString(host)
		}
		for _, in := range b.super.Types[host].In {
			if in == nil {
				w.WriteByte('|')
				continue
			}
			w.WriteString("|i")
			for _, k := range in.Keys {
				w.WriteString(k.Text)
				if !k.Resolvable {
					w.WriteByte('!')
				}
				w.WriteByte(';')
			}
			for _, name := range sorted {
				f := in.Fields[name]
				if f == nil {
					w.WriteByte('.')
					continue
				}
				w.WriteString(name)
				w.WriteString(f.Type.String())
				if f.External {
					w.WriteByte('x')
				}
				if f.Overrides {
					w.WriteByte('o')
				}
				w.WriteString(f.OverrideLabel)
				writeSet(w, f.Requires)
				writeSet(w, f.Provides)
			}
		}
	}
	for _, name := range sorted {
		if f := b.super.Types[object].Fields[name]; f != nil {
			w.WriteString(f.Type.String())
		}
	}
}

// writeApplying tells for the fragments of a field set whether they are about
// an object type.
func (b *builder) writeApplying(w *strings.Builder, set ast.SelectionSet, object string) {
	for _, s := range set {
		f, ok := s.(*ast.InlineFragment)
		switch {
		case !ok:
		case f.TypeCondition == "" || b.super.IsPossible(f.TypeCondition, object):
			w.WriteByte('1')
			b.writeApplying(w, f.SelectionSet, object)
		default:
			w.WriteByte('0')
		}
	}
}

func topLevel(set ast.SelectionSet, names map[string]bool) {
	for _, s := range set {
		switch s := s.(type) {
		case *ast.Field:
			names[s.Name] = true
		case *ast.InlineFragment:
			topLevel(s.SelectionSet, names)
		}
	}
}

// writeSet prints a field set on one line.
func writeSet(w *strings.Builder, set ast.SelectionSet) {
	if len(set) == 0 {
		return
	}
	w.WriteByte('{')
	for i, s := range set {
		if i > 0 {
			w.WriteByte(' ')
		}
		switch s := s.(type) {
		case *ast.Field:
			w.WriteString(s.Name)
			w.WriteString(printArguments(s.Arguments))
			writeSet(w, s.SelectionSet)
		case *ast.InlineFragment:
			w.WriteString("...on ")
			w.WriteString(s.TypeCondition)
			writeSet(w, s.SelectionSet)
		}
	}
	w.WriteByte('}')
}

// possible are the runtime types of a named type. An interface that no type
// implements is its own: some subgraphs have it as an @interfaceObject, and
// the others know no implementations.
func (b *builder) possible(named string) []string {
	t := b.super.Types[named]
	if len(t.Possible) == 0 && t.Kind == ast.Interface {
		return []string{named}
	}
	return t.Possible
}

// field finds a field of an object type as the supergraph has it.
func (b *builder) field(object, name string) *supergraph.Field {
	f := b.super.Types[object].Fields[name]
	if f == nil {
		panic("planner: no field " + object + "." + name)
	}
	return f
}

// fieldsOf turns a field set on objects of the given types into fields.
func (b *builder) fieldsOf(set ast.SelectionSet, types []string) []*operation.Field {
	var fields []*operation.Field
	for _, s := range set {
		switch s := s.(type) {
		case *ast.Field:
			f := &operation.Field{ResponseName: s.Name, Name: s.Name, On: types, Arguments: s.Arguments, Definition: s.Definition, Position: s.Position}
			if len(s.SelectionSet) > 0 {
				named := s.Definition.Type.Name()
				f.Selections = b.fieldsOf(s.SelectionSet, b.possible(named))
			}
			fields = append(fields, f)
		case *ast.InlineFragment:
			on := types
			if s.TypeCondition != "" {
				on = nil
				for _, t := range types {
					if b.super.IsPossible(s.TypeCondition, t) {
						on = append(on, t)
					}
				}
			}
			if len(on) > 0 {
				fields = append(fields, b.fieldsOf(s.SelectionSet, on)...)
			}
		}
	}
	return fields
}
