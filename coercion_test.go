package weft_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
)

// inputsSDL has what argumentsSDL has not: inputs of one field, fields of every
// nullability with and without a default, and arguments of all of them.
const inputsSDL = federationSDL + `
scalar Any @join__type(graph: A)
enum Colour @join__type(graph: A) { RED @join__enumValue(graph: A) GREEN @join__enumValue(graph: A) }
input Choice @oneOf @join__type(graph: A) { id: ID name: String point: Deep }
input Deep @join__type(graph: A) {
  n: Int! = 1
  m: Int = 2
  need: String!
  ids: [ID!]! = ["a"]
  colour: Colour = RED
  any: Any
  deep: Deep
  many: [[Deep!]]
}
type Query @join__type(graph: A) @join__type(graph: B) {
  choice(x: Choice): Any @join__field(graph: A)
  choices(x: [Choice!]): Any @join__field(graph: A)
  deep(x: Deep): Any @join__field(graph: A)
  ids(x: [ID!]!): Any @join__field(graph: A)
  colours(x: [Colour!]): Any @join__field(graph: A)
  int(x: Int): Any @join__field(graph: A)
  float(x: Float): Any @join__field(graph: A)
  any(x: Any): Any @join__field(graph: A)
  anys(x: [Any]): Any @join__field(graph: A)
}
`

// TestCoercionOfInputs: what a subgraph receives for a variable, or that the
// request is refused with the code of variables.
//
// GraphQL specification, "Input Coercion" of each type, "OneOf Input Objects"
// and "Coercing Variable Values".
func TestCoercionOfInputs(t *testing.T) {
	const refused = "refused"
	var last atomic.Pointer[string]
	r := federate(t, inputsSDL, map[string]http.Handler{
		"b": answers(func(graphqlRequest) string { return `{"data":{}}` }),
		"a": answers(func(q graphqlRequest) string {
			x := argumentX(t, q)
			last.Store(&x)
			return `{"data":{}}`
		}),
	}, nil)
	for _, tt := range []struct{ field, typ, value, want string }{
		{"choice", "Choice", `{"id": "1"}`, `{"id":"1"}`},
		{"choice", "Choice", `{"id": 1}`, `{"id":"1"}`},
		{"choice", "Choice", `{"name": "n"}`, `{"name":"n"}`},
		{"choice", "Choice", `null`, `null`},
		{"choice", "Choice", `{}`, refused},
		{"choice", "Choice", `{"id": null}`, refused},
		{"choice", "Choice", `{"id": "1", "name": "n"}`, refused},
		{"choice", "Choice", `{"id": "1", "name": null}`, refused},
		{"choice", "Choice", `{"other": 1}`, refused},
		{"choice", "Choice", `{"point": {"need": "x"}}`, `{"point":{"need":"x","n":1,"m":2,"ids":["a"],"colour":"RED"}}`},
		{"choices", "[Choice!]", `{"id": "1"}`, `[{"id":"1"}]`},
		{"choices", "[Choice!]", `[{"id": "1"}, {"name": "n"}]`, `[{"id":"1"},{"name":"n"}]`},
		{"choices", "[Choice!]", `[{"id": "1"}, null]`, refused},

		{"deep", "Deep", `{"need": "x"}`, `{"need":"x","n":1,"m":2,"ids":["a"],"colour":"RED"}`},
		{"deep", "Deep", `{"need": "x", "n": 5, "m": null, "ids": 7, "colour": "GREEN", "any": {"a": [1.50]}}`, `{"need":"x","n":5,"m":null,"ids":["7"],"colour":"GREEN","any":{"a":[1.50]}}`},
		{"deep", "Deep", `{"need": "x", "n": null}`, refused},
		{"deep", "Deep", `{"need": "x", "ids": null}`, refused},
		{"deep", "Deep", `{"need": "x", "ids": [null]}`, refused},
		{"deep", "Deep", `{"need": "x", "ids": []}`, `{"need":"x","ids":[],"n":1,"m":2,"colour":"RED"}`},
		{"deep", "Deep", `{"need": null}`, refused},
		{"deep", "Deep", `{}`, refused},
		{"deep", "Deep", `{"need": "x", "NEED": "y"}`, refused},
		{"deep", "Deep", `{"need": "x", "need": "y"}`, refused},
		{"deep", "Deep", `{"need": "x", "colour": "BLUE"}`, refused},
		{"deep", "Deep", `{"need": "x", "deep": {"m": 1}}`, refused},
		{"deep", "Deep", `{"need": "x", "many": {"need": "y"}}`, `{"need":"x","many":[[{"need":"y","n":1,"m":2,"ids":["a"],"colour":"RED"}]],"n":1,"m":2,"ids":["a"],"colour":"RED"}`},
		{"deep", "Deep", `{"need": "x", "many": [null]}`, `{"need":"x","many":[null],"n":1,"m":2,"ids":["a"],"colour":"RED"}`},
		{"deep", "Deep", `{"need": "x", "many": [[null]]}`, refused},
		{"deep", "Deep", `"x"`, refused},

		{"ids", "[ID!]!", `"1"`, `["1"]`},
		{"ids", "[ID!]!", `[1, "2", 12345678901234567890123]`, `["1","2","12345678901234567890123"]`},
		{"ids", "[ID!]!", `[1.0]`, refused},
		{"ids", "[ID!]!", `[true]`, refused},
		{"ids", "[ID!]!", `null`, refused},
		{"colours", "[Colour!]", `"RED"`, `["RED"]`},
		{"colours", "[Colour!]", `["RED", 1]`, refused},

		{"int", "Int", `-2147483648`, `-2147483648`},
		{"int", "Int", `-2147483649`, refused},
		{"int", "Int", `1e3`, `1000`},
		{"int", "Int", `1e99`, refused},
		{"int", "Int", `-0`, `0`},
		{"float", "Float", `12345678901234567890.123456789`, `12345678901234567890.123456789`},
		{"float", "Float", `1e400`, refused},
		{"float", "Float", `true`, refused},
		{"any", "Any", `123456789012345678901234567890`, `123456789012345678901234567890`},
		{"any", "Any", `1e400`, `1e400`},
		{"any", "Any", `[{"a": null}, "x", 1.0]`, `[{"a": null}, "x", 1.0]`},
		{"anys", "[Any]", `{"a": 1}`, `[{"a": 1}]`},
		{"anys", "[Any]", `[[1]]`, `[[1]]`},
	} {
		last.Store(nil)
		_, body := post(t.Context(), r, graphqlRequest{
			Query:     "query ($x: " + tt.typ + ") { " + tt.field + "(x: $x) }",
			Variables: json.RawMessage(`{"x": ` + tt.value + `}`),
		})
		got := refused
		if x := last.Load(); x != nil {
			got = *x
		} else if !strings.Contains(body, `"VALIDATION_INVALID_TYPE_VARIABLE"`) {
			t.Errorf("%s %s: refused with %s", tt.typ, tt.value, body)
		}
		// Members may come in another order; numbers come digit for digit.
		same := got == tt.want || strings.Contains(tt.want, "{") && sameJSON(got, tt.want)
		if !same {
			t.Errorf("%s %s: the subgraph got %s, want %s; answer %s", tt.typ, tt.value, got, tt.want, body)
		}
	}
}
