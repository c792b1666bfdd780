package composition

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// costs checks @cost and @listSize: cost specification, "Validation".
func (v *federationValidator) costs() {
	for _, t := range v.s.order {
		for _, f := range t.fields {
			if a := first(f.applied, dirCost); a != nil && t.kind == ast.Interface {
				v.fail(CodeCostAppliedToInterfaceField, f.coordinate(), v.s.site(a.pos), "put it on the fields of the implementations",
					"@%s is on the interface field %q", a.name, f.coordinate())
			}
			if a := first(f.applied, dirListSize); a != nil {
				v.listSize(f, a)
			}
		}
	}
}

func isList(t *ast.Type) bool { return t.Elem != nil }

func (v *federationValidator) listSize(f *field, a *application) {
	fail := func(code, format string, args ...any) {
		v.fail(code, f.coordinate(), v.s.site(a.pos), "", "%s", fmt.Sprintf(format, args...))
	}
	sized := stringItems(a.arg("sizedFields"))
	if v := a.arg("sizedFields"); (v == nil || v.Kind == ast.NullValue) && !isList(f.typ) {
		fail(CodeListSizeAppliedToNonList, "@%s is on field %q, which is not a list and has no sizedFields", a.name, f.coordinate())
	}
	if size := a.arg("assumedSize"); size != nil && size.Kind == ast.IntValue && strings.HasPrefix(size.Raw, "-") {
		fail(CodeListSizeInvalidAssumedSize, "assumedSize of field %q is negative", f.coordinate())
	}
	for _, name := range stringItems(a.arg("slicingArguments")) {
		switch arg := f.arg(name); {
		case arg == nil:
			fail(CodeListSizeInvalidSlicingArgument, "slicing argument %q is not an argument of field %q", name, f.coordinate())
		case arg.typ.NamedType != "Int":
			fail(CodeListSizeInvalidSlicingArgument, "slicing argument %q of field %q is not an Int", name, f.coordinate())
		}
	}
	base := f.baseType()
	for _, name := range sized {
		switch {
		case base == nil || !base.isComposite():
			fail(CodeListSizeInvalidSizedField, "field %q has sizedFields, but its type %q has no fields", f.coordinate(), f.typ)
			return
		case base.byName[name] == nil:
			fail(CodeListSizeInvalidSizedField, "sized field %q is not a field of %q", name, base.name)
		case !isList(base.byName[name].typ):
			fail(CodeListSizeAppliedToNonList, "sized field %q is not a list", base.byName[name].coordinate())
		}
	}
}

// stringItems are the strings of a list literal; a lone string is a list of
// one.
func stringItems(v *ast.Value) []string {
	if v == nil {
		return nil
	}
	if isString(v) {
		return []string{v.Raw}
	}
	var items []string
	for _, c := range v.Children {
		if isString(c.Value) {
			items = append(items, c.Value.Raw)
		}
	}
	return items
}

// accessControl reports access control where other paths to the same data
// would go around it: composition derives it for interfaces instead.
func (v *federationValidator) accessControl() {
	const try = "put it on the implementations; the interface gets the requirements of all of them"
	for _, t := range v.s.order {
		abstract := t.kind == ast.Interface
		for _, a := range t.applied {
			if !isAccessControl(a.canonical) {
				continue
			}
			switch {
			case abstract:
				v.fail(CodeAuthRequirementsAppliedOnInterface, t.name, v.s.site(a.pos), try, "@%s is on interface %q", a.name, t.name)
			case t.interfaceObject:
				v.fail(CodeAuthRequirementsAppliedOnInterface, t.name, v.s.site(a.pos), "put it on the fields", "@%s is on the @interfaceObject type %q", a.name, t.name)
			}
		}
		for _, f := range t.fields {
			for _, a := range f.applied {
				if abstract && isAccessControl(a.canonical) {
					v.fail(CodeAuthRequirementsAppliedOnInterface, f.coordinate(), v.s.site(a.pos), try, "@%s is on the interface field %q", a.name, f.coordinate())
				}
			}
		}
	}
}

func isAccessControl(canonical string) bool {
	return canonical == dirAuthenticated || canonical == dirRequiresScopes || canonical == dirPolicy
}

var tagForm = regexp.MustCompile(`^[_A-Za-z][-/_0-9A-Za-z]*$`)

// maxTag is the length of the longest tag.
const maxTag = 128

// tags checks the names of tags: tag specification.
func (v *federationValidator) tags() {
	v.s.eachApplication(func(a *application, coordinate string) {
		if a.canonical != dirTag {
			return
		}
		if name := a.str("name"); !tagForm.MatchString(name) || len(name) > maxTag {
			v.fail(CodeInvalidTagName, coordinate, v.s.site(a.pos), "use letters, digits, \"_\", \"-\" and \"/\"",
				"%q is not a tag: a tag is a letter or \"_\" followed by letters, digits, \"_\", \"-\" and \"/\", %d characters at most", name, maxTag)
		}
	})
}

// eachApplication calls do for every directive on anything in the schema.
func (s *schema) eachApplication(do func(a *application, coordinate string)) {
	visit := func(as []*application, coordinate string) {
		for _, a := range as {
			do(a, coordinate)
		}
	}
	visitField := func(f *field) {
		if len(f.applied) > 0 {
			visit(f.applied, f.coordinate())
		}
	}
	visit(s.applied, "")
	for _, t := range s.order {
		visit(t.applied, t.name)
		for _, f := range t.fields {
			visitField(f)
			for _, a := range f.args {
				visitField(a)
			}
		}
		for _, x := range t.values {
			visit(x.applied, t.name+"."+x.name)
		}
	}
	for _, d := range s.directiveOrder {
		for _, a := range d.args {
			visit(a.applied, "@"+d.name+"("+a.name+":)")
		}
	}
}

// cacheTags checks @cacheTag.
func (v *federationValidator) cacheTags() {
	for _, t := range v.s.order {
		for _, a := range all(t.applied, dirCacheTag) {
			resolvable := slices.ContainsFunc(t.keys, func(k *fieldSet) bool { return k.resolvable })
			if !resolvable {
				v.fail(CodeCacheTagEntityNotResolvable, t.name, v.s.site(a.pos), "", "@%s is on type %q, which has no resolvable key", a.name, t.name)
				continue
			}
			v.cacheTag(a, t.name, CodeCacheTagInvalidFormatArgumentOnEntity, func(path []string) bool {
				return path[0] == "$key" && inEveryKey(t.keys, path[1:])
			})
		}
		for _, f := range t.fields {
			for _, a := range all(f.applied, dirCacheTag) {
				if t != v.s.roots[rootQuery] {
					v.fail(CodeCacheTagAppliedToNonRootField, f.coordinate(), v.s.site(a.pos), "", "@%s is on field %q, which is not a field of the query root", a.name, f.coordinate())
					continue
				}
				v.cacheTag(a, f.coordinate(), CodeCacheTagInvalidFormatArgumentOnRootField, func(path []string) bool {
					return path[0] == "$args" && v.inArguments(f, path[1:])
				})
			}
		}
	}
}

// cacheTag checks one template: text with {$args.x} or {$key.x} in it.
func (v *federationValidator) cacheTag(a *application, coordinate, code string, known func(path []string) bool) {
	format := a.str("format")
	rest := format
	for {
		before, after, found := strings.Cut(rest, "{")
		if strings.Contains(before, "}") {
			v.fail(CodeCacheTagInvalidFormat, coordinate, v.s.site(a.pos), "", "the format %q has \"}\" without \"{\"", format)
			return
		}
		if !found {
			return
		}
		expression, tail, closed := strings.Cut(after, "}")
		path := strings.Split(strings.TrimSpace(expression), ".")
		wellFormed := closed && len(path) >= 2 && (path[0] == "$args" || path[0] == "$key")
		for _, p := range path[1:] {
			wellFormed = wellFormed && nameForm.MatchString(p)
		}
		if !wellFormed {
			v.fail(CodeCacheTagInvalidFormat, coordinate, v.s.site(a.pos), "refer to values with {$args.name} or {$key.name}", "the format %q is malformed", format)
			return
		}
		if !known(path) {
			v.fail(code, coordinate, v.s.site(a.pos), "", "the format %q refers to %q, which does not exist here", format, strings.Join(path, "."))
			return
		}
		rest = tail
	}
}

func inEveryKey(keys []*fieldSet, path []string) bool {
	for _, k := range keys {
		if k.resolvable && !selectsPath(k.selections, path) {
			return false
		}
	}
	return true
}

func selectsPath(sels []*selection, path []string) bool {
	for _, x := range sels {
		if x.name == path[0] && (len(path) == 1 && x.sub == nil || len(path) > 1 && selectsPath(x.sub, path[1:])) {
			return true
		}
	}
	return false
}

func (v *federationValidator) inArguments(f *field, path []string) bool {
	x := f.arg(path[0])
	for _, name := range path[1:] {
		if x == nil {
			return false
		}
		base := x.baseType()
		if base == nil {
			return false
		}
		x = base.byName[name]
	}
	return x != nil
}

// intValue reads an integer literal, 0 if it is none.
func intValue(v *ast.Value) int {
	if v == nil || v.Kind != ast.IntValue {
		return 0
	}
	n, _ := strconv.Atoi(v.Raw)
	return n
}
