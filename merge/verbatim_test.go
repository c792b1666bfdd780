package merge

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const (
	shelves = `
type Query { shelf: Shelf shelves: [[Shelf!]!] }
type Shelf { name: String! items: [Item!] top: Item tags: [[String!]] }
type Item { id: ID! n: Int f: Float on: Boolean kind: Kind! kinds: [Kind] }
enum Kind { NEW OLD }
`
	shelvesQuery = `{ shelf { name items { id kind } top { __typename n f on kinds } tags } shelves { name items { id } } }`
)

func shelvesProgram(t testing.TB) *Program {
	return compile(t, shelves, shelvesQuery, []fetchSpec{{sel: shelvesQuery}})
}

// spans counts the values of an answer's root that are ranges of its text.
func spans(p *Program, a *Answer) int {
	n := 0
	for i := range p.fetches[0].shape.entries {
		s := a.at(a.root, int32(i))
		if s.kind() == leafValue {
			n++
		}
		if s.kind() == listValue {
			for _, item := range a.part.items(s) {
				if item.kind() == leafValue {
					n++
				}
			}
		}
	}
	return n
}

func TestVerbatim(t *testing.T) {
	p := shelvesProgram(t)
	top := `"top":{"__typename":"Item","n":1,"f":-1.5e3,"on":true,"kinds":["NEW",null]}`
	shelf := func(members string) string { return `{"shelf":{` + members + `},"shelves":null}` }
	tests := []struct {
		name string
		data string
		want int // values that are copied as they are
	}{
		{"as asked", shelf(`"name":"a","items":[{"id":1,"kind":"OLD"},{"id":"x\n","kind":"NEW"}],` + top + `,"tags":[["x"],[],null]`), 1},
		{"nulls where they can be", shelf(`"name":"a","items":null,"top":null,"tags":null`), 1},
		{"lists of lists", `{"shelf":null,"shelves":[[{"name":"a","items":[]}],[],[{"name":"b","items":[{"id":1}]},{"name":"c","items":null}]]}`, 2},
		{"a space", shelf(`"name": "a","items":null,"top":null,"tags":null`), 0},
		{"a space at the end", shelf(`"name":"a","items":null,"top":null,"tags":null `), 0},
		{"a space in a list", shelf(`"name":"a","items":null,"top":null,"tags":[["x"] ]`), 0},
		{"another order", shelf(`"items":null,"name":"a","top":null,"tags":null`), 0},
		{"a name too many", shelf(`"name":"a","items":null,"top":null,"tags":null,"x":1`), 0},
		{"a name twice", shelf(`"name":"a","items":null,"top":null,"tags":null,"tags":[]`), 0},
		{"a name missing", shelf(`"name":"a","items":null,"top":null`), 0},
		{"an empty object", shelf(``), 0},
		{"null where it cannot be", shelf(`"name":null,"items":null,"top":null,"tags":null`), 0},
		{"null in a list where it cannot be", shelf(`"name":"a","items":null,"top":null,"tags":[[null]]`), 0},
		{"null for an object in a list where it cannot be", shelf(`"name":"a","items":[null],"top":null,"tags":null`), 0},
		{"another kind", shelf(`"name":5,"items":null,"top":null,"tags":null`), 0},
		{"another kind below", shelf(`"name":"a","items":[{"id":1,"kind":7}],"top":null,"tags":null`), 0},
		{"a list for a leaf", shelf(`"name":["a"],"items":null,"top":null,"tags":null`), 0},
		{"an object for a list", shelf(`"name":"a","items":{"id":1,"kind":"NEW"},"top":null,"tags":null`), 0},
		{"a list for an object", shelf(`"name":"a","items":null,"top":[{}],"tags":null`), 0},
		{"an unknown enum value", shelf(`"name":"a","items":null,"top":{"__typename":"Item","n":1,"f":1,"on":true,"kinds":["MINT"]},"tags":null`), 0},
		{"another type", shelf(`"name":"a","items":null,"top":{"__typename":"Shelf","n":1,"f":1,"on":true,"kinds":null},"tags":null`), 0},
		{"too large for Int", shelf(`"name":"a","items":null,"top":{"__typename":"Item","n":3000000000,"f":1,"on":true,"kinds":null},"tags":null`), 0},
		{"a list of objects for an object", `{"shelf":[{"name":"a","items":null,"top":null,"tags":null}],"shelves":null}`, 0},
		{"objects a list too few down", `{"shelf":null,"shelves":[{"name":"a","items":[]}]}`, 0},
		{"objects a list too many down", `{"shelf":null,"shelves":[[[{"name":"a","items":[]}]]]}`, 0},
		{"an object for a list of lists", `{"shelf":null,"shelves":{"name":"a","items":[]}}`, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			body := `{"data":` + tt.data + `}`
			a, err := p.Decode(0, []byte(body))
			if err != nil {
				t.Fatal(err)
			}
			if got := spans(p, a); got != tt.want {
				t.Errorf("%d values are copied, want %d", got, tt.want)
			}
			want, got := bothWays(t, p, body)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("response (-taken apart +as it comes)\n%s", diff)
			}
		})
	}
}

// bothWays returns the response to an answer that is taken apart, because
// there are spaces in it, and to the same answer without spaces.
func bothWays(t testing.TB, p *Program, body string) (apart, copied string) {
	t.Helper()
	var spaced bytes.Buffer
	if err := json.Indent(&spaced, []byte(body), "", ""); err != nil {
		t.Fatal(err)
	}
	apart, copied = respond(t, p, spaced.String()), respond(t, p, body)
	// The names are as expected, and then there are spaces.
	between := respond(t, p, strings.ReplaceAll(spaced.String(), "\n", ""))
	for _, r := range []*string{&apart, &between} { // custom scalars keep them
		*r = compacted(t, *r)
	}
	if apart != between {
		t.Errorf("response\nto line feeds %s\nwithout %s", apart, between)
	}
	return apart, compacted(t, copied)
}

func compacted(t testing.TB, text string) string {
	t.Helper()
	var b bytes.Buffer
	if err := json.Compact(&b, []byte(text)); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return b.String()
}

func respond(t testing.TB, p *Program, body string) string {
	t.Helper()
	a, err := p.Decode(0, []byte(body))
	if err != nil {
		t.Fatal(err)
	}
	r := p.NewResult(nil)
	defer r.Release()
	r.Requests(0, 0)
	r.Link(0, 0, a)
	return response(t, r)
}

// A list in which one object differs is copied object by object.
func TestVerbatimInPart(t *testing.T) {
	p := compile(t, shelves, `{ shelves { name items { id } } }`, []fetchSpec{{sel: `{ shelves { name items { id } } }`}})
	body := `{"data":{"shelves":[[{"name":"a","items":[]},{"name":"b","items":[{ "id":1},{"id":2}]},{"name":"c","items":[]}]]}}`
	a, err := p.Decode(0, []byte(body))
	if err != nil {
		t.Fatal(err)
	}
	list := a.part.items(a.at(a.root, 0))
	var kinds []kind
	for _, s := range a.part.items(list[0]) {
		kinds = append(kinds, s.kind())
	}
	if diff := cmp.Diff([]kind{leafValue, objectValue, leafValue}, kinds); diff != "" {
		t.Errorf("kinds (-want +got)\n%s", diff)
	}
	got, err := read(t, p, body)
	if want := strings.ReplaceAll(strings.TrimSuffix(strings.TrimPrefix(body, `{"data":`), "}"), " ", ""); err != nil || got != want {
		t.Errorf("data %s, %v\nwant %s", got, err, want)
	}
}

// What a fetch further on needs is taken apart.
func TestNotVerbatim(t *testing.T) {
	fetches := []fetchSpec{
		{sel: `{ product { id dims { width height } } }`, answer: `{"data":{"product":{"id":1,"dims":{"width":2,"height":3}}}}`},
		{sel: `{ ... on Product { price } }`, at: "product", typename: "Product", input: "{id dims{width}}", want: `{"representations":[{"__typename":"Product","id":1,"dims":{"width":2}}]}`,
			answer: `{"data":{"_entities":[{"price":5}]}}`},
	}
	same(t, execute(t, compile(t, shop, `{ product { id dims { width height } price } }`, fetches), fetches),
		`{"data":{"product":{"id":1,"dims":{"width":2,"height":3},"price":5}}}`)
}

// FuzzVerbatim compares what becomes of an answer as it comes with what becomes
// of it when it is taken apart.
func FuzzVerbatim(f *testing.F) {
	for _, s := range []string{
		`{"shelf":{"name":"a","items":[{"id":1,"kind":"OLD"},{"id":"x","kind":"NEW"}],"top":{"__typename":"Item","n":1,"f":1.5,"on":true,"kinds":["NEW",null]},"tags":[["x"],[],null]},"shelves":[[{"name":"a","items":[{"id":1}]}],[]]}`,
		`{"shelf":{"name":null,"items":[null],"top":null,"tags":[[null]]},"shelves":[null]}`,
		`{"shelf":[{"name":"a","items":null,"top":null,"tags":null}],"shelves":{"name":"a","items":[]}}`,
		`{"shelf":{"name":"\ud800","items":[],"top":{"n":1},"tags":"x"},"shelves":[[[{"name":"a","items":[]}]]]}`,
	} {
		f.Add([]byte(s))
	}
	p := shelvesProgram(f)
	fuzzBothWays(f, p)
}

// fuzzBothWays runs a program on whatever is data, without spaces, bothWays.
func fuzzBothWays(f *testing.F, p *Program) {
	f.Fuzz(func(t *testing.T, data []byte) {
		var compact bytes.Buffer
		if err := json.Compact(&compact, data); err != nil {
			return
		}
		body := `{"data":` + compact.String() + `}`
		if _, err := p.Decode(0, []byte(body)); err != nil {
			return
		}
		if want, got := bothWays(t, p, body); want != got {
			t.Errorf("response\ntaken apart %s\nas it comes %s", want, got)
		}
	})
}

// What was found out about the text behind the cursor does not hold when the
// cursor goes back.
func TestVerbatimGoesBackOverEscapes(t *testing.T) {
	const sdl = `type Query { items: [Item] } type Item { a: String b: String c: Int }`
	const query = `{ items { a b c } }`
	p := compile(t, sdl, query, []fetchSpec{{sel: query}})
	long := strings.Repeat("plain text ", 5)
	for _, tt := range []struct{ name, a string }{
		{"a quote", long + `\"` + long},
		{"a backslash at the end", long + `\\`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			item := `{"a":"` + tt.a + `","b":"` + long + `","c":1}`
			want := `{"items":[` + item + `,` + item + `]}`
			answer := strings.Replace(want, `"c":1}]`, `"c": 1}]`, 1) // the last is not as wanted
			a, err := p.Decode(0, []byte(`{"data":`+answer+`}`))
			if err != nil {
				t.Fatal(err)
			}
			r := p.NewResult(nil)
			r.Requests(0, 0)
			r.Link(0, 0, a)
			if got := string(r.Write(nil, nil)); got != want {
				t.Errorf("the response is %s, want %s", got, want)
			}
		})
	}
}
