package config

import (
	"errors"
	"fmt"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"

	"github.com/weft-graphql/weft/config/nesting"
)

// A node is a YAML value: *scalarNode, *mapping, *sequence, or nil for null.
type node interface{ pos() Position }

// scalarNode is a value of one word, expanded.
type scalarNode struct {
	at   Position
	text string

	// kind tells how the value was written; expanded, that it holds what a
	// variable or file says. Then source, the text before expansion, is what
	// may be shown.
	kind     scalarKind
	expanded bool
	source   string
}

// A scalarKind is the type YAML gives a word.
type scalarKind int

const (
	stringWord scalarKind = iota
	boolWord
	numberWord
	unknownWord // could not be expanded; reported already
)

type mapping struct {
	at      Position
	entries []entry
}

type entry struct {
	key   string
	at    Position
	value node
}

type sequence struct {
	at    Position
	items []node
}

func (n *scalarNode) pos() Position { return n.at }
func (n *mapping) pos() Position    { return n.at }
func (n *sequence) pos() Position   { return n.at }

const (
	maxFileBytes = 1 << 20
	// maxNesting bounds how deep values and the marks before a value stack
	// up, so that no recursion over a document is deep.
	maxNesting = 64
	// maxNodes bounds what aliases can multiply a document to.
	maxNodes = 100_000
)

// reader turns a document into nodes and collects what is wrong with it.
type reader struct {
	file     string
	expander expander
	problems Problems

	anchors map[string]ast.Node
	nodes   int
	full    bool // maxNodes was reported
}

// read parses data, which is one YAML document. The result is nil for an
// empty one. What cannot be parsed at all is reported and read as empty.
func (r *reader) read(data []byte) node {
	if len(data) > maxFileBytes {
		r.report(Position{}, "", "the file is larger than 1 MiB")
		return nil
	}
	if line, column, found := nesting.Beyond(string(data), maxNesting); found {
		r.report(Position{line, column}, "", fmt.Sprintf("values are nested deeper than %d levels", maxNesting))
		return nil
	}
	file, err := parser.ParseBytes(data, 0, parser.AllowDuplicateMapKey())
	if err != nil {
		at := Position{}
		message := err.Error()
		if syntax := (yaml.Error)(nil); errors.As(err, &syntax) {
			message = syntax.GetMessage()
			if t := syntax.GetToken(); t != nil && t.Position != nil {
				at = Position{t.Position.Line, t.Position.Column}
			}
		}
		r.report(at, "", "this is not YAML: "+message)
		return nil
	}
	var body ast.Node
	for _, doc := range file.Docs {
		switch {
		case doc.Body == nil:
		case body == nil:
			body = doc.Body
		default:
			r.report(position(doc.Body), "", "a second YAML document begins here; the configuration is one document")
			return nil
		}
	}
	if body == nil {
		return nil
	}
	r.anchors = map[string]ast.Node{}
	return r.node(body, "", 0)
}

func (r *reader) report(at Position, path, message string) {
	r.problems = append(r.problems, Problem{File: r.file, Position: at, Path: path, Message: message})
}

func (r *reader) node(n ast.Node, path string, depth int) node {
	r.nodes++
	if r.nodes > maxNodes || depth > 4*maxNesting {
		if !r.full {
			r.full = true
			r.report(position(n), path, "aliases blow the document up beyond its bounds")
		}
		return nil
	}
	switch n := n.(type) {
	case nil, *ast.NullNode:
		return nil
	case *ast.MappingNode:
		return r.mapping(n, path, depth)
	case *ast.MappingValueNode:
		return r.mapping(ast.Mapping(n.Start, false, n), path, depth)
	case *ast.SequenceNode:
		s := &sequence{at: position(n)}
		for i, item := range n.Values {
			s.items = append(s.items, r.node(item, fmt.Sprintf("%s[%d]", path, i), depth+1))
		}
		return s
	case *ast.AnchorNode:
		value := r.node(n.Value, path, depth+1)
		if n.Name != nil {
			// Known from here on only, so no alias can contain itself.
			r.anchors[n.Name.GetToken().Value] = n.Value
		}
		return value
	case *ast.AliasNode:
		name := n.Value.GetToken().Value
		target, ok := r.anchors[name]
		if !ok {
			r.report(position(n), path, fmt.Sprintf("no anchor &%s stands before this alias", name))
			return nil
		}
		return r.node(target, path, depth+1)
	case *ast.TagNode:
		r.report(position(n), path, "tags have no meaning here; write the value without "+n.Start.Value)
		return nil
	case *ast.LiteralNode:
		return r.scalar(n.Value.Value, position(n), path, stringWord, false)
	case *ast.StringNode:
		plain := n.Token.Type == token.StringType
		return r.scalar(n.Value, position(n), path, stringWord, plain)
	case *ast.BoolNode:
		return r.scalar(n.Token.Value, position(n), path, boolWord, false)
	case *ast.IntegerNode, *ast.FloatNode, *ast.InfinityNode, *ast.NanNode:
		return r.scalar(n.GetToken().Value, position(n), path, numberWord, false)
	default:
		r.report(position(n), path, fmt.Sprintf("a %s has no meaning here", n.Type()))
		return nil
	}
}

// scalar expands text. A plain word that is nothing but expansions which come
// out empty is null, as YAML has it for a value that is not there.
func (r *reader) scalar(text string, at Position, path string, kind scalarKind, plain bool) node {
	value, expanded, err := r.expander.expand(text, 0)
	if err != nil {
		r.report(at, path, err.Error())
		// A value nobody knows is not judged any further.
		return &scalarNode{at: at, kind: unknownWord, source: text}
	}
	if plain && expanded && value == "" {
		return nil
	}
	return &scalarNode{at: at, text: value, kind: kind, expanded: expanded, source: text}
}

func (r *reader) mapping(n *ast.MappingNode, path string, depth int) node {
	m := &mapping{at: position(n)}
	written := map[string]Position{}
	var merged []entry
	for _, v := range n.Values {
		if v.Key.IsMergeKey() {
			merged = append(merged, r.merged(v.Value, path, depth)...)
			continue
		}
		key, at, ok := r.key(v.Key, path)
		if !ok {
			continue
		}
		if first, ok := written[key]; ok {
			r.report(at, Join(path, key), fmt.Sprintf("the key is already set on line %d", first.Line))
			continue
		}
		written[key] = at
		m.entries = append(m.entries, entry{key, at, r.node(v.Value, Join(path, key), depth+1)})
	}
	// What is written wins over what is merged, the first merged wins over
	// the next.
	for _, e := range merged {
		if _, ok := written[e.key]; !ok {
			written[e.key] = e.at
			m.entries = append(m.entries, e)
		}
	}
	if len(m.entries) > 0 && n.Start != nil && n.Start.Type == token.MappingValueType {
		m.at = m.entries[0].at // a block mapping begins at its first key
	}
	return m
}

// merged returns the entries that a << key brings in.
func (r *reader) merged(n ast.Node, path string, depth int) []entry {
	switch v := r.node(n, path, depth+1).(type) {
	case *mapping:
		return v.entries
	case *sequence:
		var all []entry
		for _, item := range v.items {
			m, ok := item.(*mapping)
			if !ok {
				r.report(v.at, path, "<< merges mappings only")
				return nil
			}
			all = append(all, m.entries...)
		}
		return all
	default:
		r.report(position(n), path, "<< merges mappings only")
		return nil
	}
}

func (r *reader) key(n ast.MapKeyNode, path string) (string, Position, bool) {
	at := position(n)
	if s, ok := n.(*ast.StringNode); ok {
		return s.Value, at, true
	}
	if s, ok := n.(ast.ScalarNode); ok {
		return s.GetToken().Value, at, true
	}
	r.report(at, path, "a key is a word")
	return "", at, false
}

func position(n ast.Node) Position {
	if n == nil {
		return Position{}
	}
	if m, ok := n.(*ast.MappingNode); ok && len(m.Values) > 0 && m.Start != nil && m.Start.Type == token.MappingValueType {
		n = m.Values[0].Key
	}
	if v, ok := n.(*ast.MappingValueNode); ok && v.Key != nil {
		n = v.Key
	}
	t := n.GetToken()
	if t == nil || t.Position == nil {
		return Position{}
	}
	return Position{t.Position.Line, t.Position.Column}
}
