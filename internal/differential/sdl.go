package differential

import (
	"fmt"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// SDL prints a subgraph's schema as its author would write it.
func (w *World) SDL(subgraph int) string {
	p := &sdlPrinter{w: w, subgraph: subgraph}
	p.printf("extend schema @link(url: \"https://specs.apollo.dev/federation/v2.%d\", import: [\"@key\", \"@external\", \"@requires\", \"@provides\", \"@shareable\", \"@override\", \"@inaccessible\", \"@interfaceObject\"])\n", w.Federation)
	for _, t := range w.Types {
		if in := t.In[subgraph]; in != nil {
			p.typ(t, in)
		}
	}
	return p.String()
}

type sdlPrinter struct {
	strings.Builder
	w        *World
	subgraph int
}

func (p *sdlPrinter) printf(format string, args ...any) { fmt.Fprintf(p, format, args...) }

func (p *sdlPrinter) typ(t *Type, in *TypeIn) {
	switch t.Kind {
	case ast.Enum:
		p.printf("enum %s { %s }\n", t.Name, strings.Join(t.Values, " "))
	case ast.InputObject:
		p.printf("input %s { %s }\n", t.Name, inputFields(t))
	case ast.Union:
		p.printf("union %s = %s\n", t.Name, strings.Join(in.Members, " | "))
	default:
		p.composite(t, in)
	}
}

func inputFields(t *Type) string {
	var fields []string
	for _, f := range t.Fields {
		fields = append(fields, f.Name+": "+f.Base)
	}
	return strings.Join(fields, " ")
}

func (p *sdlPrinter) composite(t *Type, in *TypeIn) {
	if t.Kind == ast.Interface && !in.InterfaceObject {
		p.printf("interface %s", t.Name)
	} else {
		p.printf("type %s", t.Name)
	}
	if len(in.Implements) > 0 {
		p.printf(" implements %s", strings.Join(in.Implements, " & "))
	}
	for _, k := range in.Keys {
		p.printf(" @key(fields: %q", k.Fields)
		if !k.Resolvable {
			p.printf(", resolvable: false")
		}
		p.printf(")")
	}
	if in.InterfaceObject {
		p.printf(" @interfaceObject")
	}
	p.printf(" {\n")
	for _, f := range t.Fields {
		if own := in.Fields[f.Name]; own != nil {
			p.printf("  %s%s: %s", f.Name, arguments(f), own.typeIn())
			p.directives(f, own)
			p.printf("\n")
		}
	}
	p.printf("}\n")
}

func arguments(f *Field) string {
	if len(f.Args) == 0 {
		return ""
	}
	var args []string
	for _, a := range f.Args {
		text := a.Name + ": " + a.Type
		if a.Default != "" {
			text += " = " + a.Default
		}
		args = append(args, text)
	}
	return "(" + strings.Join(args, ", ") + ")"
}

func (p *sdlPrinter) directives(f *Field, in *FieldIn) {
	if in.External {
		p.printf(" @external")
	}
	if in.Shareable && !in.External {
		p.printf(" @shareable")
	}
	if in.Requires != "" {
		p.printf(" @requires(fields: %q)", in.Requires)
	}
	if in.Provides != "" {
		p.printf(" @provides(fields: %q)", in.Provides)
	}
	if in.Override >= 0 {
		p.printf(" @override(from: %q", p.w.Subgraphs[in.Override].Name)
		if in.Label != "" {
			p.printf(", label: %q", in.Label)
		}
		p.printf(")")
	}
	if f.Inaccessible && !in.External {
		p.printf(" @inaccessible")
	}
}

// MergedSDL prints one schema of all subgraphs', in which entities are told
// apart by a field of its own. It is for the oracle.
func (w *World) MergedSDL() string {
	p := &sdlPrinter{w: w}
	for _, t := range w.Types {
		switch t.Kind {
		case ast.Enum:
			p.printf("enum %s { %s }\n", t.Name, strings.Join(t.Values, " "))
		case ast.InputObject:
			p.printf("input %s { %s }\n", t.Name, inputFields(t))
		case ast.Union:
			p.printf("union %s = %s\n", t.Name, strings.Join(t.Members, " | "))
		default:
			p.mergedComposite(t)
		}
	}
	return p.String()
}

func (p *sdlPrinter) mergedComposite(t *Type) {
	if t.Kind == ast.Interface {
		p.printf("interface %s", t.Name)
	} else {
		p.printf("type %s", t.Name)
	}
	if len(t.Implements) > 0 {
		p.printf(" implements %s", strings.Join(t.Implements, " & "))
	}
	if t.isEntity() {
		p.printf(" @key(fields: %q) {\n  %s: ID!\n", uid, uid)
	} else {
		p.printf(" {\n")
	}
	for _, f := range t.Fields {
		p.printf("  %s%s: %s", f.Name, arguments(f), p.w.merged(t, f))
		if r := p.w.requires(t, f); r != "" {
			p.printf(" @requires(fields: %q)", r)
		}
		p.printf("\n")
	}
	p.printf("}\n")
}

// requires is what a field requires where it is resolved; "" for nothing.
func (w *World) requires(t *Type, f *Field) string {
	for _, in := range w.sources(t, f.Name) {
		if in.Requires != "" {
			return in.Requires
		}
	}
	return ""
}
