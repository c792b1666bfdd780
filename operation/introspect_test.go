package operation

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
)

const librarySDL = `
"""A library"""
schema { query: Root mutation: Change }

"Marks \"things\""
directive @mark(
  "How"
  level: Int! = 3
  old: String @deprecated
) repeatable on FIELD | OBJECT

"The root"
type Root {
  "All books"
  books(filter: Filter = {tags: ["a", "b"], kind: PAPER, near: {lat: 1.50}, text: "q\"é\n"}, first: Int = 10, after: ID @deprecated(reason: "Use first")): [Book!]!
  node(id: ID!): Node
  old: Int @deprecated
  older: Int @deprecated(reason: "Never \"worked\"")
  any: Any
}
type Change { rename(id: ID!, title: String!): Book }
interface Node { id: ID! }
interface Item implements Node { id: ID! title: String }
type Book implements Item & Node { id: ID! title: String kind: Kind author: Author related: [[Item]!] }
type Author implements Node { id: ID! name: String! }
union Thing = Book | Author
enum Kind { PAPER AUDIO @deprecated(reason: "No players") DIGITAL }
input Filter { tags: [String!] = [] kind: Kind near: Point text: String legacy: Boolean = true @deprecated }
input Point { lat: Float! lon: Float! = 0 }
input Pick @oneOf { id: ID title: String }
"Anything"
scalar Any @specifiedBy(url: "https://example.com/any")
scalar Plain
`

// introspect answers a document with variables, as a JSON object.
func introspect(t testing.TB, schema *ast.Schema, document, variables string) string {
	t.Helper()
	op := prepare(t, schema, document)
	vars, errs := op.Coerce([]byte(variables))
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	answers, err := Introspect(op, op.Select(vars.Conditions(op)), vars)
	if err != nil {
		t.Fatal(err)
	}
	var parts []string
	for _, a := range answers {
		if !json.Valid(a.JSON) {
			t.Fatalf("%s is not JSON: %s", a.ResponseName, a.JSON)
		}
		parts = append(parts, fmt.Sprintf("%q:%s", a.ResponseName, a.JSON))
	}
	return strings.Join(parts, "\n")
}

func TestIntrospect(t *testing.T) {
	schema := loadSchema(t, librarySDL)
	tests := []struct {
		name, document, variables, want string
	}{
		{"only the introspection fields, in order", `{ books { id } b: __typename __schema { __typename } any a: __typename }`, "",
			`"b":"Root"` + "\n" + `"__schema":{"__typename":"__Schema"}` + "\n" + `"a":"Root"`},
		{"typename of a mutation", `mutation { __typename rename(id: 1, title: "") { id } }`, "", `"__typename":"Change"`},
		{"schema", `{ __schema { description queryType { name } mutationType { n: name } subscriptionType { name } } }`, "",
			`"__schema":{"description":"A library","queryType":{"name":"Root"},"mutationType":{"n":"Change"},"subscriptionType":null}`},
		{"unknown type", `{ __type(name: "Nope") { name } }`, "", `"__type":null`},
		{"object", `{ __type(name: "Book") { __typename kind name description specifiedByURL isOneOf interfaces { name } possibleTypes { name } enumValues { name } inputFields { name } ofType { name } fields { name } } }`, "",
			`"__type":{"__typename":"__Type","kind":"OBJECT","name":"Book","description":null,"specifiedByURL":null,"isOneOf":null,"interfaces":[{"name":"Item"},{"name":"Node"}],"possibleTypes":null,"enumValues":null,"inputFields":null,"ofType":null,"fields":[{"name":"id"},{"name":"title"},{"name":"kind"},{"name":"author"},{"name":"related"}]}`},
		{"object without interfaces", `{ __type(name: "Change") { interfaces { name } } }`, "", `"__type":{"interfaces":[]}`},
		{"root without introspection fields", `{ __type(name: "Root") { description fields { name } } }`, "",
			`"__type":{"description":"The root","fields":[{"name":"books"},{"name":"node"},{"name":"any"}]}`},
		{"interface", `{ __type(name: "Node") { kind fields { name } interfaces { name } possibleTypes { name } } }`, "",
			`"__type":{"kind":"INTERFACE","fields":[{"name":"id"}],"interfaces":[],"possibleTypes":[{"name":"Author"},{"name":"Book"}]}`},
		{"interface of an interface", `{ __type(name: "Item") { interfaces { name } possibleTypes { name } } }`, "",
			`"__type":{"interfaces":[{"name":"Node"}],"possibleTypes":[{"name":"Book"}]}`},
		{"union", `{ __type(name: "Thing") { kind fields { name } interfaces { name } possibleTypes { name } } }`, "",
			`"__type":{"kind":"UNION","fields":null,"interfaces":null,"possibleTypes":[{"name":"Author"},{"name":"Book"}]}`},
		{"enum", `{ __type(name: "Kind") { kind enumValues { name isDeprecated deprecationReason description } } }`, "",
			`"__type":{"kind":"ENUM","enumValues":[{"name":"PAPER","isDeprecated":false,"deprecationReason":null,"description":null},{"name":"DIGITAL","isDeprecated":false,"deprecationReason":null,"description":null}]}`},
		{"deprecated enum values", `{ __type(name: "Kind") { enumValues(includeDeprecated: true) { name deprecationReason } } }`, "",
			`"__type":{"enumValues":[{"name":"PAPER","deprecationReason":null},{"name":"AUDIO","deprecationReason":"No players"},{"name":"DIGITAL","deprecationReason":null}]}`},
		{"scalars", `{ a: __type(name: "Any") { kind description specifiedByURL isOneOf } b: __type(name: "Plain") { specifiedByURL } c: __type(name: "Int") { kind name } }`, "",
			`"a":{"kind":"SCALAR","description":"Anything","specifiedByURL":"https://example.com/any","isOneOf":null}` + "\n" +
				`"b":{"specifiedByURL":null}` + "\n" + `"c":{"kind":"SCALAR","name":"Int"}`},
		{"input object", `{ __type(name: "Filter") { kind isOneOf fields { name } inputFields { name defaultValue type { name } } } }`, "",
			`"__type":{"kind":"INPUT_OBJECT","isOneOf":false,"fields":null,"inputFields":[{"name":"tags","defaultValue":"[]","type":{"name":null}},{"name":"kind","defaultValue":null,"type":{"name":"Kind"}},{"name":"near","defaultValue":null,"type":{"name":"Point"}},{"name":"text","defaultValue":null,"type":{"name":"String"}}]}`},
		{"deprecated input fields", `{ __type(name: "Filter") { inputFields(includeDeprecated: true) { name isDeprecated deprecationReason defaultValue } } }`, "",
			`"__type":{"inputFields":[{"name":"tags","isDeprecated":false,"deprecationReason":null,"defaultValue":"[]"},{"name":"kind","isDeprecated":false,"deprecationReason":null,"defaultValue":null},{"name":"near","isDeprecated":false,"deprecationReason":null,"defaultValue":null},{"name":"text","isDeprecated":false,"deprecationReason":null,"defaultValue":null},{"name":"legacy","isDeprecated":true,"deprecationReason":"No longer supported","defaultValue":"true"}]}`},
		{"oneOf", `{ __type(name: "Pick") { isOneOf } }`, "", `"__type":{"isOneOf":true}`},
		{"arguments", `{ __type(name: "Root") { fields { name description args { name defaultValue isDeprecated } } } }`, "",
			`"__type":{"fields":[{"name":"books","description":"All books","args":[{"name":"filter","defaultValue":"{tags: [\"a\", \"b\"], kind: PAPER, near: {lat: 1.50}, text: \"q\\\"é\\n\"}","isDeprecated":false},{"name":"first","defaultValue":"10","isDeprecated":false}]},{"name":"node","description":null,"args":[{"name":"id","defaultValue":null,"isDeprecated":false}]},{"name":"any","description":null,"args":[]}]}`},
		{"deprecated fields and arguments", `{ __type(name: "Root") { fields(includeDeprecated: true) { name isDeprecated deprecationReason args(includeDeprecated: true) { name deprecationReason } } } }`, "",
			`"__type":{"fields":[{"name":"books","isDeprecated":false,"deprecationReason":null,"args":[{"name":"filter","deprecationReason":null},{"name":"first","deprecationReason":null},{"name":"after","deprecationReason":"Use first"}]},{"name":"node","isDeprecated":false,"deprecationReason":null,"args":[{"name":"id","deprecationReason":null}]},{"name":"old","isDeprecated":true,"deprecationReason":"No longer supported","args":[]},{"name":"older","isDeprecated":true,"deprecationReason":"Never \"worked\"","args":[]},{"name":"any","isDeprecated":false,"deprecationReason":null,"args":[]}]}`},
		{"wrapped types", `{ __type(name: "Book") { fields { name type { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind } } } } } } } }`, "",
			`"__type":{"fields":[{"name":"id","type":{"kind":"NON_NULL","name":null,"ofType":{"kind":"SCALAR","name":"ID","ofType":null}}},{"name":"title","type":{"kind":"SCALAR","name":"String","ofType":null}},{"name":"kind","type":{"kind":"ENUM","name":"Kind","ofType":null}},{"name":"author","type":{"kind":"OBJECT","name":"Author","ofType":null}},{"name":"related","type":{"kind":"LIST","name":null,"ofType":{"kind":"NON_NULL","name":null,"ofType":{"kind":"LIST","name":null,"ofType":{"kind":"INTERFACE","name":"Item","ofType":null}}}}}]}`},
		{"aliases, fragments, conditions and variables",
			`query ($n: String!, $d: Boolean, $x: Boolean = false) { t: __type(name: $n) { ...T ... on __Type { enumValues(includeDeprecated: $d) { v: name } } k: kind @include(if: $x) k2: kind @skip(if: $x) } } fragment T on __Type { enumValues(includeDeprecated: $d) { v2: name } }`,
			`{"n": "K\u0069nd", "d": true}`,
			`"t":{"enumValues":[{"v2":"PAPER","v":"PAPER"},{"v2":"AUDIO","v":"AUDIO"},{"v2":"DIGITAL","v":"DIGITAL"}],"k2":"ENUM"}`},
		{"typename at every level", `{ __type(name: "Root") { fields { args { __typename type { __typename } } __typename } } a: __type(name: "Kind") { enumValues { __typename } } __schema { directives { __typename } } }`, "",
			`"__type":{"fields":[{"args":[{"__typename":"__InputValue","type":{"__typename":"__Type"}},{"__typename":"__InputValue","type":{"__typename":"__Type"}}],"__typename":"__Field"},{"args":[{"__typename":"__InputValue","type":{"__typename":"__Type"}}],"__typename":"__Field"},{"args":[],"__typename":"__Field"}]}` + "\n" +
				`"a":{"enumValues":[{"__typename":"__EnumValue"},{"__typename":"__EnumValue"}]}` + "\n" +
				`"__schema":{"directives":[` + strings.TrimSuffix(strings.Repeat(`{"__typename":"__Directive"},`, len(schema.Directives)), ",") + `]}`},
		{"variable not given", `query ($d: Boolean) { __type(name: "Kind") { enumValues(includeDeprecated: $d) { name } } }`, "",
			`"__type":{"enumValues":[{"name":"PAPER"},{"name":"DIGITAL"}]}`},
		{"variable with a default", `query ($d: Boolean = true) { __type(name: "Kind") { enumValues(includeDeprecated: $d) { name } } }`, "",
			`"__type":{"enumValues":[{"name":"PAPER"},{"name":"AUDIO"},{"name":"DIGITAL"}]}`},
		{"null", `{ __type(name: "Kind") { enumValues(includeDeprecated: null) { name } } }`, "",
			`"__type":{"enumValues":[{"name":"PAPER"},{"name":"DIGITAL"}]}`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, introspect(t, schema, tt.document, tt.variables)); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func TestIntrospectDirectives(t *testing.T) {
	schema := loadSchema(t, librarySDL)
	var got map[string][]struct {
		Name, Description string
		IsRepeatable      bool
		Locations         []string
		Args              []struct {
			Name, Description, DefaultValue string
			Type                            struct{ Kind string }
		}
	}
	text := introspect(t, schema, `{ __schema { directives { name description isRepeatable locations args { name description defaultValue type { kind } } } } }`, "")
	if err := json.Unmarshal([]byte(strings.TrimPrefix(text, `"__schema":`)), &got); err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, d := range got["directives"] {
		names = append(names, d.Name)
		if d.Name == "mark" {
			text := fmt.Sprintf("%+v", d)
			want := `{Name:mark Description:Marks "things" IsRepeatable:true Locations:[FIELD OBJECT] Args:[{Name:level Description:How DefaultValue:3 Type:{Kind:NON_NULL}}]}`
			if diff := cmp.Diff(want, text); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		}
	}
	if !slices.IsSorted(names) || !slices.Contains(names, "mark") || !slices.Contains(names, "skip") {
		t.Errorf("directives %v", names)
	}
}

// The query that tools send is answered completely: whatever the schema says is
// not null is not, in every object.
func TestIntrospectAnswersToolsQuery(t *testing.T) {
	schema := loadSchema(t, librarySDL)
	query, err := os.ReadFile("testdata/introspection.graphql")
	if err != nil {
		t.Fatal(err)
	}
	op := prepare(t, schema, string(query))
	fields := op.Select(nil)
	answers, gqlErr := Introspect(op, fields, nil)
	if gqlErr != nil {
		t.Fatal(gqlErr)
	}
	var value any
	if err := json.Unmarshal(answers[0].JSON, &value); err != nil {
		t.Fatal(err)
	}
	objects := 0
	conforms(t, schema, "__schema", fields[0].Definition.Type, Collect(fields, "Root")[0], value, &objects)
	if objects < 250 {
		t.Errorf("only %d objects", objects)
	}

	var names []string
	for _, v := range value.(map[string]any)["types"].([]any) {
		names = append(names, v.(map[string]any)["name"].(string))
	}
	var want []string
	for name := range schema.Types {
		want = append(want, name)
	}
	slices.Sort(want)
	if diff := cmp.Diff(want, names); diff != "" {
		t.Errorf("types (-want +got)\n%s", diff)
	}
}

// conforms checks a value against its type and the fields selected.
func conforms(t *testing.T, schema *ast.Schema, path string, typ *ast.Type, group Group, value any, objects *int) {
	t.Helper()
	if value == nil {
		if typ.NonNull {
			t.Errorf("%s is null", path)
		}
		return
	}
	if typ.Elem != nil {
		for i, v := range value.([]any) {
			conforms(t, schema, fmt.Sprintf("%s[%d]", path, i), typ.Elem, group, v, objects)
		}
		return
	}
	switch def := schema.Types[typ.NamedType]; {
	case def.Kind == ast.Enum:
		if def.EnumValues.ForName(value.(string)) == nil {
			t.Errorf("%s is %v", path, value)
		}
	case def.Kind == ast.Object:
		*objects++
		object := value.(map[string]any)
		groups := Collect(group.Selections(), def.Name)
		if len(groups) != len(object) {
			t.Errorf("%s has %d fields, want %d", path, len(object), len(groups))
		}
		for _, g := range groups {
			v, ok := object[g.ResponseName]
			if !ok {
				t.Errorf("%s.%s is missing", path, g.ResponseName)
			}
			conforms(t, schema, path+"."+g.ResponseName, g.Field().Definition.Type, g, v, objects)
		}
	case def.Name == "Boolean":
		_ = value.(bool)
	default:
		_ = value.(string)
	}
}

// Every field that the schema's introspection types have is known here. This
// fails when the library learns a new one.
func TestIntrospectKnowsAllFields(t *testing.T) {
	schema := loadSchema(t, librarySDL)
	known := map[string]string{
		"__Schema":     "description directives mutationType queryType subscriptionType types",
		"__Type":       "description enumValues fields inputFields interfaces isOneOf kind name ofType possibleTypes specifiedByURL",
		"__Field":      "args deprecationReason description isDeprecated name type",
		"__InputValue": "defaultValue deprecationReason description isDeprecated name type",
		"__EnumValue":  "deprecationReason description isDeprecated name",
		"__Directive":  "args description isRepeatable locations name",
	}
	for name, def := range schema.Types {
		if !strings.HasPrefix(name, "__") || def.Kind != ast.Object {
			continue
		}
		var fields []string
		for _, f := range def.Fields {
			fields = append(fields, f.Name)
		}
		slices.Sort(fields)
		if diff := cmp.Diff(known[name], strings.Join(fields, " ")); diff != "" {
			t.Errorf("%s (-known +schema)\n%s", name, diff)
		}
	}
}

func TestIntrospectIsBounded(t *testing.T) {
	schema := loadSchema(t, librarySDL)
	limits := DefaultLimits()
	limits.IntrospectionBytes = 1_000
	const query = "{ __schema { types { name fields { name } } } }"
	op, errs := Prepare(schema, query, "", limits)
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	answers, err := Introspect(op, op.Select(nil), nil)
	if err == nil {
		t.Fatalf("%d answers and no error", len(answers))
	}
	want := "MAX_INTROSPECTION_SIZE_LIMIT 1:3 the answer to the introspection is larger than the 1000 bytes allowed\n"
	if diff := cmp.Diff(want, show(gqlerror.List{err})); diff != "" || answers != nil {
		t.Errorf("%d answers (-want +got)\n%s", len(answers), diff)
	}

	// Aliases share the budget.
	full := len(introspect(t, schema, "{ __schema { types { name } } }", ""))
	limits.IntrospectionBytes = 2 * full
	op, errs = Prepare(schema, "{"+numbered(" x%d: __schema { types { name } }", 3)+" }", "", limits)
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	if _, err := Introspect(op, op.Select(nil), nil); err == nil || err.Locations[0].Column < 40 {
		t.Errorf("the third alias passes: %v", err)
	}
}
