package mock

import (
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// A narrowing tells which objects a field's arguments mean.
//
//	product(id: "1")             fields named like the argument
//	product(productId: "1")      … with the type's name before it
//	products(ids: ["1", "2"])    … in the plural: those, in that order
//	products(category: "books")  an object's key, or its id or name
//	products(filter: {…})        input objects: what is in them
//	products(query: "lamp")      query, search, contains, term and q: objects
//	                             with a text field that holds the words
//	products(first: 5, after: "10"), last, before, limit, offset, skip
//
// An argument that is absent or null, or means none of this, narrows nothing.
type narrowing struct {
	schema *schema
	call   *Call
	read   func(object any, field string) any

	tests []test
	page  paging

	// keysOnly has only the arguments that are key fields looked at.
	keysOnly bool
}

// A test is one argument that objects are compared with.
type test struct {
	name   string
	want   any
	search bool
}

func newNarrowing(s *schema, c *Call, read func(any, string) any) *narrowing {
	n := &narrowing{schema: s, call: c, read: read}
	args := flatten(c.Args)
	for _, name := range sortedNames(args) {
		switch value := args[name]; {
		case value == nil:
		case n.page.take(name, value):
		case isSearch(name):
			n.tests = append(n.tests, test{name, value, true})
		default:
			n.tests = append(n.tests, test{name, value, false})
		}
	}
	return n
}

// flatten returns the arguments with those in input objects beside them. An
// argument beside an input object wins over one in it.
func flatten(args map[string]any) map[string]any {
	nested := false
	for _, v := range args {
		if _, ok := v.(map[string]any); ok {
			nested = true
		}
	}
	if !nested {
		return args
	}
	flat := map[string]any{}
	for _, name := range sortedNames(args) {
		if inner, ok := args[name].(map[string]any); ok {
			for field, v := range flatten(inner) {
				if _, ok := flat[field]; !ok {
					flat[field] = v
				}
			}
		}
	}
	for name, v := range args {
		if _, ok := v.(map[string]any); !ok {
			flat[name] = v
		}
	}
	return flat
}

func isSearch(name string) bool {
	switch name {
	case "query", "search", "contains", "term", "q":
		return true
	}
	return false
}

// list narrows a list that stands in a list position.
func (n *narrowing) list(list []any) (any, error) {
	if len(n.call.Args) == 0 {
		return list, nil
	}
	return n.page.slice(n.choose(list), n.cursor)
}

// choose returns the elements that the arguments mean, all pages of them.
func (n *narrowing) choose(list []any) []any {
	if len(n.tests) == 0 {
		return list
	}
	chosen := []any{}
	for _, element := range list {
		if n.matches(element) {
			chosen = append(chosen, element)
		}
	}
	return n.inOrder(chosen)
}

// inOrder puts what a list of keys has chosen in the order of that list.
func (n *narrowing) inOrder(chosen []any) []any {
	if len(chosen) == 0 {
		return chosen
	}
	t := n.schema.types[n.typeOf(chosen[0])]
	for _, test := range n.tests {
		wants, ok := test.want.([]any)
		if !ok || test.search {
			continue
		}
		path := n.schema.argumentField(t, test.name, true)
		if len(path) != 1 || !t.isKeyField(path[0]) {
			continue
		}
		byKey := map[string][]any{}
		for _, element := range chosen {
			text, _ := leafText(n.read(element, path[0]))
			byKey[text] = append(byKey[text], element)
		}
		ordered := make([]any, 0, len(chosen))
		for _, want := range wants {
			text, _ := leafText(want)
			ordered = append(ordered, byKey[text]...)
			delete(byKey, text)
		}
		return ordered
	}
	return chosen
}

// matches tells whether an object passes every test. What is no object does.
func (n *narrowing) matches(element any) bool {
	t := n.schema.types[n.typeOf(element)]
	if t == nil {
		return true
	}
	for _, test := range n.tests {
		if test.search {
			if !n.holds(t, element, test.want) {
				return false
			}
			continue
		}
		path := n.schema.argumentField(t, test.name, isList(test.want))
		if path == nil || n.keysOnly && !t.isKeyField(path[0]) {
			continue
		}
		if !n.isAt(element, path, test.want) {
			return false
		}
	}
	return true
}

// meansSomething tells whether any argument is compared with objects of a type.
func (n *narrowing) meansSomething(typ string) bool {
	t := n.schema.types[typ]
	for _, test := range n.tests {
		if test.search || n.schema.argumentField(t, test.name, isList(test.want)) != nil {
			return true
		}
	}
	return false
}

func (n *narrowing) typeOf(element any) string {
	def := n.schema.ast.Types[n.call.Field.Type.Name()]
	if node := n.schema.nodeType(def.Name); node != nil {
		def = n.schema.ast.Types[node.Name()]
	}
	return typeName(def, element)
}

// isAt tells whether the value at the end of the path is the wanted one, or
// one of them; lists on either side match if any element does.
func (n *narrowing) isAt(object any, path []string, want any) bool {
	value := n.read(object, path[0])
	if len(path) > 1 {
		if list, ok := value.([]any); ok {
			for _, element := range list {
				if element != nil && n.isAt(element, path[1:], want) {
					return true
				}
			}
			return false
		}
		return value != nil && n.isAt(value, path[1:], want)
	}
	return n.isEqual(value, want)
}

func (n *narrowing) isEqual(value, want any) bool {
	if list, ok := value.([]any); ok {
		for _, element := range list {
			if n.isEqual(element, want) {
				return true
			}
		}
		return false
	}
	switch w := want.(type) {
	case []any:
		for _, element := range w {
			if n.isEqual(value, element) {
				return true
			}
		}
		return false
	case *record:
		for name, inner := range w.fields {
			if value == nil || !n.isEqual(n.read(value, name), inner) {
				return false
			}
		}
		return true
	}
	a, aOK := leafText(value)
	b, bOK := leafText(want)
	return aOK && bOK && a == b
}

// holds tells whether a text field of the object holds every wanted word,
// whatever the case.
func (n *narrowing) holds(t *typeIn, object, want any) bool {
	text, _ := want.(string)
	for _, word := range strings.Fields(strings.ToLower(text)) {
		found := false
		for _, f := range t.def.Fields {
			if f.Type.NamedType != "String" && f.Type.NamedType != "ID" {
				continue
			}
			value, _ := n.read(object, f.Name).(string)
			if strings.Contains(strings.ToLower(value), word) {
				found = true
				break
			}
		}
		if !found {
			return false
		}
	}
	return true
}

// cursor names an element for the after and before of its list: the text of
// its key if that is one leaf.
func (n *narrowing) cursor(element any) (string, bool) {
	t := n.schema.types[n.typeOf(element)]
	if t == nil {
		return "", false
	}
	name := t.leafKey()
	if name == "" {
		return "", false
	}
	return leafText(n.read(element, name))
}

// argumentField returns the path of the field of t that an argument means: one
// name, or two where the field is an object; nil for none.
func (s *schema) argumentField(t *typeIn, name string, list bool) []string {
	if t == nil {
		return nil
	}
	if path := s.fieldPath(t, name); path != nil {
		return path
	}
	for _, suffix := range []string{"Id", "ID", "_id"} {
		base, ok := strings.CutSuffix(name, suffix)
		if !ok || base == "" {
			continue
		}
		if path := s.fieldPath(t, base); len(path) == 2 {
			return path
		}
		if strings.EqualFold(base, t.name) && t.fields["id"] != nil {
			return []string{"id"}
		}
	}
	if !list {
		return nil
	}
	for _, plural := range [][2]string{{"ies", "y"}, {"es", ""}, {"s", ""}} {
		if stem, ok := strings.CutSuffix(name, plural[0]); ok && stem != "" {
			if path := s.argumentField(t, stem+plural[1], false); path != nil {
				return path
			}
		}
	}
	return nil
}

func (s *schema) fieldPath(t *typeIn, name string) []string {
	f := t.fields[name]
	if f == nil {
		return nil
	}
	inner := s.types[f.def.Type.Name()]
	if inner == nil {
		if isComposite(s.ast, f.def.Type.Name()) {
			return nil // a union: nothing to compare with
		}
		return []string{name}
	}
	if leaf := inner.leafKey(); leaf != "" {
		return []string{name, leaf}
	}
	for _, leaf := range []string{"id", "name"} {
		if inner.fields[leaf] != nil {
			return []string{name, leaf}
		}
	}
	return nil
}

// leafKey is the field of the first key that is one leaf; "" for none.
func (t *typeIn) leafKey() string {
	for _, k := range t.keys {
		if len(k.set) != 1 {
			continue
		}
		if sel, ok := k.set[0].(*ast.Field); ok && len(sel.SelectionSet) == 0 {
			return sel.Name
		}
	}
	return ""
}

func (t *typeIn) isKeyField(name string) bool {
	for _, k := range t.keys {
		for _, selection := range k.set {
			if sel, ok := selection.(*ast.Field); ok && sel.Name == name {
				return true
			}
		}
	}
	return false
}

func isList(v any) bool {
	_, ok := v.([]any)
	return ok
}
