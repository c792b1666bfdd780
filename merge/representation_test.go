package merge

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/weft-graphql/weft/operation"
	"github.com/weft-graphql/weft/planner/plan"
)

func TestRepresentations(t *testing.T) {
	tests := []struct {
		name   string
		sel    string // below products
		answer string // of one product
		spec   fetchSpec
		want   string // its representation; "" for none
	}{
		{name: "leaf as it came", sel: "id", answer: `{"id":1.50e1}`, want: `{"__typename":"Product","id":1.50e1}`},
		{name: "null is sent", sel: "id", answer: `{"id":null}`, want: `{"__typename":"Product","id":null}`},
		{name: "absent is sent as null", sel: "id", answer: `{}`, want: `{"__typename":"Product","id":null}`},
		{name: "null that must not be", sel: "id", answer: `{"id":null}`, spec: fetchSpec{input: "{id @nonNull}"}},
		{name: "absent that must not be", sel: "id name", answer: `{"name":"x"}`, spec: fetchSpec{input: "{id @nonNull name}"}},
		{
			name: "nested object", sel: "id dims { width height }", answer: `{"id":1,"dims":{"height":2,"width":3}}`,
			spec: fetchSpec{input: "{id dims { width height }}"}, want: `{"__typename":"Product","id":1,"dims":{"width":3,"height":2}}`,
		},
		{
			name: "nested object that is null", sel: "id dims { width }", answer: `{"id":1,"dims":null}`,
			spec: fetchSpec{input: "{id dims { width @nonNull }}"}, want: `{"__typename":"Product","id":1,"dims":null}`,
		},
		{
			name: "nested object that is not complete", sel: "id dims { width }", answer: `{"id":1,"dims":{"width":null}}`,
			spec: fetchSpec{input: "{id dims { width @nonNull }}"}, want: `{"__typename":"Product","id":1,"dims":null}`,
		},
		{
			name: "nested object that is not complete and must not be null", sel: "id dims { width }", answer: `{"id":1,"dims":{"width":null}}`,
			spec: fetchSpec{input: "{id dims @nonNull { width @nonNull }}"},
		},
		{
			name: "list of objects", sel: "related { id dims { width } }", answer: `{"related":[{"id":1,"dims":{"width":2}},null,{"id":3}]}`,
			spec: fetchSpec{input: "{related { id dims { width } }}"}, want: `{"__typename":"Product","related":[{"id":1,"dims":{"width":2}},null,{"id":3,"dims":null}]}`,
		},
		{
			name: "list with an element that is not complete", sel: "related { id }", answer: `{"related":[{"id":1},{}]}`,
			spec: fetchSpec{input: "{related @nonNull { id @nonNull }}"}, want: `{"__typename":"Product","related":[{"id":1},null]}`,
		},
		{
			name: "list of leaves", sel: "tags", answer: `{"tags":["a",null , "b"]}`,
			spec: fetchSpec{input: "{tags}"}, want: `{"__typename":"Product","tags":["a",null , "b"]}`,
		},
		{
			name: "another type name", sel: "__typename id", answer: `{"__typename":"Product","id":1}`,
			spec: fetchSpec{typename: "Node"}, want: `{"__typename":"Node","id":1}`,
		},
		{
			name: "its own type name, once and first", sel: "id __typename", answer: `{"id":1,"__typename":"Product"}`,
			spec: fetchSpec{typename: "-", input: "{id __typename}"}, want: `{"__typename":"Product","id":1}`,
		},
		{
			name: "its own type name, hidden from clients", sel: "id __typename", answer: `{"id":1,"__typename":"Hidden"}`,
			spec: fetchSpec{typename: "-", on: []string{"Hidden"}}, want: `{"__typename":"Hidden","id":1}`,
		},
		{
			name: "the input is for another type", sel: "id __typename", answer: `{"id":1,"__typename":"Product"}`,
			spec: fetchSpec{on: []string{"User"}},
		},
		{
			name: "fields by type", sel: "__typename id name _0: name", answer: `{"__typename":"Product","id":1,"name":"n","_0":"m"}`,
			spec: fetchSpec{input: `{id name @on(t: ["User"]) _0: name @on(t: ["A", "Product"])}`, typename: "-"},
			want: `{"__typename":"Product","id":1,"name":"m"}`,
		},
		{
			name: "nested fields by type, with type names", sel: "seller { __typename id name }", answer: `{"seller":{"__typename":"User","id":1,"name":"n"}}`,
			spec: fetchSpec{input: `{seller { __typename id @on(t: ["Robot"]) name @on(t: ["User"]) }}`},
			want: `{"__typename":"Product","seller":{"__typename":"User","name":"n"}}`,
		},
		{
			name: "an object where a leaf belongs is passed on", sel: "id", answer: `{"id":{"a":[1]}}`, want: `{"__typename":"Product","id":{"a":[1]}}`,
		},
		{
			name: "a scalar where an object belongs", sel: "dims { width }", answer: `{"dims":5}`,
			spec: fetchSpec{input: "{dims { width }}"}, want: `{"__typename":"Product","dims":null}`,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			entity := tt.spec
			entity.sel, entity.at = `{ ... on Product { price } }`, "products.@"
			switch entity.typename {
			case "":
				entity.typename = "Product"
			case "-":
				entity.typename = ""
			}
			fetches := []fetchSpec{{sel: `{ products { ` + tt.sel + ` } }`}, entity}
			p := compile(t, shop, `{ products { price } }`, fetches)
			r := p.NewResult(nil)
			r.Requests(0, 0)
			a, err := p.Decode(0, []byte(`{"data":{"products":[`+tt.answer+`]}}`))
			if err != nil {
				t.Fatal(err)
			}
			r.Link(0, 0, a)
			got := ""
			for _, q := range r.Requests(1, 0) {
				got += string(q.Body)
			}
			want := ""
			if tt.want != "" {
				want = `{"query":"document 1","variables":{"representations":[` + tt.want + `]}}`
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("body (-want +got)\n%s", diff)
			}
		})
	}
}

func TestRequestBody(t *testing.T) {
	const query = `query Q($a: Int, $b: String = "d", $c: [Int]) { a(a: $a, b: $b, c: $c) }`
	op, errs := operation.Prepare(loadSchema(t, `type Query { a(a: Int, b: String, c: [Int]): Int }`), query, "", operation.DefaultLimits())
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	pl := &plan.Plan{Operation: op.Kind, Fetches: []*plan.Fetch{{
		Subgraph: "s", Name: "Q__s__0", Document: "query Q__s__0($a:Int){a(a:$a, b:\"<\n>\")}", Variables: []string{"c", "a", "b"},
		Selections: selections(t, `{ a }`),
	}}}
	p, err := Compile(op, op.Select(nil), pl)
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct{ variables, want string }{
		{`{}`, `{"b":"d"}`},
		{`{"a":null,"b":"\u0041\"","c":[1, 2]}`, `{"c":[1,2],"a":null,"b":"A\""}`},
		{`{"a":1}`, `{"a":1,"b":"d"}`},
	}
	for _, tt := range tests {
		vars, errs := op.Coerce([]byte(tt.variables))
		if len(errs) > 0 {
			t.Fatal(errs)
		}
		requests := p.NewResult(vars).Requests(0, 0)
		if len(requests) != 1 || requests[0].Entities != 0 {
			t.Fatalf("requests %v", requests)
		}
		want := `{"query":"query Q__s__0($a:Int){a(a:$a, b:\"<\n>\")}","operationName":"Q__s__0","variables":` + tt.want + `}`
		got := string(requests[0].Body)
		// How a string is escaped is the operation package's business.
		got = strings.ReplaceAll(got, `\u0041`, `A`)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("variables %s: body (-want +got)\n%s", tt.variables, diff)
		}
	}
}

// Many representations, most of them equal, keep their numbers when the table
// of them grows.
func TestInternManyRepresentations(t *testing.T) {
	const distinct, copies = 1000, 3
	var in, entities, want []string
	for c := range copies {
		for i := range distinct {
			in = append(in, fmt.Sprintf(`{"id":%d}`, (i*7+c)%distinct))
			want = append(want, fmt.Sprintf(`{"price":%d}`, (i*7+c)%distinct))
		}
	}
	for i := range distinct {
		entities = append(entities, fmt.Sprintf(`{"price":%d}`, i*7%distinct))
	}
	fetches := []fetchSpec{
		{sel: `{ products { id } }`, answer: `{"data":{"products":[` + strings.Join(in, ",") + `]}}`},
		{sel: `{ ... on Product { price } }`, at: "products.@", typename: "Product", answer: `{"data":{"_entities":[` + strings.Join(entities, ",") + `]}}`},
	}
	same(t, execute(t, compile(t, shop, `{ products { price } }`, fetches), fetches), `{"data":{"products":[`+strings.Join(want, ",")+`]}}`)
}
