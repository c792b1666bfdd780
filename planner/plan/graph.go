package plan

import (
	"fmt"
	"slices"
	"strings"
)

// Mermaid prints the plan as a Mermaid flowchart: a box per fetch, an arrow to
// it from each fetch it waits for. What follows from other arrows has none.
func (p *Plan) Mermaid() string {
	var w strings.Builder
	w.WriteString("flowchart TD\n")
	escape := strings.NewReplacer(`"`, "#quot;", "<", "#lt;", ">", "#gt;")
	for _, f := range p.Fetches {
		c := newCard(f)
		lines := []string{"<b>" + escape.Replace(c.title) + "</b>"}
		for _, l := range c.paths {
			lines = append(lines, escape.Replace(l))
		}
		for _, l := range c.document {
			lines = append(lines, escape.Replace(l))
		}
		for _, l := range c.reasons {
			lines = append(lines, "<i>"+escape.Replace(l)+"</i>")
		}
		fmt.Fprintf(&w, "  f%d[\"%s\"]\n", f.ID, strings.Join(lines, "<br/>"))
	}
	for _, e := range p.edges() {
		fmt.Fprintf(&w, "  f%d --> f%d\n", e.from, e.to)
	}
	return w.String()
}

// DOT prints the plan in the language of Graphviz, as Mermaid does.
func (p *Plan) DOT() string {
	var w strings.Builder
	w.WriteString("digraph plan {\n  rankdir=TB;\n  node [shape=box, style=rounded, fontname=\"monospace\", fontsize=10];\n")
	escape := strings.NewReplacer(`\`, `\\`, `"`, `\"`)
	for _, f := range p.Fetches {
		c := newCard(f)
		label := ""
		for _, line := range slices.Concat([]string{c.title}, c.paths, c.document, c.reasons) {
			label += escape.Replace(line) + `\l`
		}
		fmt.Fprintf(&w, "  f%d [label=\"%s\"];\n", f.ID, label)
	}
	for _, e := range p.edges() {
		fmt.Fprintf(&w, "  f%d -> f%d;\n", e.from, e.to)
	}
	w.WriteString("}\n")
	return w.String()
}

// An edge says that a fetch waits for another.
type edge struct{ from, to int }

// edges lists who waits for whom, without what follows from it.
func (p *Plan) edges() []edge {
	before := make([]map[int]bool, len(p.Fetches))
	var edges []edge
	for i, f := range p.Fetches {
		implied := map[int]bool{}
		for _, d := range f.DependsOn {
			for e := range before[d] {
				implied[e] = true
			}
		}
		before[i] = implied
		for _, d := range f.DependsOn {
			if !implied[d] {
				edges = append(edges, edge{d, f.ID})
			}
		}
		for _, d := range f.DependsOn {
			before[i][d] = true
		}
	}
	return edges
}

// A card is what a picture says about one fetch, in short lines.
type card struct {
	title    string
	paths    []string
	document []string
	reasons  []string
}

// How long the lines of a card are, and how many there are of a kind.
const (
	cardWidth = 48
	cardLines = 3
)

func newCard(f *Fetch) card {
	c := card{title: fmt.Sprintf("%d %s", f.ID, f.Subgraph)}
	if f.Operation != "query" {
		c.title += " (" + string(f.Operation) + ")"
	}
	if f.Deferred > 0 {
		c.title += fmt.Sprintf(" (deferred, part %d)", f.Deferred)
	}
	if len(f.Path) > 0 {
		c.paths = append(c.paths, shorten("at "+f.Path.String(), cardWidth))
	}
	outlines := []string{outline(f.Selections)}
	if f.IsEntity() {
		outlines = nil
	}
	for _, l := range f.Lookups {
		for _, path := range l.Paths {
			c.paths = append(c.paths, shorten("at "+path.String(), cardWidth))
		}
		outlines = append(outlines, outline(l.Selections))
	}
	c.paths = head(c.paths, cardLines)
	for _, o := range outlines {
		c.document = append(c.document, shorten(o, cardWidth))
	}
	c.document = head(c.document, cardLines)
	for _, r := range f.Reasons {
		c.reasons = append(c.reasons, shorten(r, cardWidth))
	}
	c.reasons = head(c.reasons, cardLines)
	return c
}

// outline prints selections on one line, without arguments.
func outline(set []*Selection) string {
	parts := []string{"{"}
	var walk func(set []*Selection)
	walk = func(set []*Selection) {
		for _, s := range set {
			switch {
			case s.TypeCondition != "":
				parts = append(parts, "... on "+s.TypeCondition)
			case s.Key != s.Name:
				parts = append(parts, s.Key+": "+s.Name)
			default:
				parts = append(parts, s.Name)
			}
			if s.Selections != nil {
				parts = append(parts, "{")
				walk(s.Selections)
				parts = append(parts, "}")
			}
		}
	}
	walk(set)
	return strings.Join(append(parts, "}"), " ")
}

// shorten cuts a text to so many characters.
func shorten(text string, limit int) string {
	runes := []rune(text)
	if len(runes) <= limit {
		return text
	}
	return string(runes[:limit-1]) + "…"
}

// head are the first lines, and how many more there are.
func head(lines []string, limit int) []string {
	if len(lines) <= limit {
		return lines
	}
	return append(lines[:limit-1:limit-1], fmt.Sprintf("… and %d more", len(lines)-limit+1))
}
