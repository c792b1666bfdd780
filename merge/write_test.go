package merge

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Nulls rise to the nearest place that can be null and no further.
func TestNullPropagation(t *testing.T) {
	tests := []struct {
		name   string
		types  string // of the fields along a.b.c, where c is a leaf and b may be a list
		answer string
		want   string
	}{
		{"all nullable", "A B Int", `{"a":{"b":{"c":null}}}`, `{"a":{"b":{"c":null}}}`},
		{"absent is null", "A B Int", `{"a":{"b":{}}}`, `{"a":{"b":{"c":null}}}`},
		{"leaf", "A B Int!", `{"a":{"b":{"c":null}}}`, `{"a":{"b":null}}`},
		{"absent leaf", "A B Int!", `{"a":{"b":{}}}`, `{"a":{"b":null}}`},
		{"a wrong value is a null", "A B Int!", `{"a":{"b":{"c":"x"}}}`, `{"a":{"b":null}}`},
		{"leaf and parent", "A B! Int!", `{"a":{"b":{"c":null}}}`, `{"a":null}`},
		{"all the way", "A! B! Int!", `{"a":{"b":{"c":null}}}`, `null`},
		{"only the parent", "A B! Int", `{"a":{"b":null}}`, `{"a":null}`},
		{"nothing at all", "A B! Int", `null`, `{"a":null}`},
		{"nothing at all, non-null", "A! B Int", `null`, `null`},
		{"a nullable null stops it", "A! B Int!", `{"a":{"b":{"c":null}}}`, `{"a":{"b":null}}`},

		{"list, element", "A [B] Int!", `{"a":{"b":[{"c":1},{"c":null},{"c":3}]}}`, `{"a":{"b":[{"c":1},null,{"c":3}]}}`},
		{"list of non-null", "A [B!] Int!", `{"a":{"b":[{"c":1},{"c":null},{"c":3}]}}`, `{"a":{"b":null}}`},
		{"list of non-null with a null", "A [B!] Int", `{"a":{"b":[{"c":1},null]}}`, `{"a":{"b":null}}`},
		{"list with a null", "A [B]! Int!", `{"a":{"b":[null,{"c":1}]}}`, `{"a":{"b":[null,{"c":1}]}}`},
		{"non-null list of non-null", "A [B!]! Int!", `{"a":{"b":[{"c":1},{}]}}`, `{"a":null}`},
		{"non-null list that is null", "A [B]! Int", `{"a":{"b":null}}`, `{"a":null}`},
		{"empty list", "A [B!]! Int!", `{"a":{"b":[]}}`, `{"a":{"b":[]}}`},
		{"lists in lists", "A [[B!]] Int!", `{"a":{"b":[[{"c":1}],[{"c":null}],null]}}`, `{"a":{"b":[[{"c":1}],null,null]}}`},
		{"lists in non-null lists", "A [[B]!] Int!", `{"a":{"b":[[{"c":null}],null]}}`, `{"a":{"b":null}}`},
		{"a list where an object belongs", "A B Int", `{"a":{"b":[{"c":1}]}}`, `{"a":{"b":null}}`},
		{"an object where a list belongs", "A [B] Int", `{"a":{"b":{"c":1}}}`, `{"a":{"b":null}}`},

		{"leaf list", "A B [Int!]", `{"a":{"b":{"c":[1,null]}}}`, `{"a":{"b":{"c":null}}}`},
		{"leaf list of nullable", "A B [Int]!", `{"a":{"b":{"c":[1,null,"x"]}}}`, `{"a":{"b":{"c":[1,null,null]}}}`},
		{"non-null leaf list of non-null", "A B [Int!]!", `{"a":{"b":{"c":[1,null]}}}`, `{"a":{"b":null}}`},
		{"leaf lists in leaf lists", "A B [[Int!]]!", `{"a":{"b":{"c":[[1],[null],null,[]]}}}`, `{"a":{"b":{"c":[[1],null,null,[]]}}}`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			parts := strings.Fields(tt.types)
			sdl := fmt.Sprintf("type Query { a: %s } type A { b: %s } type B { c: %s }", parts[0], parts[1], parts[2])
			p := compile(t, sdl, `{ a { b { c } } }`, []fetchSpec{{sel: `{ a { b { c } } }`}})
			got, err := read(t, p, `{"data":`+tt.answer+`,"errors":[{"message":"m","path":["a"]}]}`)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("data (-want +got)\n%s", diff)
			}
		})
	}
}

func TestCompletions(t *testing.T) {
	const sdl = "type Query { a: A x: Int } type A { b: B! bs: [B!] n: Int } type B { c: Int! d: Int }"
	tests := []struct {
		name   string
		query  string
		answer string
		want   []Completion
		errors int
	}{
		{
			name:   "a null that nobody explains",
			query:  `{ a { b { c } } }`,
			answer: `{"data":{"a":{"b":{"c":null}}}}`,
			want:   []Completion{{"Cannot return null for non-nullable field B.c", astPath([]pathStep{{name: "a"}, {name: "b"}, {name: "c"}})}},
		},
		{
			name:   "in a list, under an alias",
			query:  `{ a { bs { e: c } } }`,
			answer: `{"data":{"a":{"bs":[{"e":1},null]}}}`,
			want:   []Completion{{"Cannot return null for non-nullable list element", astPath([]pathStep{{name: "a"}, {name: "bs"}, {index: 1}})}},
		},
		{name: "nullable", query: `{ a { n } x }`, answer: `{"data":{"a":{"n":null}}}`},
		{name: "an error at the place", query: `{ a { b { c } } }`, answer: `{"data":{"a":{"b":{"c":null}}},"errors":[{"message":"m","path":["a","b","c"]}]}`, errors: 1},
		{name: "an error above", query: `{ a { b { c } } }`, answer: `{"data":{"a":{"b":null}},"errors":[{"message":"m","path":["a"]}]}`, errors: 1},
		{name: "an error below", query: `{ a { b { c } } }`, answer: `{"data":{"a":{"b":null}},"errors":[{"message":"m","path":["a","b","c"]}]}`, errors: 1},
		{
			name:   "an error beside",
			query:  `{ a { n b { c } } }`,
			answer: `{"data":{"a":{"b":{"c":null}}},"errors":[{"message":"m","path":["a","n"]}]}`,
			want:   []Completion{{"Cannot return null for non-nullable field B.c", astPath([]pathStep{{name: "a"}, {name: "b"}, {name: "c"}})}},
			errors: 1,
		},
		{name: "a wrong value is an error by itself", query: `{ a { b { c } } }`, answer: `{"data":{"a":{"b":{"c":"no"}}}}`, errors: 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := compile(t, sdl, tt.query, []fetchSpec{{sel: tt.query}})
			a, err := p.Decode(0, []byte(tt.answer))
			if err != nil {
				t.Fatal(err)
			}
			r := p.NewResult(nil)
			r.Requests(0, 0)
			r.Link(0, 0, a)
			r.Write(nil, nil)
			if diff := cmp.Diff(tt.want, r.Completions()); diff != "" {
				t.Errorf("completions (-want +got)\n%s", diff)
			}
			if len(r.Errors()) != tt.errors {
				t.Errorf("errors %v, want %d", r.Errors(), tt.errors)
			}
		})
	}
}

func TestCompletionsAreBounded(t *testing.T) {
	p := compile(t, "type Query { a: [A] } type A { b: Int! }", `{ a { b } }`, []fetchSpec{{sel: `{ a { b } }`}})
	a, err := p.Decode(0, []byte(`{"data":{"a":[`+strings.Repeat(`{},`, 999)+`{}]}}`))
	if err != nil {
		t.Fatal(err)
	}
	r := p.NewResult(nil)
	r.Requests(0, 0)
	r.Link(0, 0, a)
	if got := string(r.Write(nil, nil)); got != `{"a":[`+strings.Repeat(`null,`, 999)+`null]}` {
		t.Errorf("data %.100s", got)
	}
	if len(r.Completions()) != MaxCompletions {
		t.Errorf("%d completions", len(r.Completions()))
	}
}

// The same response name means different things on different types: their
// sub-selections are neither mixed nor lost.
func TestFieldsByType(t *testing.T) {
	const sdl = `
type Query { all: [Any] things: [Thing] }
interface Thing { name: String kid: Thing! }
union Any = A | B | C
type A implements Thing { name: String kid: Thing! one: Int a: Sub }
type B implements Thing { name: String kid: A! two: Int a: Sub }
type C { three: Int a: Other }
type Sub { x: Int y: Int }
type Other { x: Int z: Int }
`
	tests := []struct {
		name, query, sel, answer, want string
	}{
		{
			name:   "sub-selections by type",
			query:  `{ all { ... on A { a { x } } ... on B { a { y } } ... on C { a { x z } } } }`,
			sel:    `{ all { __typename ... on A { a { x } } ... on B { a { y } } ... on C { a { x z } } } }`,
			answer: `{"all":[{"__typename":"C","a":{"x":1,"y":2,"z":3}},{"__typename":"A","a":{"x":1,"y":2}},{"__typename":"B","a":{"x":1,"y":2}}]}`,
			want:   `{"all":[{"a":{"x":1,"z":3}},{"a":{"x":1}},{"a":{"y":2}}]}`,
		},
		{
			name:   "sub-selections of an interface and its types are joined",
			query:  `{ things { kid { name } ... on B { two kid { one } } name } }`,
			sel:    `{ things { __typename kid { __typename name } ... on B { two kid { one } } name } }`,
			answer: `{"things":[{"__typename":"A","kid":{"__typename":"B","name":"k"},"name":"n"},{"__typename":"B","kid":{"__typename":"A","name":"k","one":1},"two":2,"name":"m"}]}`,
			want:   `{"things":[{"kid":{"name":"k"},"name":"n"},{"kid":{"name":"k","one":1},"two":2,"name":"m"}]}`,
		},
		{
			name:   "aliases of __typename",
			query:  `{ all { t: __typename ... on A { u: __typename one } } }`,
			sel:    `{ all { __typename ... on A { one } } }`,
			answer: `{"all":[{"__typename":"A","one":1},{"__typename":"C"}]}`,
			want:   `{"all":[{"t":"A","u":"A","one":1},{"t":"C"}]}`,
		},
		{
			name:   "types clients do not know, and no type at all",
			query:  `{ things { name } }`,
			sel:    `{ things { __typename name } }`,
			answer: `{"things":[{"__typename":"Hidden","name":"n"},{"__typename":"C","name":"c"},{"__typename":"Thing","name":"i"},{"name":"x"},{"__typename":7,"name":"y"},{"__typename":"A","name":"a"}]}`,
			want:   `{"things":[null,null,null,null,null,{"name":"a"}]}`,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := compile(t, sdl, tt.query, []fetchSpec{{sel: tt.sel}})
			got, err := read(t, p, `{"data":`+tt.answer+`}`)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("data (-want +got)\n%s", diff)
			}
		})
	}
}

// A hidden type's name is not revealed anywhere in the response.
func TestHiddenTypeIsNotNamed(t *testing.T) {
	const sdl = `type Query { thing: Thing! } interface Thing { name: String } type A implements Thing { name: String }`
	p := compile(t, sdl, `{ thing { __typename name } }`, []fetchSpec{{sel: `{ thing { __typename name } }`}})
	a, err := p.Decode(0, []byte(`{"data":{"thing":{"__typename":"TopSecret","name":"x"}}}`))
	if err != nil {
		t.Fatal(err)
	}
	r := p.NewResult(nil)
	r.Requests(0, 0)
	r.Link(0, 0, a)
	same(t, response(t, r), `{"data":null,"completions":[{"message":"Cannot return null for non-nullable field Query.thing","path":["thing"]}]}`)
}

// What an object is when the selection at its place differs by the type of its
// parent, down to whether the type name is asked for.
func TestTypesByParent(t *testing.T) {
	const sdl = `
type Query { entries: [Entry] }
union Entry = Letter | Photo | Stamp
type Letter { holder: Box }
type Photo { holder: Frame }
type Stamp { holder: Album }
type Box { id: ID code: Int }
type Frame { id: ID code: Int }
type Album { id: ID code: Int }
`
	const query = `{ entries { ... on Letter { holder { __typename code } } ... on Photo { holder { __typename code } } ... on Stamp { holder { code } } } }`
	fetches := []fetchSpec{
		{sel: `{ entries { __typename ... on Letter { holder { id } } ... on Photo { holder { id __typename } } ... on Stamp { holder { id } } } }`,
			answer: `{"data":{"entries":[{"__typename":"Letter","holder":{"id":1}},{"__typename":"Photo","holder":{"id":2,"__typename":"Frame"}},{"__typename":"Stamp","holder":{"id":3}}]}}`},
		{sel: `{ ... on Box { code } ... on Frame { code } }`, at: "entries.@.holder[Box|Frame]",
			want:   `{"representations":[{"__typename":"Box","id":1},{"__typename":"Frame","id":2}]}`,
			answer: `{"data":{"_entities":[{"code":10},{"code":20}]}}`},
	}
	same(t, execute(t, compile(t, sdl, query, fetches), fetches),
		`{"data":{"entries":[{"holder":{"__typename":"Box","code":10}},{"holder":{"__typename":"Frame","code":20}},{"holder":{"code":null}}]}}`)
}

// A filler is not the runtime type, even where it is answered as one.
func TestFiller(t *testing.T) {
	const sdl = `type Query { thing: Thing } interface Thing { id: ID name: String } type A implements Thing { id: ID name: String }`
	fetches := []fetchSpec{
		{sel: `{ thing { __typename @as(n: "") ... on Thing { id } } }`, answer: `{"data":{"thing":{"__typename":"Thing","id":1}}}`},
		{sel: `{ ... on Thing { name } }`, at: "thing", typename: "Thing", answer: `{"data":{"_entities":[{"name":"n"}]},"errors":[{"message":"m","path":["_entities",0,"__typename"]}]}`},
	}
	same(t, execute(t, compile(t, sdl, `{ thing { id name } }`, fetches), fetches),
		`{"data":{"thing":{"id":1,"name":"n"}},"errors":[{"message":"m","path":["thing"],"extensions":{"code":"DOWNSTREAM_SERVICE_ERROR","service":"s1"}}]}`)
	both := []fetchSpec{{sel: `{ thing { __typename @as(n: "") ... on A { __typename name } } }`, answer: `{"data":{"thing":{"__typename":"A","name":"n"}}}`}}
	same(t, execute(t, compile(t, sdl, `{ thing { __typename name } }`, both), both), `{"data":{"thing":{"__typename":"A","name":"n"}}}`)
}

// Where conditions leave nothing of a selection, objects are empty, whatever
// their type.
func TestEmptySelection(t *testing.T) {
	const sdl = `type Query { thing: Thing a: A } interface Thing { n: Int } type A implements Thing { n: Int }`
	p := compile(t, sdl, `{ thing { n @skip(if: true) } a { n @include(if: false) } }`, []fetchSpec{{sel: `{ thing { __typename } a { __typename } }`}})
	for answer, want := range map[string]string{
		`{"thing":{"__typename":"Hidden"},"a":{"__typename":"A"}}`: `{"thing":{},"a":{}}`,
		`{"thing":{},"a":{}}`:     `{"thing":{},"a":{}}`,
		`{"thing":null,"a":null}`: `{"thing":null,"a":null}`,
	} {
		got, err := read(t, p, `{"data":`+answer+`}`)
		if err != nil {
			t.Fatal(err)
		}
		if got != want {
			t.Errorf("answer %s: data %s, want %s", answer, got, want)
		}
	}
}

// Where a type name belongs but none is, the subgraph that was asked for it is
// to blame; not one that was not asked.
func TestNamelessObjects(t *testing.T) {
	const sdl = `type Query { things: [Thing] } interface Thing { id: ID name: String } type A implements Thing { id: ID name: String }`
	tests := []struct {
		name    string
		fetches []fetchSpec
		want    string
	}{
		{
			name:    "asked",
			fetches: []fetchSpec{{sel: `{ things { __typename name } }`, answer: `{"data":{"things":[{"name":"x"},{"__typename":"A","name":"y"}]}}`}},
			want:    `{"data":{"things":[null,{"name":"y"}]},"errors":[{"message":"subgraph \"s0\" answered an object without a type name","path":["things",0],"extensions":{"code":"SUBREQUEST_MALFORMED_RESPONSE","service":"s0"}}]}`,
		},
		{
			name: "another was asked, and does not know the object",
			fetches: []fetchSpec{
				{sel: `{ things { id name } }`, answer: `{"data":{"things":[{"id":1,"name":"x"},{"id":2,"name":"y"}]}}`},
				{sel: `{ ... on Thing { __typename } }`, at: "things.@", typename: "Thing", answer: `{"data":{"_entities":[null,{"__typename":"A"}]}}`},
			},
			want: `{"data":{"things":[null,{"name":"y"}]}}`,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			same(t, execute(t, compile(t, sdl, `{ things { name } }`, tt.fetches), tt.fetches), tt.want)
		})
	}
}

// Implementations may promise more than their interface.
func TestNonNullByRuntimeType(t *testing.T) {
	const sdl = `type Query { things: [Thing] } interface Thing { n: Int } type A implements Thing { n: Int! } type B implements Thing { n: Int }`
	p := compile(t, sdl, `{ things { n } }`, []fetchSpec{{sel: `{ things { __typename n } }`}})
	got, err := read(t, p, `{"data":{"things":[{"__typename":"A","n":null},{"__typename":"B","n":null},{"__typename":"A","n":1}]}}`)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(`{"things":[null,{"n":null},{"n":1}]}`, got); diff != "" {
		t.Errorf("data (-want +got)\n%s", diff)
	}
}

// FuzzMerge joins two answers and compares with a reference that works on maps.
func FuzzMerge(f *testing.F) {
	const sdl = `type Query { ps: [P] one: P } type P { id: ID n: Int! k: P l: [Int!] }`
	specs := []fetchSpec{
		{sel: `{ ps { id k { id } } one { id } }`},
		{sel: `{ ... on P { n l k { n } } }`, at: "ps.@ ps.@.k one", typename: "P", input: "{id @nonNull}"},
	}
	p := compile(f, sdl, `{ ps { id n k { id n l } } one { n l k { n } } }`, specs)
	f.Add([]byte(`{"data":{"ps":[{"id":1,"k":{"id":2}},{"id":"1","k":null},null,{"id":1}],"one":{"id":2}}}`),
		[]byte(`{"data":{"_entities":[{"n":1,"k":{"n":5}},{"n":2,"l":[1,2]},{"n":3,"l":[null],"k":{}}]}}`))
	f.Add([]byte(`{"data":{"ps":[],"one":{"id":null}}}`), []byte(`{"data":{"_entities":[]}}`))
	f.Add([]byte(`{"data":{"ps":{"id":1},"one":[{"id":2}]}}`), []byte(`{"data":{"_entities":[1,[],{"n":"x"}]}}`))
	f.Fuzz(func(t *testing.T, first, second []byte) {
		a, err := p.Decode(0, first)
		if err != nil {
			return
		}
		b, err := p.Decode(1, second)
		if err != nil {
			return
		}
		r := p.NewResult(nil)
		r.Requests(0, 0)
		r.Link(0, 0, a)
		if len(r.Requests(1, 0)) > 0 {
			r.Link(1, 0, b)
		}
		out := response(t, r)
		var got struct{ Data any }
		if err := unmarshal([]byte(out), &got); err != nil {
			t.Fatal(err)
		}
		want := mergeReference(first, second)
		if diff := cmp.Diff(want, got.Data); diff != "" {
			t.Errorf("data (-reference +ours)\n%s", diff)
		}
	})
}

// mergeReference does by hand what FuzzMerge does.
func mergeReference(first, second []byte) any {
	clean := func(b []byte) []byte {
		return []byte(strings.TrimPrefix(strings.ToValidUTF8(string(b), "\uFFFD"), "\uFEFF"))
	}
	type raw = map[string]json.RawMessage
	object := func(m json.RawMessage) raw {
		var out raw
		if json.Unmarshal(m, &out) != nil {
			return nil
		}
		return out
	}
	elements := func(m json.RawMessage) []json.RawMessage {
		var out []json.RawMessage
		if json.Unmarshal(m, &out) != nil {
			return nil
		}
		return out
	}
	var answers [2]raw
	for i, b := range [][]byte{clean(first), clean(second)} {
		var members raw
		if json.Unmarshal(b, &members) == nil {
			answers[i] = object(members["data"])
		}
	}
	entities := elements(answers[1]["_entities"])
	numbers := map[string]int{}
	// link returns the entity for an object.
	link := func(o raw) raw {
		id := string(o["id"])
		if o == nil || id == "" || id == "null" {
			return nil
		}
		n, ok := numbers[id]
		if !ok {
			n = len(numbers)
			numbers[id] = n
		}
		if n < len(entities) {
			return object(entities[n])
		}
		return nil
	}
	type frame struct{ base, entity raw }
	// Representations are numbered path by path.
	root := answers[0]
	ps := elements(root["ps"])
	frames := make([]frame, len(ps))
	kids := make([]frame, len(ps))
	oneBase := object(root["one"])
	var one frame
	linkAll := func() {
		for i, e := range ps {
			o := object(e)
			frames[i] = frame{o, link(o)}
		}
		for i := range ps {
			o := object(frames[i].base["k"])
			kids[i] = frame{o, link(o)}
		}
		one = frame{oneBase, link(oneBase)}
	}
	linkAll()
	if len(entities) != len(numbers) {
		entities = nil
		linkAll()
	}

	value := func(m json.RawMessage) any {
		var v any
		if len(m) == 0 || unmarshal(m, &v) != nil {
			return nil
		}
		return v
	}
	id := func(f frame) any {
		switch v := value(f.base["id"]).(type) {
		case string:
			return v
		case json.Number:
			if !strings.ContainsAny(string(v), ".eE") {
				return v
			}
		}
		return nil
	}
	integer := func(m json.RawMessage) any {
		n, ok := value(m).(json.Number)
		if _, err := n.Int64(); !ok || err != nil || !intScalar.accepts([]byte(n)) {
			return nil
		}
		return n
	}
	integers := func(m json.RawMessage) any {
		items, ok := value(m).([]any)
		if !ok {
			return nil
		}
		for _, e := range elements(m) {
			if integer(e) == nil {
				return nil
			}
		}
		return items
	}
	// plain is an object of the second answer below an entity.
	plain := func(m json.RawMessage) any {
		n := integer(object(m)["n"])
		if n == nil {
			return nil
		}
		return map[string]any{"n": n}
	}
	list := any(nil)
	if ps != nil {
		items := make([]any, len(ps))
		for i, f := range frames {
			n := integer(f.entity["n"])
			if f.base == nil || n == nil {
				continue
			}
			// k is from the first answer and from the entity; what is linked
			// to it comes last in the plan, but the entity's own k.n is of
			// the same fetch and before it.
			var kid any
			entityKid := object(f.entity["k"])
			if kids[i].base != nil || entityKid != nil {
				kn := integer(entityKid["n"])
				if isNullish(entityKid["n"]) {
					kn = integer(kids[i].entity["n"])
				}
				if kn != nil {
					kid = map[string]any{"id": id(kids[i]), "n": kn, "l": integers(kids[i].entity["l"])}
				}
			}
			items[i] = map[string]any{"id": id(f), "n": n, "k": kid}
		}
		list = items
	}
	var oneOut any
	if n := integer(one.entity["n"]); one.base != nil && n != nil {
		oneOut = map[string]any{"n": n, "l": integers(one.entity["l"]), "k": plain(one.entity["k"])}
	}
	return map[string]any{"ps": list, "one": oneOut}
}

func isNullish(m json.RawMessage) bool { return len(m) == 0 || string(m) == "null" }
