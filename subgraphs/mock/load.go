package mock

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"
	"github.com/vektah/gqlparser/v2/validator/core"
)

// loader compiles decoded data and checks it against the schema.
type loader struct {
	schema *schema

	// inline are the objects written elsewhere than in a list of their type.
	inline []*record

	// listed are the object types with a list of their own: only what stands
	// in it exists.
	listed map[string]bool

	// inMutation says that what is compiled stands under Mutation, inAction
	// that it describes objects that do not exist yet.
	inMutation, inAction bool
}

func (l *loader) file(st *store, raw any) error {
	top, ok := raw.(map[string]any)
	if !ok {
		return errors.New("the data is not an object of types")
	}
	for _, name := range sortedNames(top) {
		if root := l.root(name); root != "" {
			l.inMutation = l.schema.ast.Mutation != nil && root == l.schema.ast.Mutation.Name
			r, err := l.object(root, root, top[name], root)
			l.inMutation = false
			if err != nil {
				return err
			}
			st.roots[root] = r
			continue
		}
		def := l.schema.ast.Types[name]
		if def == nil || !def.IsCompositeType() || strings.HasPrefix(name, "_") {
			return fmt.Errorf("%s is not a type with fields of this subgraph%s", name,
				suggest(name, l.schema.types))
		}
		if err := l.list(st, def, top[name]); err != nil {
			return err
		}
	}
	return nil
}

// root returns the root type that a top-level name stands for: by its name
// here or by the usual one; "" for none.
func (l *loader) root(name string) string {
	s := l.schema.ast
	for usual, def := range map[string]*ast.Definition{"Query": s.Query, "Mutation": s.Mutation} {
		if def != nil && (name == def.Name || name == usual && s.Types[usual] == nil) {
			return def.Name
		}
	}
	return ""
}

func (l *loader) list(st *store, def *ast.Definition, raw any) error {
	elements, ok := raw.([]any)
	if !ok {
		return fmt.Errorf("%s is not a list of objects", def.Name)
	}
	for _, name := range l.schema.objectTypes(def.Name) {
		l.listed[name] = true
	}
	for i, element := range elements {
		path := fmt.Sprintf("%s[%d]", def.Name, i)
		typ, err := l.runtimeType(def, element, path)
		if err != nil {
			return err
		}
		r, err := l.object(typ, def.Name, element, path)
		if err != nil {
			return err
		}
		st.lists[typ] = append(st.lists[typ], &cell{record: r})
	}
	return nil
}

// runtimeType returns the object type of an object in a position of type def.
func (l *loader) runtimeType(def *ast.Definition, raw any, path string) (string, error) {
	m, ok := raw.(map[string]any)
	if !ok {
		return "", fmt.Errorf("%s: %s where an object of type %s belongs", path, describe(raw), def.Name)
	}
	typename, given := m["__typename"]
	name, isString := typename.(string)
	switch {
	case !given && def.Kind == ast.Object:
		return def.Name, nil
	case !given:
		return "", fmt.Errorf("%s: the object needs a __typename, for %s is abstract", path, def.Name)
	case !isString || !l.schema.isPossible(def.Name, name):
		return "", fmt.Errorf("%s: __typename is %s, which is no %s here", path, describe(typename), def.Name)
	}
	return name, nil
}

// object compiles an object of type typ. list names the type in whose list it
// stands, or a root type; an object elsewhere has "".
func (l *loader) object(typ, list string, raw any, path string) (*record, error) {
	m, ok := raw.(map[string]any)
	if !ok {
		return nil, fmt.Errorf("%s: %s where an object of type %s belongs", path, describe(raw), typ)
	}
	t := l.schema.types[typ]
	r := &record{typ: typ, fields: map[string]any{}, calls: map[string][]call{}}
	for _, name := range sortedNames(m) {
		if name == "__typename" {
			continue
		}
		if strings.Contains(name, "(") {
			if err := l.call(r, t, name, m[name], path); err != nil {
				return nil, err
			}
			continue
		}
		f := t.fields[name]
		if f == nil || isEntryPoint(name) {
			return nil, fmt.Errorf("%s.%s: %s has no field %s%s", path, name, typ, name, suggest(name, t.fields))
		}
		v, err := l.value(f.def.Type, m[name], path+"."+name)
		if err != nil {
			return nil, err
		}
		r.fields[name] = v
	}
	if list == "" && len(t.keys) > 0 && !l.inAction {
		l.inline = append(l.inline, r)
	}
	return r, nil
}

// isEntryPoint tells whether a field is one that the engine answers itself.
func isEntryPoint(name string) bool {
	return name == "_service" || name == "_entities" || strings.HasPrefix(name, "__")
}

// call compiles a field with particular arguments: "price(currency: \"EUR\")".
func (l *loader) call(r *record, t *typeIn, text string, raw any, path string) error {
	doc, err := parser.ParseQueryWithTokenLimit(&ast.Source{Name: "name", Input: "{" + text + "}"}, maxFieldSetTokens)
	if err != nil || len(doc.Operations) != 1 || len(doc.Operations[0].SelectionSet) != 1 {
		return fmt.Errorf("%s: %q is not a field with arguments", path, text)
	}
	sel, ok := doc.Operations[0].SelectionSet[0].(*ast.Field)
	if !ok || len(sel.SelectionSet) > 0 || len(sel.Directives) > 0 || sel.Alias != sel.Name {
		return fmt.Errorf("%s: %q is not a field with arguments", path, text)
	}
	f := t.fields[sel.Name]
	if f == nil {
		return fmt.Errorf("%s: %s has no field %s%s", path, t.name, sel.Name, suggest(sel.Name, t.fields))
	}
	args := map[string]any{}
	for _, arg := range sel.Arguments {
		def := f.def.Arguments.ForName(arg.Name)
		if def == nil {
			return fmt.Errorf("%s: %s.%s has no argument %s", path, t.name, sel.Name, arg.Name)
		}
		if args[arg.Name], err = coerce(l.schema.ast, def.Type, constant(arg.Value), 0); err != nil {
			return fmt.Errorf("%s: in %q, argument %s %w", path, text, arg.Name, err)
		}
	}
	v, err := l.value(f.def.Type, raw, path+"."+text)
	if err != nil {
		return err
	}
	calls := append(r.calls[sel.Name], call{args, v})
	// The one that says most about the arguments is tried first.
	slices.SortStableFunc(calls, func(a, b call) int { return len(b.args) - len(a.args) })
	r.calls[sel.Name] = calls
	return nil
}

// value compiles a value in a position of type typ. Leaves are taken as they
// are: whether they fit is found out when they are asked for.
func (l *loader) value(typ *ast.Type, raw any, path string) (any, error) {
	if raw == nil {
		return nil, nil
	}
	if text, ok := raw.(string); ok && isTemplate(text) {
		t, err := parseTemplate(text)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		return t, nil
	}
	if m, ok := raw.(map[string]any); ok && hasAction(m) {
		return l.action(m, path)
	}
	if typ.Elem != nil {
		list, ok := raw.([]any)
		if !ok {
			return nil, fmt.Errorf("%s: %s where a list belongs", path, describe(raw))
		}
		return l.elements(typ.Elem, list, path)
	}
	def := l.schema.ast.Types[typ.NamedType]
	if !def.IsCompositeType() {
		return raw, nil
	}
	if list, ok := raw.([]any); ok {
		if node := l.schema.nodeType(def.Name); node != nil {
			elements, err := l.elements(node, list, path)
			return &connection{elements, node.Name()}, err
		}
	}
	name, err := l.runtimeType(def, raw, path)
	if err != nil {
		return nil, err
	}
	return l.object(name, "", raw, path)
}

func (l *loader) elements(typ *ast.Type, raw []any, path string) ([]any, error) {
	list := make([]any, len(raw))
	for i, element := range raw {
		var err error
		if list[i], err = l.value(typ, element, fmt.Sprintf("%s[%d]", path, i)); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// suggest returns "; did you mean …?" with the name nearest to the given one.
func suggest[V any](name string, known map[string]V) string {
	list := core.SuggestionList(name, sortedNames(known))
	if len(list) == 0 || strings.HasPrefix(list[0], "_") {
		return ""
	}
	return fmt.Sprintf("; did you mean %s?", list[0])
}
