package check

import (
	"cmp"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/lexer"
	"github.com/vektah/gqlparser/v2/parser"
)

// An Operation is one operation to check. Its document is put together of it
// and the fragments it spreads.
type Operation struct {
	// Name is empty for an anonymous operation, and where the document cannot
	// be read.
	Name string

	// ID is what clients send instead of the operation; "" if it does not come
	// from a manifest.
	ID string

	// Place where the operation begins.
	Place Place

	// text is the document as it stands; else it is definition, with what it
	// spreads of own and then of library.
	text         string
	definition   *definition
	own, library fragments
}

// A Place is a position in a file. For an operation of a manifest, line and
// column are those within its text.
type Place struct {
	File   string `json:"file"`
	Line   int    `json:"line,omitempty"`   // from 1; 0 for the file as a whole
	Column int    `json:"column,omitempty"` // from 1, in characters
}

// A definition is an operation or a fragment in a document.
type definition struct {
	name       string
	isFragment bool
	place      Place
	text       string
	// spreads are the names of the fragments it spreads, sorted.
	spreads []string
}

// A document is a text, cut into its definitions.
type document struct {
	file, id, text string

	// only names the one operation that is meant; "" for all.
	only string

	// definitions in order; nil if the text is no document.
	definitions []definition
}

// maxTokens bounds the documents of a folder. A manifest's, and what is
// assembled, are held to the limits of requests.
const maxTokens = 500_000

// readDocument cuts a text into definitions.
func readDocument(file, text string) document {
	d := document{file: file, text: text}
	if !utf8.ValidString(text) {
		return d
	}
	parsed, err := parser.ParseQueryWithTokenLimit(&ast.Source{Name: file, Input: text}, maxTokens)
	if err != nil {
		return d
	}
	places := topLevel(text)
	if len(places) != len(parsed.Operations)+len(parsed.Fragments) {
		return d // not reached: lexer and parser agree on where braces are
	}
	type node struct {
		start int
		def   definition
	}
	nodes := make([]node, 0, len(places))
	for _, o := range parsed.Operations {
		nodes = append(nodes, node{o.Position.Start, definition{name: o.Name, spreads: spreads(o.SelectionSet)}})
	}
	for _, f := range parsed.Fragments {
		nodes = append(nodes, node{f.Position.Start, definition{name: f.Name, isFragment: true, spreads: spreads(f.SelectionSet)}})
	}
	d.definitions = make([]definition, 0, len(nodes)) // not nil, even if empty
	slices.SortFunc(nodes, func(a, b node) int { return cmp.Compare(a.start, b.start) })
	for i, n := range nodes {
		n.def.text = places[i].text
		n.def.place = Place{file, places[i].line, places[i].column}
		d.definitions = append(d.definitions, n.def)
	}
	return d
}

// An extent is what a definition takes up in a text.
type extent struct {
	text         string
	line, column int
}

// topLevel finds the definitions of a valid document: each ends with the brace
// that closes its selection set. The parser tells where they begin, but not
// where they end, nor where their descriptions are.
func topLevel(text string) []extent {
	runes := []rune(text)
	lex := lexer.New(&ast.Source{Input: text})
	var found []extent
	start, depth, line, column, counted := -1, 0, 1, 1, 0
	for {
		token, err := lex.ReadToken()
		if err != nil || token.Kind == lexer.EOF {
			return found
		}
		if token.Kind == lexer.Comment {
			continue
		}
		if start < 0 {
			start = token.Pos.Start
			for ; counted < start; counted++ {
				switch r := runes[counted]; {
				case r == '\n', r == '\r' && (counted+1 == len(runes) || runes[counted+1] != '\n'):
					line, column = line+1, 1
				default:
					column++
				}
			}
		}
		switch token.Kind {
		case lexer.BraceL, lexer.ParenL:
			depth++
		case lexer.ParenR:
			depth--
		case lexer.BraceR:
			depth--
			if depth == 0 {
				found = append(found, extent{string(runes[start:token.Pos.End]), line, column})
				start = -1
			}
		}
	}
}

// spreads returns the names of the fragments spread in a selection set. The
// parser bounds the nesting.
func spreads(set ast.SelectionSet) []string {
	var names []string
	var collect func(ast.SelectionSet)
	collect = func(set ast.SelectionSet) {
		for _, s := range set {
			switch s := s.(type) {
			case *ast.Field:
				collect(s.SelectionSet)
			case *ast.InlineFragment:
				collect(s.SelectionSet)
			case *ast.FragmentSpread:
				names = append(names, s.Name)
			}
		}
	}
	collect(set)
	slices.Sort(names)
	return slices.Compact(names)
}

// fragments by name. There may be several of a name, whose texts differ.
type fragments map[string][]*definition

func (f fragments) add(d *document) {
	for i := range d.definitions {
		def := &d.definitions[i]
		same := func(other *definition) bool { return other.text == def.text }
		if def.isFragment && !slices.ContainsFunc(f[def.name], same) {
			f[def.name] = append(f[def.name], def)
		}
	}
}

// operationsOf returns the operations of documents. A fragment is looked for in
// the operation's own document, then, if shared, in all others; those of one
// name are all taken, so that validation says that there are several, unless
// their texts are equal.
//
// A document that cannot be read is an operation too, as it stands: the error
// is then found where all others are.
func operationsOf(documents []document, shared bool) []Operation {
	library := fragments{}
	if shared {
		for i := range documents {
			library.add(&documents[i])
		}
	}
	var operations []Operation
	for i := range documents {
		d := &documents[i]
		count := 0
		for _, def := range d.definitions {
			if !def.isFragment {
				count++
			}
		}
		if d.definitions == nil || count == 0 && !shared {
			operations = append(operations, Operation{ID: d.id, Place: Place{File: d.file}, text: d.text})
			continue
		}
		own := fragments{}
		own.add(d)
		for j := range d.definitions {
			def := &d.definitions[j]
			if def.isFragment || d.only != "" && d.only != def.name {
				continue
			}
			o := Operation{Name: def.name, ID: d.id, Place: def.place, definition: def, own: own, library: library}
			// What is sent as it stands is checked as it stands.
			if len(d.definitions) == 1 && len(def.spreads) == 0 || count == 1 && !shared {
				o.text, o.definition = d.text, nil
			}
			operations = append(operations, o)
		}
	}
	return operations
}

// maxDocument bounds the text of an assembled document, in bytes.
const maxDocument = 4 << 20

// An assembled document has one operation and nothing that it does not need.
type assembled struct {
	text  string
	file  string
	parts []part // by line; nil if text is a file as it stands
}

// A part is one definition within an assembled document.
type part struct {
	line  int // its first one in the document
	place Place
}

// assemble makes the operation's document. It reports false if that is longer
// than maxDocument.
func (o *Operation) assemble() (a assembled, ok bool) {
	a.file = o.Place.File
	if o.definition == nil {
		a.text = o.text
		return a, len(a.text) <= maxDocument
	}
	var b strings.Builder
	line := 1
	seen := map[string]bool{}
	queue := []*definition{o.definition}
	for len(queue) > 0 {
		def := queue[0]
		queue = queue[1:]
		if b.Len()+len(def.text) > maxDocument {
			return a, false
		}
		a.parts = append(a.parts, part{line, def.place})
		b.WriteString(def.text)
		b.WriteByte('\n')
		line += 1 + lineBreaks(def.text)
		for _, name := range def.spreads {
			if seen[name] {
				continue
			}
			seen[name] = true
			if defs := o.own[name]; defs != nil {
				queue = append(queue, defs...)
			} else {
				queue = append(queue, o.library[name]...)
			}
		}
	}
	a.text = b.String()
	return a, true
}

func lineBreaks(text string) int {
	return strings.Count(text, "\n") + strings.Count(text, "\r") - strings.Count(text, "\r\n")
}

// place returns where a line and column of the document are from.
func (a *assembled) place(line, column int) Place {
	i, found := slices.BinarySearchFunc(a.parts, line, func(p part, line int) int { return cmp.Compare(p.line, line) })
	if !found {
		i--
	}
	if i < 0 {
		return Place{a.file, line, column}
	}
	p := a.parts[i]
	if line == p.line {
		column += p.place.Column - 1
	}
	return Place{p.place.File, p.place.Line + line - p.line, column}
}
