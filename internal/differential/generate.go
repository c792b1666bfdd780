package differential

import (
	"fmt"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// instances is how many entities of each type there are.
const instances = 3

// Generate makes up a world from bits: draw returns that many random bits.
// Every operation that Reach allows on it must have a plan.
func Generate(draw func(bits int) uint64) *World { return generate(draw, false) }

// GenerateSimple makes up a world of at most four subgraphs without abstract
// types and arguments.
func GenerateSimple(draw func(bits int) uint64) *World { return generate(draw, true) }

func generate(draw func(bits int) uint64, simple bool) *World {
	d := &drawer{draw}
	w := &World{types: map[string]*Type{}, Labels: map[string]bool{}}
	g := &generator{drawer: d, w: w, simple: simple, objects: map[string][]int{}}
	g.subgraphs()
	g.declare()
	g.interfaceObjects()
	g.place()
	g.roots()
	g.complete()
	g.agree()
	g.overrides()
	g.requirements()
	g.followers()
	g.provisions()
	g.complete()
	g.hide()
	g.settle()
	w.seed, w.nulls, w.failing = d.draw(6), d.chance(12), d.chance(6)
	w.data = makeData(w)
	return w
}

// A generator makes up the types of a world and splits them over subgraphs.
type generator struct {
	*drawer
	w *World

	// simple leaves out abstract types and arguments.
	simple bool

	// objects are the subgraphs in which an interface is an object.
	objects map[string][]int
}

// Names that types share, so that they meet in selections and fragments.
var (
	leafNames = []string{"a", "b", "c", "d"}
	refNames  = []string{"r", "s", "t"}
	leafTypes = []string{"String", "String", "String", "Int", "Boolean", "Float", "ID", "Color"}
)

func (g *generator) subgraphs() {
	n := one(g.drawer, []int{2, 3, 2, 3, 4, 3, 4, 5, 6})
	if g.simple {
		n = min(n, 4)
	}
	for i := range n {
		g.w.Subgraphs = append(g.w.Subgraphs, &Subgraph{Index: i, Name: string(rune('a' + i))})
	}
	g.w.Federation = one(g.drawer, []int{3, 7, 8, 9})
}

// declare makes up the types, without saying which subgraph has what.
func (g *generator) declare() {
	w := g.w
	w.add(&Type{Name: "Color", Kind: ast.Enum, Values: []string{"RED", "GREEN", "BLUE"}})
	w.add(&Type{Name: "Filter", Kind: ast.InputObject, Fields: []*Field{{Name: "in0", Base: "Int"}, {Name: "in1", Base: "String"}}})
	var objects []*Type
	for i := range g.between(1, 4) {
		objects = append(objects, w.add(&Type{Name: fmt.Sprint("E", i), Kind: ast.Object, Keys: []string{"id"}}))
	}
	for i := range g.below(3) {
		objects = append(objects, w.add(&Type{Name: fmt.Sprint("V", i), Kind: ast.Object}))
	}
	var abstract []*Type
	interfaces, unions := g.below(3), g.below(2)
	if g.simple {
		interfaces, unions = 0, 0
	}
	for i := range interfaces {
		abstract = append(abstract, g.declareInterface(fmt.Sprint("I", i), objects))
	}
	for i := range unions {
		u := w.add(&Type{Name: fmt.Sprint("U", i), Kind: ast.Union})
		for _, t := range some(g.drawer, objects, 8) {
			u.Members = append(u.Members, t.Name)
		}
		abstract = append(abstract, u)
	}
	for i, t := range objects {
		g.declareFields(t, objects[:i], objects, abstract)
	}
}

func (g *generator) declareInterface(name string, objects []*Type) *Type {
	t := g.w.add(&Type{Name: name, Kind: ast.Interface})
	members := some(g.drawer, objects, 8)
	for _, m := range members {
		t.Members = append(t.Members, m.Name)
		m.Implements = append(m.Implements, name)
	}
	fields := append([]string{"x" + name}, leafNames[:2]...)
	for _, field := range some(g.drawer, fields, 6) {
		f := &Field{Name: field, Base: one(g.drawer, leafTypes)}
		if slices.ContainsFunc(members, func(m *Type) bool { return m.field(field) != nil }) {
			continue // another interface means something else by it
		}
		t.Fields = append(t.Fields, f)
	}
	if len(t.Fields) == 0 {
		t.Fields = append(t.Fields, &Field{Name: "x" + name, Base: "String"})
	}
	for _, m := range members {
		for _, f := range t.Fields {
			copied := *f
			m.Fields = append(m.Fields, &copied)
		}
	}
	return t
}

func (g *generator) declareFields(t *Type, earlier, objects, abstract []*Type) {
	if t.isEntity() {
		t.Fields = append([]*Field{{Name: "id", Base: "ID", KeyOnly: true, Plain: true}}, t.Fields...)
		g.declareKeys(t, earlier)
	}
	for _, name := range some(g.drawer, leafNames, 5) {
		if t.field(name) == nil {
			f := &Field{Name: name, Base: one(g.drawer, leafTypes), Lists: max(0, g.below(8)-5)}
			g.arguments(f)
			t.Fields = append(t.Fields, f)
		}
	}
	// Values have no cycles: they are written where they stand.
	var targets []string
	for _, o := range objects {
		if o.isEntity() || !t.isValue() || slices.Contains(earlier, o) {
			targets = append(targets, o.Name)
		}
	}
	if !t.isValue() {
		for _, a := range abstract {
			targets = append(targets, a.Name, a.Name)
		}
	}
	for _, name := range refNames {
		if len(targets) > 0 && g.chance(6) {
			f := &Field{Name: name, Base: one(g.drawer, targets), Lists: max(0, g.below(6)-3)}
			if f.Lists == 0 && g.chance(2) {
				g.arguments(f)
			}
			t.Fields = append(t.Fields, f)
		}
	}
}

// declareKeys makes up further keys of an entity.
func (g *generator) declareKeys(t *Type, earlier []*Type) {
	if g.chance(4) {
		t.Keys = append(t.Keys, "k")
		t.Fields = append(t.Fields, &Field{Name: "k", Base: "String", KeyOnly: true, Plain: true})
	}
	if g.chance(2) {
		t.Keys = append(t.Keys, "m n")
		t.Fields = append(t.Fields,
			&Field{Name: "m", Base: "Int", KeyOnly: true, Plain: true},
			&Field{Name: "n", Base: "ID", KeyOnly: true, Plain: true})
	}
	if g.chance(2) {
		var others []string
		for _, o := range earlier {
			if o.isEntity() && o.field("kr") == nil {
				others = append(others, o.Name) // keys in keys go no deeper
			}
		}
		if len(others) > 0 {
			t.Keys = append(t.Keys, "kr { id }")
			t.Fields = append(t.Fields, &Field{Name: "kr", Base: one(g.drawer, others), KeyOnly: true, Plain: true})
		}
	}
}

func (g *generator) arguments(f *Field) {
	if g.simple || !g.chance(3) {
		return
	}
	all := []Arg{{"x", "Int", ""}, {"y", "String", `"d"`}, {"z", "Color", ""}, {"w", "Filter", ""}, {"v", "[Int!]", ""}, {"u", "Int!", "3"}}
	f.Args = some(g.drawer, all, 3)
}

// interfaceObjects makes interfaces of entities objects in some subgraphs, and
// entities in another one.
func (g *generator) interfaceObjects() {
	for _, t := range g.w.Types {
		if t.Kind != ast.Interface || !g.chance(6) {
			continue
		}
		if slices.ContainsFunc(t.Members, func(m string) bool { return !g.w.types[m].isEntity() }) {
			continue
		}
		home := g.below(len(g.w.Subgraphs))
		var others []int
		for i := range g.w.Subgraphs {
			if i != home && !g.excluded(t, i) {
				others = append(others, i)
			}
		}
		if len(others) == 0 || slices.ContainsFunc(t.Members, func(m string) bool { return !g.can(m, home) }) {
			continue
		}
		t.Fields = append([]*Field{{Name: "id", Base: "ID", KeyOnly: true, Plain: true}}, t.Fields...)
		g.objects[t.Name] = some(g.drawer, others, 4)
		g.enterInterface(t, home, t.Members)
		t.In[home].Keys = []Key{{"id", true}}
		for _, m := range t.Members {
			g.key(g.w.types[m], home, "id", true)
		}
		for i, at := range g.objects[t.Name] {
			g.interfaceObject(t, at, i)
		}
	}
}

// excluded tells whether the subgraph has an implementation of the interface,
// or an interface with one of them as an object.
func (g *generator) excluded(t *Type, subgraph int) bool {
	return slices.ContainsFunc(t.Members, func(m string) bool {
		return g.w.types[m].In[subgraph] != nil || !g.can(m, subgraph)
	})
}

func (g *generator) interfaceObject(t *Type, at, nth int) {
	in := &TypeIn{InterfaceObject: true, Fields: map[string]*FieldIn{}, Keys: []Key{{"id", !g.chance(2)}}}
	t.In[at] = in
	in.Fields["id"] = &FieldIn{Base: "ID", NonNull: []bool{true}, Override: -1}
	var own []*Field
	if nth == 0 || g.chance(8) {
		f := &Field{Name: fmt.Sprint("o", t.Name, nth), Base: one(g.drawer, leafTypes)}
		g.arguments(f)
		own = append(own, f)
	}
	if g.chance(6) {
		own = append(own, &Field{Name: fmt.Sprint("p", t.Name, nth), Base: one(g.drawer, t.Members[:1]), Lists: g.below(2)})
		// The subgraph has none of the members, but it has the interface.
		own[len(own)-1].Base = t.Name
	}
	for _, f := range own {
		t.Fields = append(t.Fields, f)
		g.field(t, f, at)
		for _, m := range t.Members {
			copied := *f
			g.w.types[m].Fields = append(g.w.types[m].Fields, &copied)
		}
	}
}

// can tells whether a subgraph may have a type: not if it has an interface of
// it as an object.
func (g *generator) can(name string, subgraph int) bool {
	t := g.w.types[name]
	if t == nil {
		return true // a built-in scalar
	}
	switch t.Kind {
	case ast.Object:
		return !slices.ContainsFunc(t.Implements, func(i string) bool { return slices.Contains(g.objects[i], subgraph) })
	case ast.Interface, ast.Union:
		return slices.Contains(g.objects[name], subgraph) ||
			slices.ContainsFunc(t.Members, func(m string) bool { return g.can(m, subgraph) })
	}
	return true
}

// need gives a subgraph a type that something there refers to.
func (g *generator) need(name string, subgraph int) {
	t := g.w.types[name]
	if t == nil || t.In[subgraph] != nil {
		return
	}
	switch {
	case t.isEntity():
		t.In[subgraph] = &TypeIn{Fields: map[string]*FieldIn{}}
		g.keys(t, subgraph)
	case t.Kind == ast.Object:
		t.In[subgraph] = &TypeIn{Fields: map[string]*FieldIn{}}
		var fields []*Field
		for _, f := range t.Fields {
			if g.can(f.Base, subgraph) {
				fields = append(fields, f)
			}
		}
		for _, f := range some(g.drawer, fields, 12) {
			g.field(t, f, subgraph)
		}
	case t.Kind == ast.Interface:
		g.enterInterface(t, subgraph, some(g.drawer, g.allowed(t, subgraph), 10))
	case t.Kind == ast.Union:
		members := some(g.drawer, g.allowed(t, subgraph), 10)
		t.In[subgraph] = &TypeIn{Members: members}
		for _, m := range members {
			g.need(m, subgraph)
		}
	default:
		t.In[subgraph] = &TypeIn{}
	}
}

func (g *generator) allowed(t *Type, subgraph int) []string {
	var members []string
	for _, m := range t.Members {
		if g.can(m, subgraph) {
			members = append(members, m)
		}
	}
	return members
}

func (g *generator) enterInterface(t *Type, subgraph int, members []string) {
	t.In[subgraph] = &TypeIn{Fields: map[string]*FieldIn{}, Members: slices.Clone(members)}
	for _, m := range members {
		g.need(m, subgraph)
		in := g.w.types[m].In[subgraph]
		in.Implements = append(in.Implements, t.Name)
	}
}

// keys gives an entity keys in a subgraph.
func (g *generator) keys(t *Type, subgraph int) {
	first := t.Keys[0]
	if g.chance(4) {
		first = one(g.drawer, t.Keys)
	}
	g.key(t, subgraph, first, !g.chance(2))
	if len(t.Keys) > 1 && g.chance(5) {
		g.key(t, subgraph, one(g.drawer, t.Keys), !g.chance(2))
	}
}

func (g *generator) key(t *Type, subgraph int, fields string, resolvable bool) {
	in := t.In[subgraph]
	if i := slices.IndexFunc(in.Keys, func(k Key) bool { return k.Fields == fields }); i >= 0 {
		in.Keys[i].Resolvable = in.Keys[i].Resolvable || resolvable
		return
	}
	if strings.HasPrefix(fields, "kr") && !g.can(t.field("kr").Base, subgraph) {
		fields = t.Keys[0]
		if slices.ContainsFunc(in.Keys, func(k Key) bool { return k.Fields == fields }) {
			return
		}
	}
	in.Keys = append(in.Keys, Key{fields, resolvable})
	if strings.HasPrefix(fields, "kr") {
		g.plain(t, "kr", subgraph)
		to := g.w.types[t.field("kr").Base]
		g.need(to.Name, subgraph)
		g.plain(to, "id", subgraph)
		return
	}
	for _, name := range strings.Fields(fields) {
		g.plain(t, name, subgraph)
	}
}

// plain gives a subgraph a field of a key.
func (g *generator) plain(t *Type, name string, subgraph int) {
	if t.In[subgraph].Fields[name] == nil {
		t.In[subgraph].Fields[name] = &FieldIn{Base: t.field(name).Base, NonNull: []bool{true}, Override: -1, Shareable: true}
	}
}

// fieldIn makes up a field's type in a subgraph. Of the types in any two
// subgraphs one is a subtype of the other.
func (g *generator) fieldIn(f *Field) *FieldIn {
	if f.strict == nil {
		f.strict = make([]bool, f.Lists+1)
		for i := range f.strict {
			f.strict[i] = g.chance(7)
		}
	}
	in := &FieldIn{Base: f.Base, NonNull: make([]bool, f.Lists+1), Override: -1}
	for i := g.below(f.Lists + 2); i <= f.Lists; i++ {
		in.NonNull[i] = f.strict[i]
	}
	return in
}

// field gives a subgraph a field of a type it has.
func (g *generator) field(t *Type, f *Field, subgraph int) {
	if t.In[subgraph].Fields[f.Name] != nil {
		return
	}
	in := g.fieldIn(f)
	t.In[subgraph].Fields[f.Name] = in
	g.need(f.Base, subgraph)
	for _, a := range f.Args {
		g.need(a.Type, subgraph)
	}
}

// place splits the entities over the subgraphs.
func (g *generator) place() {
	var all []int
	for i := range g.w.Subgraphs {
		all = append(all, i)
	}
	for _, t := range g.w.Types {
		if !t.isEntity() {
			continue
		}
		var allowed []int
		for _, i := range all {
			if g.can(t.Name, i) {
				allowed = append(allowed, i)
			}
		}
		for _, i := range some(g.drawer, allowed, 8) {
			g.need(t.Name, i)
		}
	}
	for _, t := range g.w.Types {
		if t.isEntity() {
			g.own(t)
		}
	}
}

// own gives each field of an entity an owner, some more than one.
func (g *generator) own(t *Type) {
	for _, f := range t.Fields {
		if f.KeyOnly || len(g.w.sources(t, f.Name)) > 0 {
			continue
		}
		var hosts []int
		for i, in := range t.In {
			if in != nil && g.can(f.Base, i) {
				hosts = append(hosts, i)
			}
		}
		if len(hosts) > 0 {
			for _, i := range some(g.drawer, hosts, 4) {
				g.field(t, f, i)
			}
		}
	}
}

// roots makes up the root fields.
func (g *generator) roots() {
	g.root("Query", "q", g.between(2, 6))
	if g.chance(4) {
		g.root("Mutation", "m", g.between(1, 3))
	}
}

func (g *generator) root(name, prefix string, fields int) {
	t := g.w.add(&Type{Name: name, Kind: ast.Object})
	var targets []string
	for _, o := range g.w.Types {
		if o.isComposite() && o != t && o.Name != "Query" {
			targets = append(targets, o.Name)
		}
	}
	for i := range fields {
		f := &Field{Name: fmt.Sprint(prefix, i), Base: one(g.drawer, targets), Lists: max(0, g.below(4)-2)}
		if g.chance(2) {
			f.Base = one(g.drawer, leafTypes)
		}
		g.arguments(f)
		var hosts []int
		for i := range g.w.Subgraphs {
			if g.can(f.Base, i) {
				hosts = append(hosts, i)
			}
		}
		if len(hosts) == 0 {
			continue
		}
		t.Fields = append(t.Fields, f)
		for _, i := range some(g.drawer, hosts, 2) {
			if t.In[i] == nil {
				t.In[i] = &TypeIn{Fields: map[string]*FieldIn{}}
			}
			g.field(t, f, i)
		}
	}
}

// complete gives interfaces their fields in each subgraph, and fields of
// values an owner, until nothing is missing.
func (g *generator) complete() {
	for again := true; again; {
		again = false
		for _, t := range g.w.Types {
			switch {
			case t.Kind == ast.Interface:
				again = g.completeInterface(t) || again
			case t.isValue():
				again = g.completeValue(t) || again
			}
		}
	}
}

func (g *generator) completeInterface(t *Type) (changed bool) {
	first := g.simplest(t)
	for i, in := range t.In {
		if in == nil || in.InterfaceObject {
			continue
		}
		in.Fields = map[string]*FieldIn{}
		for _, f := range t.Fields {
			if own := g.common(t, f, i); own != nil {
				in.Fields[f.Name] = own
			}
		}
		if len(in.Fields) > 0 {
			continue
		}
		for _, m := range in.Members {
			object := g.w.types[m]
			g.field(object, object.field(first.Name), i)
		}
		changed = true
	}
	return changed
}

// simplest is a field of an interface that its implementations can have one
// more owner of: none of them requires anything for it, since others would have
// to answer the same without.
func (g *generator) simplest(t *Type) *Field {
	free := func(f *Field) bool {
		return !f.KeyOnly && !slices.ContainsFunc(t.Members, func(m string) bool {
			return g.w.requires(g.w.types[m], f) != ""
		})
	}
	if i := slices.IndexFunc(t.Fields, free); i >= 0 {
		return t.Fields[i]
	}
	first := t.Fields[slices.IndexFunc(t.Fields, func(f *Field) bool { return !f.KeyOnly })]
	for _, m := range t.Members {
		for _, in := range g.w.sources(g.w.types[m], first.Name) {
			in.Requires = ""
		}
	}
	return first
}

// common is an interface's field in a subgraph all of whose implementations
// there have it, nil for others. It may be null where it may for any of them,
// wherever they are.
func (g *generator) common(t *Type, f *Field, subgraph int) *FieldIn {
	in := &FieldIn{Base: f.Base, NonNull: make([]bool, f.Lists+1), Override: -1}
	for i := range in.NonNull {
		in.NonNull[i] = true
	}
	for _, m := range t.In[subgraph].Members {
		if g.w.types[m].In[subgraph].Fields[f.Name] == nil {
			return nil
		}
	}
	for _, m := range t.Members {
		object := g.w.types[m]
		for i, n := range nonNull(g.w.merged(object, object.field(f.Name))) {
			in.NonNull[i] = in.NonNull[i] && n
		}
	}
	return in
}

func (g *generator) completeValue(t *Type) (changed bool) {
	for _, f := range t.Fields {
		if len(g.w.owners(t, f.Name)) > 0 {
			continue
		}
		for i, in := range t.In {
			if in != nil && g.can(f.Base, i) {
				delete(in.Fields, f.Name) // external
				g.field(t, f, i)
				changed = true
				break
			}
		}
	}
	return changed
}
