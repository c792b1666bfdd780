package compositioncases

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
)

// Random makes a set of subgraphs: a sound federation that is then damaged in
// at most three places, so that about half of the sets compose. The same random
// source gives the same set.
func Random(r *rand.Rand, title string) Case {
	w := newWorld(r)
	c := Case{Title: title}
	for i := range w.subgraphs {
		name := string(rune('a' + i))
		c.Subgraphs = append(c.Subgraphs, Subgraph{Name: name, URL: "http://" + name, SDL: w.sdl(i)})
	}
	return c
}

// A world is a federation as a whole: types with fields, and which subgraph
// has what.
type world struct {
	r         *rand.Rand
	subgraphs int
	types     []*worldType
	enums     []*worldEnum
	inputs    []*worldInput
	unions    []*worldUnion
	fed1      []bool
	roots     []*worldField
	mutations []*worldField
}

type worldType struct {
	name      string
	iface     bool
	entity    bool
	key       string
	in        []bool // by subgraph
	object    []bool // interface objects, by subgraph
	fields    []*worldField
	implement *worldType
	suffix    []string // directives on the type, by subgraph
	drop      []bool   // the implements clause, by subgraph
	noKey     []bool
}

type worldField struct {
	name string
	typ  string
	args string
	in   []bool
	text []string // what stands in each subgraph instead of "name: typ"
	more []string // directives, by subgraph
}

type worldEnum struct {
	name   string
	values [][]string // by subgraph, nil where the enum is not
}

type worldInput struct {
	name   string
	fields [][]string
}

type worldUnion struct {
	name    string
	members [][]string
}

func newWorld(r *rand.Rand) *world {
	w := &world{r: r, subgraphs: 1 + r.IntN(4)}
	for range w.subgraphs {
		w.fed1 = append(w.fed1, r.IntN(12) == 0)
	}
	w.enumsAndInputs()
	w.objects()
	w.fields()
	w.requirements()
	w.rootFields()
	for range r.IntN(4) {
		w.damage()
	}
	return w
}

func (w *world) one(n int) bool { return w.r.IntN(n) == 0 }

func (w *world) some() []bool {
	in := make([]bool, w.subgraphs)
	in[w.r.IntN(w.subgraphs)] = true
	for i := range in {
		in[i] = in[i] || w.one(2)
	}
	return in
}

func (w *world) enumsAndInputs() {
	for i := range w.r.IntN(3) {
		e := &worldEnum{name: fmt.Sprintf("E%d", i)}
		for _, in := range w.some() {
			var values []string
			if in {
				values = []string{"V0", "V1"}
				if w.one(6) {
					values = append(values, "V2")
				}
				if w.one(12) {
					values[0] += " @inaccessible"
				}
			}
			e.values = append(e.values, values)
		}
		w.enums = append(w.enums, e)
	}
	for i := range w.r.IntN(2) {
		in := &worldInput{name: fmt.Sprintf("I%d", i)}
		for _, has := range w.some() {
			var fields []string
			if has {
				fields = []string{"x: Int", "y: [String!] = [\"d\"]"}
				if w.one(5) {
					fields = append(fields, "z: ID")
				}
				if w.one(8) {
					fields[0] = "x: Int!"
				}
			}
			in.fields = append(in.fields, fields)
		}
		w.inputs = append(w.inputs, in)
	}
}

func (w *world) objects() {
	for i := range 2 + w.r.IntN(4) {
		t := &worldType{name: fmt.Sprintf("T%d", i), entity: !w.one(4), key: "id", in: w.some()}
		w.types = append(w.types, w.sized(t))
	}
	if w.one(2) {
		i := &worldType{name: "N", iface: true, entity: w.one(2), key: "id", in: make([]bool, w.subgraphs)}
		w.sized(i)
		for _, t := range w.types {
			if t.entity != i.entity && i.entity || w.one(2) {
				continue
			}
			t.implement = i
			for s := range t.in {
				i.in[s] = i.in[s] || t.in[s]
			}
		}
		if i.entity {
			home := w.r.IntN(w.subgraphs)
			for s := range i.in {
				i.in[s] = s == home
				i.object[s] = s != home && w.one(2)
			}
			for _, t := range w.types {
				if t.implement == i {
					for s := range t.in {
						t.in[s] = s == home || t.in[s] && !i.object[s]
						t.drop[s] = s != home
					}
				}
			}
		}
		w.types = append(w.types, i)
	}
	if w.one(3) {
		u := &worldUnion{name: "U", members: make([][]string, w.subgraphs)}
		for _, t := range w.types {
			if t.iface {
				continue
			}
			for s := range t.in {
				if t.in[s] && !w.one(3) {
					u.members[s] = append(u.members[s], t.name)
				}
			}
		}
		w.unions = append(w.unions, u)
	}
}

func (w *world) sized(t *worldType) *worldType {
	t.suffix, t.drop, t.noKey, t.object = make([]string, w.subgraphs), make([]bool, w.subgraphs), make([]bool, w.subgraphs), make([]bool, w.subgraphs)
	return t
}

func (w *world) field(name, typ string, in []bool) *worldField {
	return &worldField{name: name, typ: typ, in: in, text: make([]string, w.subgraphs), more: make([]string, w.subgraphs)}
}

// outputType is a type that all the subgraphs of in have.
func (w *world) outputType(in []bool) string {
	candidates := []string{"Int", "String!", "[Int!]!", "Boolean"}
	add := func(name string, has func(int) bool) {
		for s := range in {
			if in[s] && !has(s) {
				return
			}
		}
		candidates = append(candidates, name, "["+name+"]")
	}
	for _, t := range w.types {
		add(t.name, func(s int) bool { return t.in[s] || t.object[s] })
	}
	for _, e := range w.enums {
		add(e.name, func(s int) bool { return e.values[s] != nil })
	}
	for _, u := range w.unions {
		add(u.name, func(s int) bool { return u.members[s] != nil })
	}
	return candidates[w.r.IntN(len(candidates))]
}

func (w *world) arguments(in []bool) string {
	if !w.one(4) {
		return ""
	}
	candidates := []string{"(n: Int)", "(n: Int = 3)", "(n: Int!, m: String)"}
	for _, e := range w.enums {
		all := true
		for s := range in {
			all = all && (!in[s] || e.values[s] != nil)
		}
		if all {
			candidates = append(candidates, "(e: "+e.name+")")
		}
	}
	for _, x := range w.inputs {
		all := true
		for s := range in {
			all = all && (!in[s] || x.fields[s] != nil)
		}
		if all {
			candidates = append(candidates, "(i: "+x.name+")")
		}
	}
	return candidates[w.r.IntN(len(candidates))]
}

func (w *world) fields() {
	for _, t := range w.types {
		if t.iface {
			continue
		}
		for i := range 1 + w.r.IntN(3) {
			in := make([]bool, w.subgraphs)
			n := 0
			for s := range in {
				in[s] = t.in[s] && (w.one(2) || !t.entity)
				if in[s] {
					n++
				}
			}
			if n == 0 {
				continue
			}
			f := w.field(fmt.Sprintf("f%d", i), w.outputType(in), in)
			f.args = w.arguments(in)
			if n > 1 {
				for s := range in {
					if in[s] && !w.fed1[s] {
						f.more[s] = " @shareable"
					}
				}
			}
			t.fields = append(t.fields, f)
		}
	}
	for _, t := range w.types {
		if !t.iface || !t.entity {
			continue
		}
		for s := range t.object {
			if t.object[s] {
				in := make([]bool, w.subgraphs)
				in[s] = true
				t.fields = append(t.fields, w.field(fmt.Sprintf("o%d", s), w.outputType(in), in))
			}
		}
	}
}

// requirements make some fields require or provide fields of others.
func (w *world) requirements() {
	for _, t := range w.types {
		if !t.entity || t.iface {
			continue
		}
		for _, f := range t.fields {
			if f.args != "" || strings.ContainsAny(f.typ, "TNU") || !w.one(3) {
				continue
			}
			for s := range f.in {
				if !f.in[s] && t.in[s] {
					g := w.field("r"+f.name, "Int", make([]bool, w.subgraphs))
					g.in[s] = true
					g.more[s] = fmt.Sprintf(" @requires(fields: %q)", f.name)
					t.fields = append(t.fields, g)
					f.in[s], f.more[s] = true, " @external"
					break
				}
			}
		}
	}
}

func (w *world) rootFields() {
	for i := range w.subgraphs + 1 {
		in := make([]bool, w.subgraphs)
		in[i%w.subgraphs] = true
		f := w.field(fmt.Sprintf("q%d", i), w.outputType(in), in)
		f.args = w.arguments(in)
		w.roots = append(w.roots, f)
	}
	if w.subgraphs > 1 && w.one(3) {
		in := w.some()
		f := w.field("shared", w.outputType(in), in)
		for s := range in {
			if !w.fed1[s] {
				f.more[s] = " @shareable"
			}
		}
		w.roots = append(w.roots, f)
	}
	if w.one(4) {
		in := w.some()
		f := w.field("m", w.outputType(in), in)
		for s := range in {
			if !w.fed1[s] {
				f.more[s] = " @shareable"
			}
		}
		w.mutations = append(w.mutations, f)
	}
}

// damage changes one thing, which may make the set invalid.
func (w *world) damage() {
	t := w.types[w.r.IntN(len(w.types))]
	s := w.r.IntN(w.subgraphs)
	fields := slices.Concat(t.fields, w.roots)
	f := fields[w.r.IntN(len(fields))]
	directives := []string{
		" @shareable", " @external", " @inaccessible", ` @tag(name: "t")`, " @deprecated", ` @override(from: "a")`,
		` @override(from: "b", label: "l")`, " @authenticated", ` @requires(fields: "id")`, ` @provides(fields: "f0")`,
		` @requires(fields: "f0")`, ` @requires(fields: "f1 f0")`, ` @provides(fields: "id")`, ` @cost(weight: 2)`, ` @requiresScopes(scopes: [["a"]])`,
	}
	switch w.r.IntN(12) {
	case 0:
		f.more[s] = ""
	case 1, 2:
		f.more[s] += directives[w.r.IntN(len(directives))]
	case 3:
		types := []string{"Int!", "Int", "[Int]", "String", "T0", "[T0!]", "N", "U", "E0"}
		f.text[s] = f.name + ": " + types[w.r.IntN(len(types))]
	case 4:
		args := []string{"", "(n: Int)", "(n: Int!)", "(n: Int = 4)", "(n: String)"}
		f.text[s] = f.name + args[w.r.IntN(len(args))] + ": " + f.typ
	case 5:
		f.in[s] = !f.in[s] && t.in[s]
	case 6:
		t.noKey[s] = true
	case 7:
		suffix := []string{" @inaccessible", ` @tag(name: "t")`, " @shareable", " @external", " @authenticated", ` @key(fields: "f0")`, ` @key(fields: "id", resolvable: false)`, " @interfaceObject", " @extends"}
		t.suffix[s] += suffix[w.r.IntN(len(suffix))]
	case 8:
		t.in[s] = !t.in[s]
	case 9:
		t.drop[s] = !t.drop[s]
	case 10:
		for _, e := range w.enums {
			if e.values[s] != nil {
				e.values[s] = e.values[s][:1]
			}
		}
	case 11:
		w.fed1[s] = !w.fed1[s]
	}
}

func (w *world) sdl(s int) string {
	var b strings.Builder
	if !w.fed1[s] {
		b.WriteString(expand("#fed 2.9\n"))
	}
	writeRoot := func(name string, fields []*worldField) {
		var body strings.Builder
		for _, f := range fields {
			f.write(&body, s)
		}
		if body.Len() > 0 {
			b.WriteString("type " + name + " {\n" + body.String() + "}\n")
		}
	}
	writeRoot("Query", w.roots)
	writeRoot("Mutation", w.mutations)
	for _, t := range w.types {
		w.writeType(&b, t, s)
	}
	for _, e := range w.enums {
		if e.values[s] != nil {
			b.WriteString("enum " + e.name + " { " + strings.Join(e.values[s], " ") + " }\n")
		}
	}
	for _, x := range w.inputs {
		if x.fields[s] != nil {
			b.WriteString("input " + x.name + " { " + strings.Join(x.fields[s], " ") + " }\n")
		}
	}
	for _, u := range w.unions {
		if u.members[s] != nil {
			b.WriteString("union " + u.name + " = " + strings.Join(u.members[s], " | ") + "\n")
		}
	}
	return b.String()
}

func (w *world) writeType(b *strings.Builder, t *worldType, s int) {
	if !t.in[s] && !t.object[s] {
		return
	}
	key := ""
	if t.entity && !t.noKey[s] {
		key = fmt.Sprintf(" @key(fields: %q)", t.key)
	}
	if t.iface && !t.object[s] {
		b.WriteString("interface " + t.name + key + t.suffix[s] + " {\n  id: ID!\n}\n")
		return
	}
	b.WriteString("type " + t.name)
	if t.implement != nil && !t.drop[s] {
		b.WriteString(" implements " + t.implement.name)
	}
	b.WriteString(key + t.suffix[s])
	if t.object[s] {
		b.WriteString(" @interfaceObject")
	}
	shareable := ""
	if !t.entity && !w.fed1[s] {
		shareable = " @shareable"
	}
	b.WriteString(" {\n  id: ID!" + shareable + "\n")
	for _, f := range t.fields {
		f.write(b, s)
	}
	b.WriteString("}\n")
}

func (f *worldField) write(b *strings.Builder, s int) {
	if !f.in[s] {
		return
	}
	text := f.text[s]
	if text == "" {
		text = f.name + f.args + ": " + f.typ
	}
	b.WriteString("  " + text + f.more[s] + "\n")
}
