package operation_test

import (
	"fmt"
	"strings"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graphql/weft/operation"
)

const exampleSDL = `
type Query { product(id: ID!): Product products(first: Int = 10): [Product!]! }
interface Product { id: ID! name: String! }
type Book implements Product { id: ID! name: String! pages: Int }
type Film implements Product { id: ID! name: String! minutes: Int }
`

func schema() *ast.Schema {
	return gqlparser.MustLoadSchema(&ast.Source{Name: "api.graphql", Input: exampleSDL})
}

func ExamplePrepare() {
	op, errs := operation.Prepare(schema(), "query Names { products { name } }", "", operation.DefaultLimits())
	fmt.Println(op.Name, op.Kind, len(errs))

	_, errs = operation.Prepare(schema(), "{ products { nam } }", "", operation.DefaultLimits())
	fmt.Println(errs[0].Extensions["code"], errs[0].Locations, errs[0].Message)

	limits := operation.DefaultLimits()
	limits.Depth = 1
	_, errs = operation.Prepare(schema(), "{ products { name } }", "", limits)
	fmt.Println(errs[0].Extensions["code"])
	// Output:
	// Names query 0
	// GRAPHQL_VALIDATION_FAILED [1:14] Cannot query field "nam" on type "Product". Did you mean "name"?
	// MAX_DEPTH_LIMIT
}

func ExampleOperation_Select() {
	op, _ := operation.Prepare(schema(), `
		query ($long: Boolean!) {
			products { name ...Length @include(if: $long) }
		}
		fragment Length on Product { ... on Book { pages } ... on Film { length: minutes } }`,
		"", operation.DefaultLimits())
	var show func(fields []*operation.Field, indent string)
	show = func(fields []*operation.Field, indent string) {
		for _, f := range fields {
			fmt.Printf("%s%s on %s\n", indent, f.ResponseName, strings.Join(f.On, ", "))
			show(f.Selections, indent+"  ")
		}
	}
	show(op.Select(operation.Conditions{"long": true}), "")
	// Output:
	// products on Query
	//   name on Book, Film
	//   pages on Book
	//   length on Film
}

func ExampleCollect() {
	op, _ := operation.Prepare(schema(), "{ products { name ... on Film { minutes } name } products { id } }", "", operation.DefaultLimits())
	for _, root := range operation.Collect(op.Select(nil), "Query") {
		for _, group := range operation.Collect(root.Selections(), "Film") {
			fmt.Println(root.ResponseName, group.ResponseName, len(group.Fields))
		}
	}
	// Output:
	// products name 2
	// products minutes 1
	// products id 1
}

func ExampleSignature_Coerce() {
	op, _ := operation.Prepare(schema(), "query ($id: ID!, $first: Int = 5) { product(id: $id) { name } products(first: $first) { id } }",
		"", operation.DefaultLimits())

	vars, _ := op.Coerce([]byte(`{"id": 12}`))
	id, _ := vars.Raw("id")
	first, _ := vars.Raw("first")
	fmt.Println(string(id), string(first))

	_, errs := op.Coerce([]byte(`{"id": 12, "first": "ten"}`))
	fmt.Println(errs[0].Extensions["code"], errs[0].Message)
	// Output:
	// "12" 5
	// VALIDATION_INVALID_TYPE_VARIABLE Variable "$first" is invalid: Int cannot represent a string.
}

func ExampleOperation_Lift() {
	for _, document := range []string{`{ product(id: 12) { name } }`, `query { product(id: "b") { name } }`} {
		op, _ := operation.Prepare(schema(), document, "", operation.DefaultLimits())
		op, literals := op.Lift()
		vars, _ := op.Coerce(nil)
		id, _ := vars.With(literals).Raw("_l0")
		fmt.Println(op.Normal(), string(id))
	}
	// Output:
	// query($_l0: ID!) { product(id: $_l0) { name } } "12"
	// query($_l0: ID!) { product(id: $_l0) { name } } "b"
}

func ExampleSignature_Check() {
	op, _ := operation.Prepare(schema(), "{ products { name } }", "", operation.DefaultLimits())

	limits := operation.DefaultLimits()
	limits.Depth = 1
	refused, _ := op.Check(limits)
	fmt.Println(refused[0].Extensions["code"])

	limits.MeasureOnly.Depth = true
	refused, measured := op.Check(limits)
	fmt.Println(len(refused), measured[0].Code, measured[0].Count, measured[0].Max)
	// Output:
	// MAX_DEPTH_LIMIT
	// 0 MAX_DEPTH_LIMIT 2 1
}

func ExampleIntrospect() {
	op, _ := operation.Prepare(schema(), `{ __typename film: __type(name: "Film") { kind fields { name } } }`, "", operation.DefaultLimits())
	answers, _ := operation.Introspect(op, op.Select(nil), nil)
	for _, a := range answers {
		fmt.Printf("%s: %s\n", a.ResponseName, a.JSON)
	}
	// Output:
	// __typename: "Query"
	// film: {"kind":"OBJECT","fields":[{"name":"id"},{"name":"name"},{"name":"minutes"}]}
}
