package plan

import (
	"strconv"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// Text prints the plan as a tree in the notation of federation query plans:
// stages as Sequence and Parallel, each Fetch with what it sends and asks for.
//
//	QueryPlan {
//	  Sequence {
//	    Fetch(service: "products") {
//	      {
//	        topProducts {
//	          upc
//	        }
//	      }
//	    },
//	    Flatten(path: "topProducts.@") {
//	      Fetch(service: "reviews") {
//	        {
//	          ... on Product {
//	            __typename
//	            upc
//	          }
//	        } =>
//	        {
//	          ... on Product {
//	            reviews
//	          }
//	        }
//	      },
//	    },
//	  },
//	}
//
// The tree shows each fetch in the earliest stage it could start at. Running
// is by DependsOn alone; a fetch does not wait for its stage.
//
// A request with several lookups prints as BatchFetch with one Flatten per
// lookup, a lookup for objects at several paths as a Flatten of all of them. A
// Reuse in it says where entities are looked for before they are asked for.
//
// Where parts of the answer are deferred, each part is a Defer of the fetches it
// needs (Primary) and the parts after it; depends are the fetches of other parts
// it waits for.
func (p *Plan) Text() string {
	w := &textWriter{}
	if len(p.Fetches) == 0 {
		return "QueryPlan {}\n"
	}
	w.open("QueryPlan {")
	if len(p.Deferred) > 0 {
		w.ids = p.awaited()
	}
	w.part(p, 0)
	w.close("}")
	return w.String()
}

// part writes one part of the answer and those that come after it.
func (w *textWriter) part(p *Plan, id int) {
	rest := p.after(id)
	if len(rest) == 0 {
		w.stages(p.StagesOf(id))
		return
	}
	w.open("Defer {")
	w.open("Primary {")
	w.line(p.selectionsOf(id), ":")
	w.stages(p.StagesOf(id))
	w.close("}, [")
	w.depth++
	for _, d := range rest {
		head := "Deferred(depends: [" + joinInts(d.DependsOn) + "], path: " + quote(d.Path.String())
		if d.Label != "" {
			head += ", label: " + quote(d.Label)
		}
		w.open(head, ") {")
		w.line(d.Selections, ":")
		w.part(p, d.ID)
		w.close("},")
	}
	w.close("]")
	w.close("},")
}

// after are the parts of the answer that come with or after another.
func (p *Plan) after(id int) []*Deferred {
	var rest []*Deferred
	for _, d := range p.Deferred {
		if d.Parent == id {
			rest = append(rest, d)
		}
	}
	return rest
}

func (p *Plan) selectionsOf(id int) string {
	if id == 0 {
		return p.First
	}
	return p.Deferred[id-1].Selections
}

// awaited are the fetches that some part of the answer waits for.
func (p *Plan) awaited() map[int]bool {
	ids := map[int]bool{}
	for _, d := range p.Deferred {
		for _, id := range d.DependsOn {
			ids[id] = true
		}
	}
	return ids
}

func joinInts(list []int) string {
	var parts []string
	for _, i := range list {
		parts = append(parts, strconv.Itoa(i))
	}
	return strings.Join(parts, ", ")
}

func (w *textWriter) stages(stages [][]*Fetch) {
	if len(stages) == 1 {
		w.stage(stages[0])
	} else if len(stages) > 1 {
		w.open("Sequence {")
		for _, s := range stages {
			w.stage(s)
		}
		w.close("},")
	}
}

// Stages groups the fetches by the earliest stage they could start at: those
// that wait for nothing, those that wait only for these, and so on.
func (p *Plan) Stages() [][]*Fetch { return p.stages(func(*Fetch) bool { return true }) }

// StagesOf are the stages of the fetches for one part of the answer, 0 being the
// first, as if those for others had ended.
func (p *Plan) StagesOf(part int) [][]*Fetch {
	return p.stages(func(f *Fetch) bool { return f.Deferred == part })
}

func (p *Plan) stages(wanted func(*Fetch) bool) [][]*Fetch {
	level := make([]int, len(p.Fetches))
	var stages [][]*Fetch
	for _, f := range p.Fetches {
		if !wanted(f) {
			continue
		}
		for _, d := range f.DependsOn {
			if wanted(p.Fetches[d]) {
				level[f.ID] = max(level[f.ID], level[d]+1)
			}
		}
		for len(stages) <= level[f.ID] {
			stages = append(stages, nil)
		}
		stages[level[f.ID]] = append(stages[level[f.ID]], f)
	}
	return stages
}

type textWriter struct {
	strings.Builder
	depth int

	// ids are the fetches whose ID is to be shown.
	ids map[int]bool

	// nulls says to show where a representation must not have null.
	nulls bool
}

func (w *textWriter) line(parts ...string) {
	for range w.depth {
		w.WriteString("  ")
	}
	for _, p := range parts {
		w.WriteString(p)
	}
	w.WriteByte('\n')
}

func (w *textWriter) open(parts ...string)  { w.line(parts...); w.depth++ }
func (w *textWriter) close(parts ...string) { w.depth--; w.line(parts...) }

func (w *textWriter) stage(fetches []*Fetch) {
	if len(fetches) == 1 {
		w.fetch(fetches[0])
		return
	}
	w.open("Parallel {")
	for _, f := range fetches {
		w.fetch(f)
	}
	w.close("},")
}

func (w *textWriter) fetch(f *Fetch) {
	switch {
	case !f.IsEntity() && len(f.Path) > 0:
		w.open("Flatten(path: ", quote(f.Path.String()), ") {")
		w.rootFetch(f)
		w.close("},")
	case !f.IsEntity():
		w.rootFetch(f)
	case len(f.Lookups) == 1:
		w.open("Flatten(path: ", quote(f.Lookups[0].paths()), ") {")
		w.open("Fetch(service: ", quote(f.Subgraph), w.id(f), ") {")
		w.lookup(f.Lookups[0])
		w.close("},")
		w.close("},")
	default:
		w.open("BatchFetch(service: ", quote(f.Subgraph), w.id(f), ") {")
		for _, l := range f.Lookups {
			w.open("Flatten(path: ", quote(l.paths()), ") {")
			w.lookup(l)
			w.close("},")
		}
		w.close("},")
	}
}

func (w *textWriter) rootFetch(f *Fetch) {
	w.open("Fetch(service: ", quote(f.Subgraph), w.id(f), ") {")
	w.open("{")
	w.selections(f.Selections)
	w.close("}")
	w.close("},")
}

func (w *textWriter) id(f *Fetch) string {
	if !w.ids[f.ID] {
		return ""
	}
	return ", id: " + strconv.Itoa(f.ID)
}

func (l *Lookup) paths() string {
	var all []string
	for _, p := range l.Paths {
		all = append(all, p.String())
	}
	return strings.Join(all, ", ")
}

func (w *textWriter) lookup(l *Lookup) {
	for _, r := range l.Reuse {
		w.line("Reuse(path: ", quote(r.Path.String()), ", type: ", quote(r.Type), "),")
	}
	w.open("{")
	for _, in := range l.Inputs {
		w.input(in)
	}
	for _, c := range l.Context {
		w.open("$", c.Variable, ": ", strings.Repeat("../", c.Up), " {")
		w.inputFields(c.Fields)
		w.close("}")
	}
	w.close("} =>")
	w.open("{")
	w.selections(l.Selections)
	w.close("}")
}

func (w *textWriter) input(in *Input) {
	types := in.On
	if types == nil {
		types = []string{in.Typename}
	}
	for _, t := range types {
		w.open("... on ", t, " {")
		if in.Typename != "" && in.Typename != t {
			w.line("__typename as ", in.Typename)
		} else {
			w.line("__typename")
		}
		w.inputFields(in.Fields)
		w.close("}")
	}
}

func (w *textWriter) inputFields(fields []*InputField) {
	for _, f := range fields {
		if f.On != nil {
			w.open("... on ", strings.Join(f.On, ", "), " {")
		}
		name := f.Name
		if f.As != f.Name {
			name = f.Name + ": " + f.As
		}
		if w.nulls && f.NonNull {
			name += "!"
		}
		if f.Fields == nil {
			w.line(name)
		} else {
			w.open(name, " {")
			w.inputFields(f.Fields)
			w.close("}")
		}
		if f.On != nil {
			w.close("}")
		}
	}
}

func (w *textWriter) selections(set []*Selection) {
	for _, s := range set {
		head := "... on " + s.TypeCondition
		if s.TypeCondition == "" {
			head = s.Name + arguments(s.Arguments)
			if s.Key != s.Name {
				head = s.Key + ": " + head
			}
			for _, d := range s.Directives {
				head += " @" + d.Name + arguments(d.Arguments)
			}
		}
		if s.Selections == nil {
			w.line(head)
			continue
		}
		w.open(head, " {")
		w.selections(s.Selections)
		w.close("}")
	}
}

func arguments(args ast.ArgumentList) string {
	if len(args) == 0 {
		return ""
	}
	var parts []string
	for _, a := range args {
		parts = append(parts, a.Name+": "+a.Value.String())
	}
	return "(" + strings.Join(parts, ", ") + ")"
}

func quote(s string) string { return `"` + s + `"` }

// InputText prints what representations of one shape hold, for comparison.
func InputText(typename string, fields []*InputField) string {
	w := &textWriter{nulls: true}
	w.open(typename)
	w.inputFields(fields)
	return w.String()
}

// LookupText prints what a lookup sends and asks for, without where: lookups
// with equal text can be one. Names that only matter to the merged result are
// part of it.
func LookupText(l *Lookup) string {
	w := &textWriter{nulls: true}
	for _, in := range l.Inputs {
		w.line(strings.Join(in.On, ","))
		w.input(in)
	}
	for _, c := range l.Context {
		w.line(c.Variable, strings.Repeat("../", c.Up))
		w.inputFields(c.Fields)
	}
	w.names(l.Selections)
	w.selections(l.Selections)
	return w.String()
}

func (w *textWriter) names(set []*Selection) {
	for _, s := range set {
		w.line(s.As)
		w.names(s.Selections)
	}
}
