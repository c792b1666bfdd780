package composition

import (
	"fmt"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// print writes the supergraph: directive definitions, then types, each sorted
// by name.
//
// Link and join specifications.
func (c *composer) print() string {
	p := &printer{c: c, g: c.super}
	p.schemaDefinition()
	blocks := p.directiveBlocks()
	slices.SortStableFunc(blocks, compareBlocks)
	types := p.typeBlocks()
	slices.SortStableFunc(types, compareBlocks)
	for _, b := range append(blocks, types...) {
		p.b.WriteByte('\n')
		p.b.WriteString(b.text)
	}
	return p.b.String()
}

type printer struct {
	c *composer
	g *supergraph
	b strings.Builder
}

// A block is one definition.
type block struct{ name, text string }

func compareBlocks(a, b block) int { return strings.Compare(a.name, b.name) }

func (p *printer) schemaDefinition() {
	writeDescription(&p.b, "", p.g.description)
	p.b.WriteString("schema\n")
	links := []mergedLink{
		{url: specBase + "link/v1.0"},
		{url: fmt.Sprintf("%sjoin/v0.%d", specBase, p.g.join), purpose: "EXECUTION"},
	}
	for _, l := range append(links, p.g.links...) {
		p.b.WriteString("  @link(url: ")
		writeString(&p.b, l.url)
		if l.as != "" {
			p.b.WriteString(", as: ")
			writeString(&p.b, l.as)
		}
		if l.purpose != "" {
			p.b.WriteString(", for: " + l.purpose)
		}
		p.imports(l.imports)
		p.b.WriteString(")\n")
	}
	for _, a := range p.g.applied {
		p.b.WriteString("  ")
		writeApplication(&p.b, a)
		p.b.WriteByte('\n')
	}
	p.b.WriteString("{\n")
	for k, t := range p.g.roots {
		if t != nil {
			fmt.Fprintf(&p.b, "  %s: %s\n", rootOperations[k], t.name)
		}
	}
	p.b.WriteString("}\n")
}

func (p *printer) imports(imports []linkImport) {
	for i, x := range imports {
		if i == 0 {
			p.b.WriteString(", import: [")
		} else {
			p.b.WriteString(", ")
		}
		if x.name == x.as {
			writeString(&p.b, x.name)
			continue
		}
		p.b.WriteString("{name: ")
		writeString(&p.b, x.name)
		p.b.WriteString(", as: ")
		writeString(&p.b, x.as)
		p.b.WriteByte('}')
	}
	if len(imports) > 0 {
		p.b.WriteByte(']')
	}
}

// joinDefinitions are the definitions of the join spec by the minor version
// that brought them.
var joinDefinitions = []specElement{
	{"join__directive", 4, `directive @join__directive(graphs: [join__Graph!], name: String!, args: join__DirectiveArguments) repeatable on SCHEMA | OBJECT | INTERFACE | FIELD_DEFINITION`},
	{"join__enumValue", 3, `directive @join__enumValue(graph: join__Graph!) repeatable on ENUM_VALUE`},
	{"join__field", 3, `directive @join__field(graph: join__Graph, requires: join__FieldSet, provides: join__FieldSet, type: String, external: Boolean, override: String, usedOverridden: Boolean) repeatable on FIELD_DEFINITION | INPUT_FIELD_DEFINITION`},
	{"join__field", 4, `directive @join__field(graph: join__Graph, requires: join__FieldSet, provides: join__FieldSet, type: String, external: Boolean, override: String, usedOverridden: Boolean, overrideLabel: String) repeatable on FIELD_DEFINITION | INPUT_FIELD_DEFINITION`},
	{"join__field", 5, `directive @join__field(graph: join__Graph, requires: join__FieldSet, provides: join__FieldSet, type: String, external: Boolean, override: String, usedOverridden: Boolean, overrideLabel: String, contextArguments: [join__ContextArgument!]) repeatable on FIELD_DEFINITION | INPUT_FIELD_DEFINITION`},
	{"join__graph", 3, `directive @join__graph(name: String!, url: String!) on ENUM_VALUE`},
	{"join__implements", 3, `directive @join__implements(graph: join__Graph!, interface: String!) repeatable on OBJECT | INTERFACE`},
	{"join__type", 3, `directive @join__type(graph: join__Graph!, key: join__FieldSet, extension: Boolean! = false, resolvable: Boolean! = true, isInterfaceObject: Boolean! = false) repeatable on OBJECT | INTERFACE | UNION | ENUM | INPUT_OBJECT | SCALAR`},
	{"join__unionMember", 3, `directive @join__unionMember(graph: join__Graph!, member: String!) repeatable on UNION`},
	{"link", 3, `directive @link(url: String, as: String, for: link__Purpose, import: [link__Import]) repeatable on SCHEMA`},
}

var joinTypes = []specElement{
	{"join__ContextArgument", 5, "input join__ContextArgument {\n  name: String!\n  type: String!\n  context: String!\n  selection: join__FieldValue!\n}"},
	{"join__DirectiveArguments", 4, "scalar join__DirectiveArguments"},
	{"join__FieldSet", 3, "scalar join__FieldSet"},
	{"join__FieldValue", 5, "scalar join__FieldValue"},
	{"link__Import", 3, "scalar link__Import"},
	{"link__Purpose", 3, "enum link__Purpose {\n" +
		"  \"\"\"\n  Metadata that is needed to resolve fields securely.\n  \"\"\"\n  SECURITY\n\n" +
		"  \"\"\"\n  Metadata that is needed to execute operations.\n  \"\"\"\n  EXECUTION\n}"},
}

func (p *printer) directiveBlocks() []block {
	var blocks []block
	for _, e := range elementsOf(joinDefinitions, p.g.join) {
		blocks = append(blocks, block{e.name, e.sdl + "\n"})
	}
	for _, l := range p.specLinks() {
		for _, e := range elementsOf(l.elements, l.minor) {
			if strings.HasPrefix(e.name, "@") {
				name, text := l.directive(e)
				blocks = append(blocks, block{name, text})
			}
		}
	}
	for _, d := range p.g.directives {
		var b strings.Builder
		writeDescription(&b, "", d.description)
		b.WriteString("directive @" + d.name)
		p.arguments(&b, d.args, "")
		if d.repeatable {
			b.WriteString(" repeatable")
		}
		b.WriteString(" on ")
		for i, l := range d.locations {
			if i > 0 {
				b.WriteString(" | ")
			}
			b.WriteString(string(l))
		}
		b.WriteByte('\n')
		blocks = append(blocks, block{d.name, b.String()})
	}
	return blocks
}

// A specLink is a spec that the supergraph links and defines.
type specLink struct {
	link
}

// specLinks are the known specs that the supergraph links for directives that
// are applied in it.
func (p *printer) specLinks() []specLink {
	var links []specLink
	for _, l := range p.g.links {
		_, name, _, minor, err := parseFeatureURL(l.url)
		i := slices.IndexFunc(composableSpecs, func(s struct {
			spec, version string
			directives    []string
		}) bool {
			return s.spec == name
		})
		if err != nil || i < 0 || !strings.HasPrefix(l.url, specBase) {
			continue
		}
		alias := name
		if l.as != "" {
			alias = l.as
		}
		links = append(links, specLink{link{name: name, alias: alias, imports: l.imports, minor: minor, elements: knownSpec(name).elements}})
	}
	return links
}

// directive is the definition of an element under its name in the supergraph.
func (l specLink) directive(e specElement) (name, text string) {
	d := specDocument(e.sdl).Directives[0]
	name = strings.TrimPrefix(l.local(e.name), "@")
	text = strings.Replace(e.sdl, "@"+d.Name, "@"+name, 1)
	for _, t := range l.elements {
		if !strings.HasPrefix(t.name, "@") {
			text = strings.NewReplacer("["+t.name+"!", "["+l.local(t.name)+"!", " "+t.name+")", " "+l.local(t.name)+")").Replace(text)
		}
	}
	return name, text + "\n"
}

func (p *printer) typeBlocks() []block {
	var blocks []block
	for _, e := range elementsOf(joinTypes, p.g.join) {
		blocks = append(blocks, block{e.name, e.sdl + "\n"})
	}
	for _, l := range p.specLinks() {
		for _, e := range elementsOf(l.elements, l.minor) {
			if !strings.HasPrefix(e.name, "@") {
				blocks = append(blocks, block{l.local(e.name), "scalar " + l.local(e.name) + "\n"})
			}
		}
	}
	blocks = append(blocks, p.graphEnum())
	for _, t := range p.g.order {
		blocks = append(blocks, block{t.name, p.typeDefinition(t)})
	}
	return blocks
}

func (p *printer) graphEnum() block {
	var b strings.Builder
	b.WriteString("enum join__Graph {\n")
	for i, s := range p.c.subs {
		fmt.Fprintf(&b, "  %s @join__graph(name: ", p.g.graphs[i])
		writeString(&b, s.name)
		b.WriteString(", url: ")
		writeString(&b, s.url)
		b.WriteString(")\n")
	}
	b.WriteString("}\n")
	return block{"join__Graph", b.String()}
}

var keywords = map[ast.DefinitionKind]string{
	ast.Object: "type", ast.Interface: "interface", ast.Union: "union",
	ast.Enum: "enum", ast.InputObject: "input", ast.Scalar: "scalar",
}

func (p *printer) typeDefinition(t *mergedType) string {
	var b strings.Builder
	writeDescription(&b, "", t.description)
	b.WriteString(keywords[t.kind] + " " + t.name)
	if len(t.interfaces) > 0 {
		b.WriteString(" implements " + strings.Join(t.interfaces, " & "))
	}
	b.WriteByte('\n')
	p.joinType(&b, t)
	for _, a := range t.applied {
		b.WriteString("  ")
		writeApplication(&b, a)
		b.WriteByte('\n')
	}
	switch {
	case len(t.members) > 0:
		b.WriteString(" = " + strings.Join(t.members, " | ") + "\n")
	case len(t.values) > 0:
		b.WriteString("{\n")
		for _, v := range t.values {
			writeDescription(&b, "  ", v.description)
			b.WriteString("  " + v.name)
			for _, s := range v.sources {
				b.WriteString(" @join__enumValue(graph: " + p.g.graphs[s.index] + ")")
			}
			writeApplications(&b, v.applied)
			b.WriteByte('\n')
		}
		b.WriteString("}\n")
	case len(t.fields) > 0:
		b.WriteString("{\n")
		for _, f := range t.fields {
			p.field(&b, f)
		}
		b.WriteString("}\n")
	}
	return b.String()
}

// joinType writes where the type comes from.
func (p *printer) joinType(b *strings.Builder, t *mergedType) {
	for _, s := range t.sources {
		graph := p.g.graphs[s.schema.index]
		suffix := ")\n"
		if s.interfaceObject {
			suffix = ", isInterfaceObject: true)\n"
		}
		if len(s.keys) == 0 {
			b.WriteString("  @join__type(graph: " + graph + suffix)
		}
		for _, k := range s.keys {
			b.WriteString("  @join__type(graph: " + graph + ", key: ")
			writeString(b, k.text)
			if k.extension {
				b.WriteString(", extension: true")
			}
			if k.saysResolvable {
				fmt.Fprintf(b, ", resolvable: %t", k.resolvable)
			}
			b.WriteString(suffix)
		}
	}
	for _, s := range t.sources {
		for _, r := range s.interfaces {
			b.WriteString("  @join__implements(graph: " + p.g.graphs[s.schema.index] + ", interface: ")
			writeString(b, r.name)
			b.WriteString(")\n")
		}
		for _, r := range s.members {
			b.WriteString("  @join__unionMember(graph: " + p.g.graphs[s.schema.index] + ", member: ")
			writeString(b, r.name)
			b.WriteString(")\n")
		}
	}
}

func (p *printer) field(b *strings.Builder, f *mergedField) {
	writeDescription(b, "  ", f.description)
	b.WriteString("  " + f.name)
	p.arguments(b, f.args, "  ")
	b.WriteString(": " + f.typ.String())
	if f.defaultValue != nil {
		b.WriteString(" = ")
		writeValue(b, f.defaultValue)
	}
	for _, j := range f.joins {
		p.joinField(b, j)
	}
	writeApplications(b, f.applied)
	b.WriteByte('\n')
}

func (p *printer) arguments(b *strings.Builder, args []*mergedField, indent string) {
	if len(args) == 0 {
		return
	}
	long := slices.ContainsFunc(args, func(a *mergedField) bool { return a.description != "" })
	b.WriteByte('(')
	for i, a := range args {
		switch {
		case long:
			b.WriteByte('\n')
			writeDescription(b, indent+"  ", a.description)
			b.WriteString(indent + "  ")
		case i > 0:
			b.WriteString(", ")
		}
		b.WriteString(a.name + ": " + a.typ.String())
		if a.defaultValue != nil {
			b.WriteString(" = ")
			writeValue(b, a.defaultValue)
		}
		writeApplications(b, a.applied)
	}
	if long {
		b.WriteString("\n" + indent)
	}
	b.WriteByte(')')
}

func (p *printer) joinField(b *strings.Builder, j joinField) {
	b.WriteString(" @join__field")
	if j.subgraph < 0 {
		return
	}
	b.WriteString("(graph: " + p.g.graphs[j.subgraph])
	text := func(name, value string) {
		if value != "" {
			b.WriteString(", " + name + ": ")
			writeString(b, value)
		}
	}
	flag := func(name string, value bool) {
		if value {
			b.WriteString(", " + name + ": true")
		}
	}
	text("requires", j.requires)
	text("provides", j.provides)
	text("type", j.typ)
	flag("external", j.external)
	text("override", j.override)
	flag("usedOverridden", j.usedOverriden)
	if p.g.join >= 4 {
		text("overrideLabel", j.overrideLabel)
	}
	if p.g.join >= 5 && len(j.contexts) > 0 {
		b.WriteString(", contextArguments: [")
		for i, x := range j.contexts {
			if i > 0 {
				b.WriteString(", ")
			}
			b.WriteString("{context: ")
			writeString(b, x.context)
			b.WriteString(", name: ")
			writeString(b, x.name)
			b.WriteString(", type: ")
			writeString(b, x.typ)
			b.WriteString(", selection: ")
			writeString(b, x.selection)
			b.WriteByte('}')
		}
		b.WriteByte(']')
	}
	b.WriteByte(')')
}

func writeApplications(b *strings.Builder, applied []*application) {
	for _, a := range applied {
		b.WriteByte(' ')
		writeApplication(b, a)
	}
}

func writeApplication(b *strings.Builder, a *application) {
	b.WriteString("@" + a.name)
	writeArguments(b, a.args)
}

// writeDescription writes a block string above a definition.
func writeDescription(b *strings.Builder, indent, text string) {
	if text == "" {
		return
	}
	// A block string cannot carry control characters, and white space at its
	// rims would be lost.
	plain := strings.TrimSpace(text) == text && !strings.ContainsFunc(text, func(r rune) bool { return r < ' ' && r != '\n' && r != '\t' })
	for _, line := range strings.Split(text, "\n")[1:] {
		plain = plain && (line == "" || strings.TrimSpace(line) != "")
	}
	b.WriteString(indent)
	if !plain || commonIndent(text) {
		writeString(b, text)
		b.WriteByte('\n')
		return
	}
	b.WriteString("\"\"\"\n")
	for line := range strings.SplitSeq(strings.ReplaceAll(text, `"""`, `\"""`), "\n") {
		if line != "" {
			b.WriteString(indent + line)
		}
		b.WriteByte('\n')
	}
	b.WriteString(indent + "\"\"\"\n")
}

// commonIndent tells whether reading text from a block string would strip
// white space off all its lines.
func commonIndent(text string) bool {
	for line := range strings.SplitSeq(text, "\n") {
		if line != "" && line[0] != ' ' && line[0] != '\t' {
			return false
		}
	}
	return true
}
