package mock

import (
	"encoding/json"
	"strconv"

	"github.com/vektah/gqlparser/v2/ast"
)

func jsonNumber(text string) json.Number { return json.Number(text) }

// paging is which part of a list the arguments ask for. Negative numbers stand
// for absent ones.
type paging struct {
	first, last, offset   *int
	after, before         string
	hasAfter, hasBefore   bool
	negative, negativeArg string
}

// take looks at an argument and tells whether it is one about paging.
func (p *paging) take(name string, value any) bool {
	n, isInt := toInt(value)
	text, isText := leafText(value)
	switch name {
	case "first", "limit", "last", "offset", "skip":
		if !isInt {
			return false
		}
		if n < 0 {
			p.negativeArg, p.negative = name, strconv.Itoa(n)
		}
		switch name {
		case "last":
			p.last = &n
		case "offset", "skip":
			p.offset = &n
		default:
			p.first = &n
		}
	case "after":
		p.after, p.hasAfter = text, isText
		return isText
	case "before":
		p.before, p.hasBefore = text, isText
		return isText
	default:
		return false
	}
	return true
}

// bounds returns the part of a list of n elements; find tells where the
// element with a cursor is.
func (p *paging) bounds(n int, find func(cursor string) (int, bool)) (from, to int, err error) {
	if p.negativeArg != "" {
		return 0, 0, coded(CodeBadUserInput, "%s is %s, which is less than 0", p.negativeArg, p.negative)
	}
	from, to = 0, n
	if p.hasAfter {
		i, ok := find(p.after)
		if !ok {
			return 0, 0, coded(CodeBadUserInput, "after: no element of the list has the cursor %q", p.after)
		}
		from = i + 1
	}
	if p.hasBefore {
		i, ok := find(p.before)
		if !ok {
			return 0, 0, coded(CodeBadUserInput, "before: no element of the list has the cursor %q", p.before)
		}
		to = max(i, from)
	}
	if p.offset != nil {
		from = min(from+*p.offset, to)
	}
	if p.first != nil && to-from > *p.first {
		to = from + *p.first
	}
	if p.last != nil && to-from > *p.last {
		from = to - *p.last
	}
	return from, to, nil
}

// slice returns the part of a list. An element without a cursor of its own has
// its place as one.
func (p *paging) slice(list []any, cursor func(any) (string, bool)) (any, error) {
	from, to, err := p.bounds(len(list), finder(list, cursor))
	if err != nil {
		return nil, err
	}
	return list[from:to:to], nil
}

func finder(list []any, cursor func(any) (string, bool)) func(string) (int, bool) {
	return func(wanted string) (int, bool) {
		for i, element := range list {
			if cursorAt(element, i, cursor) == wanted {
				return i, true
			}
		}
		return 0, false
	}
}

func cursorAt(element any, i int, cursor func(any) (string, bool)) string {
	if element != nil {
		if text, ok := cursor(element); ok {
			return text
		}
	}
	return strconv.Itoa(i)
}

// connection narrows a list and wraps it in edges.
//
// GraphQL Cursor Connections Specification.
func (n *narrowing) connection(list []any) (any, error) {
	list = n.choose(list)
	from, to, err := n.page.bounds(len(list), finder(list, n.cursor))
	if err != nil {
		return nil, err
	}
	return newConnection(list[from:to:to], len(list), from, func(i int) string {
		return cursorAt(list[i], i, n.cursor)
	}), nil
}

// newConnection returns the connection of a page that begins at place from of
// a list of total elements; cursor names the element at a place of the list.
func newConnection(page []any, total, from int, cursor func(i int) string) map[string]any {
	edges := make([]any, len(page))
	for i, element := range page {
		edges[i] = map[string]any{"node": element, "cursor": cursor(from + i)}
	}
	info := map[string]any{
		"hasPreviousPage": from > 0,
		"hasNextPage":     from+len(page) < total,
		"startCursor":     nil,
		"endCursor":       nil,
	}
	if len(page) > 0 {
		info["startCursor"] = cursor(from)
		info["endCursor"] = cursor(from + len(page) - 1)
	}
	return map[string]any{"edges": edges, "nodes": page, "pageInfo": info, "totalCount": total}
}

// Connection pages a list of total elements by the arguments first, last,
// after, before and offset of a field whose type has edges, and returns its
// value. at returns the element at a place of the list, cursor names it, and
// find tells where the element with a cursor is. An error is about the
// arguments.
func Connection(c *Call, total int, at func(i int) any, cursor func(i int) string, find func(cursor string) (int, bool)) (any, error) {
	p := &paging{}
	for name, v := range c.Args {
		if v != nil {
			p.take(name, v)
		}
	}
	from, to, err := p.bounds(total, find)
	if err != nil {
		return nil, err
	}
	page := make([]any, 0, to-from)
	for i := from; i < to; i++ {
		page = append(page, at(i))
	}
	return newConnection(page, total, from, cursor), nil
}

// nodeType returns the type of the nodes if an object type is a connection:
// one with edges that have a node. It is nil for any other.
func (s *schema) nodeType(name string) *ast.Type {
	t := s.types[name]
	if t == nil || t.kind != ast.Object {
		return nil
	}
	edges := t.fields["edges"]
	if edges == nil || edges.def.Type.Elem == nil {
		return nil
	}
	edge := s.types[edges.def.Type.Name()]
	if edge == nil || edge.fields["node"] == nil {
		return nil
	}
	return edge.fields["node"].def.Type
}
