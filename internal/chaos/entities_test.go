package chaos_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/weft-graphql/weft/config"
	"github.com/weft-graphql/weft/internal/chaos"
	"github.com/weft-graphql/weft/merge"
)

// An entityPosition is what of the answer at a position comes from entities.
type entityPosition struct {
	position
	values []string // by representation, as JSON
	places []string // of the entities, and
	fields []string // of their values: paths as JSON
	kind   string   // what a value has to be
	data   func(values []string) string
}

// entityPositions are all positions at which entities are asked for.
func entityPositions(t *testing.T) []entityPosition {
	t.Helper()
	at := func(name string) position {
		for _, p := range positions {
			if p.name == name {
				return p
			}
		}
		t.Fatalf("there is no position %q", name)
		return position{}
	}
	orNull := func(format string) func([]string) string {
		return func(values []string) string {
			for _, v := range values {
				if v == "null" {
					return `{"product":null}`
				}
			}
			return fill(format)(values)
		}
	}
	list := []entityPosition{
		{at("entity"), []string{"29.99"}, []string{`["product"]`}, []string{`["product","price"]`}, "a number",
			fill(`{"product":{"name":"Aurora Wireless Headphones","price":%s}}`)},
		{at("entities of a list"), []string{"29.99", "89", "44.5"},
			[]string{`["topProducts",0]`, `["topProducts",1]`, `["topProducts",2]`},
			[]string{`["topProducts",0,"price"]`, `["topProducts",1,"price"]`, `["topProducts",2,"price"]`}, "a number",
			fill(`{"topProducts":[{"name":"Aurora Wireless Headphones","price":%s},{"name":"Halo Desk Lamp","price":%s},{"name":"Hasami Pour-Over Set","price":%s}]}`)},
		{at("one of two siblings"), []string{"29.99"}, []string{`["product"]`}, []string{`["product","price"]`}, "a number",
			fill(`{"product":{"availability":"In Stock","price":%s}}`)},
		// The second wave: reviews come first, and then who wrote them.
		{at("nested entity"), []string{`"dario.bauer329@example.com"`, `"luca.fischer302@example.com"`},
			[]string{`["product","reviews","nodes",0,"author"]`, `["product","reviews","nodes",1,"author"]`},
			[]string{`["product","reviews","nodes",0,"author","email"]`, `["product","reviews","nodes",1,"author","email"]`}, "a string",
			orNull(`{"product":{"reviews":{"nodes":[{"rating":4,"author":{"email":%s}},{"rating":3,"author":{"email":%s}}]}}}`)},
		{at("entity that must not be null"), []string{`"USD"`}, []string{`["product"]`}, []string{`["product","currency"]`}, "a string",
			orNull(`{"product":{"name":"Aurora Wireless Headphones","currency":%s}}`)},
	}
	n := 0
	for _, p := range positions {
		if p.entities {
			n++
		}
	}
	if n != len(list) {
		t.Fatalf("%d positions have entities, %d are here", n, len(list))
	}
	return list
}

// fill puts values into a format.
func fill(format string) func([]string) string {
	return func(values []string) string {
		list := make([]any, len(values))
		for i, v := range values {
			list[i] = v
		}
		return fmt.Sprintf(format, list...)
	}
}

// want is what a fault of entities does to the answer.
func (p entityPosition) want(t *testing.T, f *chaos.Fault, mode config.OnError) answer {
	values := slices.Clone(p.values)
	last := len(values) - 1
	a := answer{Status: 200}
	failed := false // the fetch, which is what fail_fast looks at
	wrong := func() {
		failed = true
		a.Errors = []failure{{p.path, merge.CodeMalformed, p.subgraph, fmt.Sprintf("subgraph %q gave a wrong answer", p.subgraph), 0}}
	}
	all := func() {
		for i := range values {
			values[i] = "null"
		}
	}
	switch f.Name {
	case "null for the entities", "an object for the entities", "a string for the entities",
		"no entities", "an entity too few", "an entity too many":
		// Any of what is left may be of another entity.
		all()
		wrong()
	case "nulls for the entities":
		all() // they do not exist, which is no error
	case "null for an entity", "an entity without fields":
		values[last] = "null"
	case "a number for an entity", "a string for an entity", "a list for an entity":
		values[last] = "null"
		wrong()
	case "another order":
		slices.Reverse(values) // the order is all that says which is which
	case "fields of another kind":
		values[last] = "null"
		a.Errors = []failure{{p.fields[last], merge.CodeMalformed, p.subgraph,
			fmt.Sprintf("subgraph %q answered something else where %s belongs", p.subgraph, p.kind), 0}}
	case "fields nobody asked for":
	default:
		t.Errorf("nobody knows what comes of %q", f.Name)
	}
	a.Data = p.data(values)
	if failed && mode == config.FailFast {
		a.Data = "null"
	}
	return a
}

// TestChaosEntities puts every fault of entities at every position that has
// some, in both modes: the answer is exactly what it has to be, and afterwards
// everything is as before.
func TestChaosEntities(t *testing.T) {
	b := newBed(t)
	for _, mode := range modes {
		t.Run(string(mode), func(t *testing.T) {
			for _, p := range entityPositions(t) {
				want := func(f *chaos.Fault, _ position, mode config.OnError) answer { return p.want(t, f, mode) }
				b.strikeEverywhere(t, []position{p.position}, chaos.EntityFaults(), want, func(c *config.Config) { c.OnError = mode })
			}
		})
	}
}

// TestTrap11Entities: what a subgraph says about three products, whose prices it was
// asked for, and what of it reaches the client. A price is never moved to
// another product.
func TestTrap11Entities(t *testing.T) {
	const query = `{ topProducts(first: 3) { name price } }`
	wrong := []failure{{`["topProducts"]`, merge.CodeMalformed, "pricing", `subgraph "pricing" gave a wrong answer`, 0}}
	atSecond := []failure{{`["topProducts",1,"price"]`, merge.CodeMalformed, "pricing",
		`subgraph "pricing" answered something else where a number belongs`, 0}}
	reported := func(path string) []failure {
		return []failure{{path, merge.CodeDownstream, "pricing", "no price", 0}}
	}
	tests := []struct {
		name   string
		answer string // the subgraph's
		prices [3]string
		errors []failure
	}{
		{"as it should be", `{"data":{"_entities":[{"price":1},{"price":2},{"price":3}]}}`, [3]string{"1", "2", "3"}, nil},
		{"null for the list", `{"data":{"_entities":null}}`, [3]string{"null", "null", "null"}, wrong},
		{"an object for the list", `{"data":{"_entities":{"price":1}}}`, [3]string{"null", "null", "null"}, wrong},
		{"a string for the list", `{"data":{"_entities":"none"}}`, [3]string{"null", "null", "null"}, wrong},
		{"empty list", `{"data":{"_entities":[]}}`, [3]string{"null", "null", "null"}, wrong},
		{"one too few", `{"data":{"_entities":[{"price":1},{"price":2}]}}`, [3]string{"null", "null", "null"}, wrong},
		{"one too many", `{"data":{"_entities":[{"price":1},{"price":2},{"price":3},{"price":4}]}}`, [3]string{"null", "null", "null"}, wrong},
		// An entity that does not exist is null and no error.
		{"nulls", `{"data":{"_entities":[null,null,null]}}`, [3]string{"null", "null", "null"}, nil},
		{"a null", `{"data":{"_entities":[{"price":1},null,{"price":3}]}}`, [3]string{"1", "null", "3"}, nil},
		{"without the field", `{"data":{"_entities":[{"price":1},{},{"price":3}]}}`, [3]string{"1", "null", "3"}, nil},
		// The order is all that says which entity is which.
		{"permuted", `{"data":{"_entities":[{"price":3},{"price":2},{"price":1}]}}`, [3]string{"3", "2", "1"}, nil},
		{"a number for an entity", `{"data":{"_entities":[{"price":1},7,{"price":3}]}}`, [3]string{"1", "null", "3"}, wrong},
		{"a string for an entity", `{"data":{"_entities":[{"price":1},"x",{"price":3}]}}`, [3]string{"1", "null", "3"}, wrong},
		{"a list for an entity", `{"data":{"_entities":[{"price":1},[{"price":2}],{"price":3}]}}`, [3]string{"1", "null", "3"}, wrong},
		{"a string for a number", `{"data":{"_entities":[{"price":1},{"price":"2"},{"price":3}]}}`, [3]string{"1", "null", "3"}, atSecond},
		{"an object for a number", `{"data":{"_entities":[{"price":1},{"price":{"price":2}},{"price":3}]}}`, [3]string{"1", "null", "3"}, atSecond},
		{"a list for a number", `{"data":{"_entities":[{"price":1},{"price":[2]},{"price":3}]}}`, [3]string{"1", "null", "3"}, atSecond},
		{"a truth for a number", `{"data":{"_entities":[{"price":1},{"price":true},{"price":3}]}}`, [3]string{"1", "null", "3"}, atSecond},
		{"digits as they came", `{"data":{"_entities":[{"price":1e400},{"price":9007199254740993},{"price":1.10}]}}`,
			[3]string{"1e400", "9007199254740993", "1.10"}, nil},
		{"a field twice", `{"data":{"_entities":[{"price":1},{"price":1,"price":2},{"price":3}]}}`, [3]string{"1", "2", "3"}, nil},
		{"more than was asked for", `{"data":{"_entities":[{"price":1,"name":"Poison","__typename":"User","id":"9"},{"__proto__":{"price":7},"price":2},{"Price":7,"price":3}]}}`,
			[3]string{"1", "2", "3"}, nil},
		{"an error at an entity's field", `{"data":{"_entities":[{"price":1},{"price":null},{"price":3}]},"errors":[{"message":"no price","path":["_entities",1,"price"]}]}`,
			[3]string{"1", "null", "3"}, reported(`["topProducts",1,"price"]`)},
		{"an error at an entity", `{"data":{"_entities":[{"price":1},null,{"price":3}]},"errors":[{"message":"no price","path":["_entities",1]}]}`,
			[3]string{"1", "null", "3"}, reported(`["topProducts",1]`)},
		{"an error at the list", `{"data":{"_entities":[{"price":1},null,{"price":3}]},"errors":[{"message":"no price","path":["_entities"]}]}`,
			[3]string{"1", "null", "3"}, reported(`["topProducts"]`)},
		{"an error at no entity", `{"data":{"_entities":[{"price":1},null,{"price":3}]},"errors":[{"message":"no price","path":["_entities",99,"price"]}]}`,
			[3]string{"1", "null", "3"}, reported(`["topProducts"]`)},
		{"an error at a field nobody asked for", `{"data":{"_entities":[{"price":1},null,{"price":3}]},"errors":[{"message":"no price","path":["_entities",1,"margin"]}]}`,
			[3]string{"1", "null", "3"}, reported(`["topProducts",1]`)},
		{"an error at no path", `{"data":{"_entities":[{"price":1},null,{"price":3}]},"errors":[{"message":"no price","path":["elsewhere",{"a":1}]}]}`,
			[3]string{"1", "null", "3"}, reported(`["topProducts"]`)},
	}
	b := newBed(t)
	for _, mode := range modes {
		t.Run(string(mode), func(t *testing.T) {
			r := b.router(t, func(c *config.Config) { c.OnError = mode })
			defer r.Close()
			for _, tt := range tests {
				t.Run(tt.name, func(t *testing.T) {
					b.servers["pricing"].Set(chaos.Spoil(tt.name, func([]byte) []byte { return []byte(tt.answer) }))
					response, body := ask(t.Context(), r, query)
					want := answer{Status: 200, Errors: tt.errors, Data: fmt.Sprintf(
						`{"topProducts":[{"name":"Aurora Wireless Headphones","price":%s},{"name":"Halo Desk Lamp","price":%s},{"name":"Hasami Pour-Over Set","price":%s}]}`,
						tt.prices[0], tt.prices[1], tt.prices[2])}
					// What is only wrong with a value does not make the fetch
					// a failed one.
					if mode == config.FailFast && len(tt.errors) > 0 && cmp.Diff(atSecond, tt.errors) != "" {
						want.Data = "null"
					}
					if diff := cmp.Diff(want, decode(t, response, body)); diff != "" {
						t.Errorf("answer (-want +got):\n%s", diff)
					}
				})
			}
		})
	}
}

// TestTrap11Keys: what a subgraph says about the objects that others are to add to.
func TestTrap11Keys(t *testing.T) {
	tests := []struct {
		name   string
		answer string // the first subgraph's
		want   answer
		asked  int64 // requests to the second
	}{
		{"as it should be", `{"data":{"topProducts":[{"__typename":"Product","id":"1","name":"A"}]}}`,
			answer{Status: 200, Data: `{"topProducts":[{"name":"A","price":29.99}]}`}, 1},
		{"a number for the key", `{"data":{"topProducts":[{"__typename":"Product","id":1,"name":"A"}]}}`,
			answer{Status: 200, Data: `{"topProducts":[{"name":"A","price":29.99}]}`}, 1},
		{"the same twice", `{"data":{"topProducts":[{"__typename":"Product","id":"1","name":"A"},{"__typename":"Product","id":"1","name":"B"}]}}`,
			answer{Status: 200, Data: `{"topProducts":[{"name":"A","price":29.99},{"name":"B","price":29.99}]}`}, 1},
		{"null for the key", `{"data":{"topProducts":[{"__typename":"Product","id":null,"name":"A"}]}}`,
			answer{Status: 200, Data: `{"topProducts":[{"name":"A","price":null}]}`}, 0},
		{"no key", `{"data":{"topProducts":[{"__typename":"Product","name":"A"}]}}`,
			answer{Status: 200, Data: `{"topProducts":[{"name":"A","price":null}]}`}, 0},
		{"empty list", `{"data":{"topProducts":[]}}`, answer{Status: 200, Data: `{"topProducts":[]}`}, 0},
		// That nothing of it will show is known when the response is written.
		{"null where none may be", `{"data":{"topProducts":[{"__typename":"Product","id":"1","name":"A"},null]}}`,
			answer{Status: 200, Data: `null`}, 1},
		{"an object for the list", `{"data":{"topProducts":{}}}`,
			answer{Status: 200, Data: `null`, Errors: []failure{{`["topProducts"]`, merge.CodeMalformed, "catalogue",
				`subgraph "catalogue" answered something else where a list belongs`, 0}}}, 0},
		{"a list in the list", `{"data":{"topProducts":[[{"__typename":"Product","id":"1","name":"A"}]]}}`,
			answer{Status: 200, Data: `null`, Errors: []failure{{`["topProducts",0]`, merge.CodeMalformed, "catalogue",
				`subgraph "catalogue" answered something else where an object belongs`, 0}}}, 1},
	}
	b := newBed(t)
	r := b.router(t, nil)
	defer r.Close()
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b.servers["catalogue"].Set(chaos.Spoil(tt.name, func([]byte) []byte { return []byte(tt.answer) }))
			before := b.servers["pricing"].Requests()
			response, body := ask(t.Context(), r, `{ topProducts(first: 3) { name price } }`)
			if diff := cmp.Diff(tt.want, decode(t, response, body)); diff != "" {
				t.Errorf("answer (-want +got):\n%s", diff)
			}
			if asked := b.servers["pricing"].Requests() - before; asked != tt.asked {
				t.Errorf("pricing was asked %d times, want %d", asked, tt.asked)
			}
		})
	}
}
