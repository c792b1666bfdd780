package bruteforce

import (
	"fmt"
	"slices"
	"strings"
)

// A World is a federation in small. Types[0] is Query.
type World struct {
	Subgraphs []string
	Types     []*Type
}

// A Type is an object type over all subgraphs.
type Type struct {
	Name   string
	Fields []*Field
	In     []*TypeIn // by subgraph; nil where the type is not
}

// A Field is a field over all subgraphs.
type Field struct {
	Name string
	Of   *Type // nil for a leaf
	List bool
}

// A TypeIn is a type in one subgraph.
type TypeIn struct {
	Keys   []Key
	Fields map[string]*FieldIn
}

// A Key is a @key.
type Key struct {
	Fields     Set
	Resolvable bool
}

// A FieldIn is a field in one subgraph.
type FieldIn struct {
	External bool
	Requires Set
	Provides Set
}

// A Set is a selection: of a field set, or of the query.
type Set []*Selected

// A Selected is a field of a Set.
type Selected struct {
	Name  string
	Below Set
}

func (s Set) String() string {
	parts := make([]string, len(s))
	for i, f := range s {
		parts[i] = f.Name
		if len(f.Below) > 0 {
			parts[i] += " { " + f.Below.String() + " }"
		}
	}
	return strings.Join(parts, " ")
}

// named returns the field of a name, nil if it is not in the set.
func (s Set) named(name string) *Selected {
	i := slices.IndexFunc(s, func(f *Selected) bool { return f.Name == name })
	if i < 0 {
		return nil
	}
	return s[i]
}

func (t *Type) field(name string) *Field {
	i := slices.IndexFunc(t.Fields, func(f *Field) bool { return f.Name == name })
	if i < 0 {
		return nil
	}
	return t.Fields[i]
}

// own is a field in one subgraph, nil if it is not there.
func (t *Type) own(subgraph int, name string) *FieldIn {
	if t.In[subgraph] == nil {
		return nil
	}
	return t.In[subgraph].Fields[name]
}

// resolvers are the subgraphs that resolve a field, there or on some path.
func (w *World) resolvers(t *Type, name string) int {
	n := 0
	for g, in := range t.In {
		if in == nil || in.Fields[name] == nil {
			continue
		}
		if !in.Fields[name].External || w.isProvided(g, t, name) {
			n++
		}
	}
	return n
}

// isProvided tells whether some field in a subgraph provides a field.
func (w *World) isProvided(subgraph int, of *Type, name string) bool {
	for _, t := range w.Types {
		if t.In[subgraph] == nil {
			continue
		}
		for _, f := range t.Fields {
			own := t.In[subgraph].Fields[f.Name]
			if own != nil && f.Of == of && own.Provides.named(name) != nil {
				return true
			}
		}
	}
	return false
}

// SDL prints one subgraph.
func (w *World) SDL(subgraph int) string {
	var b strings.Builder
	b.WriteString("extend schema @link(url: \"https://specs.apollo.dev/federation/v2.3\", import: [\"@key\", \"@shareable\", \"@external\", \"@requires\", \"@provides\"])\n")
	for _, t := range w.Types {
		in := t.In[subgraph]
		if in == nil || len(in.Fields) == 0 {
			continue
		}
		fmt.Fprintf(&b, "type %s", t.Name)
		for _, k := range in.Keys {
			fmt.Fprintf(&b, " @key(fields: %q", k.Fields)
			if !k.Resolvable {
				b.WriteString(", resolvable: false")
			}
			b.WriteString(")")
		}
		b.WriteString(" {\n")
		for _, f := range t.Fields {
			if own := in.Fields[f.Name]; own != nil {
				w.printField(&b, t, f, own)
			}
		}
		b.WriteString("}\n")
	}
	return b.String()
}

func (w *World) printField(b *strings.Builder, t *Type, f *Field, own *FieldIn) {
	typ := "Int"
	switch {
	case f.Of != nil && f.List:
		typ = "[" + f.Of.Name + "]"
	case f.Of != nil:
		typ = f.Of.Name
	}
	fmt.Fprintf(b, "  %s: %s", f.Name, typ)
	if own.External {
		b.WriteString(" @external")
	} else if w.resolvers(t, f.Name) > 1 {
		b.WriteString(" @shareable")
	}
	if own.Requires != nil {
		fmt.Fprintf(b, " @requires(fields: %q)", own.Requires)
	}
	if own.Provides != nil {
		fmt.Fprintf(b, " @provides(fields: %q)", own.Provides)
	}
	b.WriteString("\n")
}

// String prints all subgraphs.
func (w *World) String() string {
	var b strings.Builder
	for g, name := range w.Subgraphs {
		fmt.Fprintf(&b, "# %s\n%s\n", name, w.SDL(g))
	}
	return b.String()
}
