package mock

import (
	"fmt"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

// An action is a value of the data file that is made when it is asked for: an
// object with a key that begins with "$".
//
//	{"$error": "message"}                      the field fails
//	{"$list": "Product"}                       all Products, narrowed by the arguments
//	{"$find": "Product"}                       the first of them
//	{"$create": "Review", "$set": {…}}         adds an entity and returns it
//	{"$update": "Product", "$where": {…}, "$set": {…}}
//	{"$delete": "Product", "$where": {…}}      removes an entity and returns it
//
// The last three can only stand under Mutation.
type action struct {
	kind  actionKind
	typ   string
	where *record // nil: the field's arguments
	set   *record // nil: the field's arguments
}

type actionKind string

const (
	listAction   actionKind = "$list"
	findAction   actionKind = "$find"
	createAction actionKind = "$create"
	updateAction actionKind = "$update"
	deleteAction actionKind = "$delete"
	errorAction  actionKind = "$error"
)

func hasAction(m map[string]any) bool {
	for name := range m {
		if strings.HasPrefix(name, "$") {
			return true
		}
	}
	return false
}

// action compiles an action. An $error is compiled to an error.
func (l *loader) action(m map[string]any, path string) (any, error) {
	a := &action{}
	for _, name := range sortedNames(m) {
		switch kind := actionKind(name); kind {
		case errorAction:
			if len(m) > 1 {
				return nil, fmt.Errorf("%s: nothing can stand beside $error", path)
			}
			return readError(m[name], path)
		case listAction, findAction, createAction, updateAction, deleteAction:
			typ, ok := m[name].(string)
			def := l.schema.ast.Types[typ]
			if !ok || def == nil || !def.IsCompositeType() || strings.HasPrefix(typ, "_") {
				return nil, fmt.Errorf("%s: %s is %s, not the name of a type with fields", path, name, describe(m[name]))
			}
			if a.kind != "" {
				return nil, fmt.Errorf("%s: %s and %s exclude each other", path, a.kind, name)
			}
			a.kind, a.typ = kind, typ
		case "$where", "$set":
		default:
			return nil, fmt.Errorf("%s: unknown key %s", path, name)
		}
	}
	if err := l.actionParts(a, m, path); err != nil {
		return nil, err
	}
	return a, nil
}

func (l *loader) actionParts(a *action, m map[string]any, path string) error {
	where, hasWhere := m["$where"]
	set, hasSet := m["$set"]
	switch {
	case a.kind == "":
		return fmt.Errorf("%s: $where and $set need an action beside them", path)
	case hasWhere && a.kind == createAction:
		return fmt.Errorf("%s: $create has no $where", path)
	case hasSet && a.kind != createAction && a.kind != updateAction:
		return fmt.Errorf("%s: %s has no $set", path, a.kind)
	}
	if a.kind != listAction && a.kind != findAction {
		if def := l.schema.ast.Types[a.typ]; def.Kind != ast.Object {
			return fmt.Errorf("%s: %s needs an object type, which %s is not", path, a.kind, a.typ)
		}
		if !l.inMutation {
			return fmt.Errorf("%s: %s can only stand under Mutation", path, a.kind)
		}
	}
	defer func(before bool) { l.inAction = before }(l.inAction)
	l.inAction = true
	var err error
	if hasWhere {
		if a.where, err = l.object(a.typ, "", where, path+".$where"); err != nil {
			return err
		}
	}
	if hasSet {
		a.set, err = l.object(a.typ, "", set, path+".$set")
	}
	return err
}

// readError reads the value of an $error: a message, or an object with a
// message and extensions.
func readError(raw any, path string) (*gqlerror.Error, error) {
	if message, ok := raw.(string); ok {
		return gqlerror.Errorf("%s", message), nil
	}
	m, ok := raw.(map[string]any)
	message, isString := m["message"].(string)
	extensions, isObject := m["extensions"].(map[string]any)
	if !ok || !isString || (m["extensions"] != nil && !isObject) {
		return nil, fmt.Errorf("%s: $error is neither a message nor an object with a message and extensions", path)
	}
	err := gqlerror.Errorf("%s", message)
	err.Extensions = extensions
	return err, nil
}
