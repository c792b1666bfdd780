package merge

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// stretchesProgram is of an operation whose objects are no verbatim ones: the
// subgraph is asked for more than the client wants, and in another order.
//
//	answer    __typename hidden   id name n f on kind kinds   tags code
//	response                      id name n f on kind kinds   code tags
func stretchesProgram(t testing.TB) *Program {
	t.Helper()
	const sdl = `
type Query { item: Item things: [Thing] }
interface Thing { id: ID! name: String }
type Item implements Thing { id: ID! name: String n: Int f: Float! on: Boolean kind: Kind! kinds: [Kind!] tags: [String] code: Any same: Item }
type Other implements Thing { id: ID! name: String! }
scalar Any
enum Kind { NEW OLD }
`
	return compile(t, sdl,
		`{ item { id name n f on kind kinds code tags same { __typename id } } things { id name ... on Item { n f } } }`,
		[]fetchSpec{{sel: `{
			item { __typename @as(n: "") hidden: id @as(n: "") id name n f on kind kinds same { __typename id hidden: n @as(n: "") } tags code }
			things { __typename id name ... on Item { n f } }
		}`}})
}

// stretchSpans counts the texts of stretches in an answer.
func stretchSpans(a *Answer, n *node, ref uint32) int {
	count := 0
	for _, s := range n.stretches {
		if s.span > 0 && a.at(ref, s.span).kind() == leafValue {
			count++
		}
	}
	for i := range n.entries {
		child := n.entries[i].child
		if child == nil {
			continue
		}
		values := []slot{a.at(ref, int32(i))}
		if values[0].kind() == listValue {
			values = a.part.items(values[0])
		}
		for _, v := range values {
			if v.kind() == objectValue {
				count += stretchSpans(a, child, v.a)
			}
		}
	}
	return count
}

func TestStretches(t *testing.T) {
	p := stretchesProgram(t)
	item := func(members string) string { return `{"item":{` + members + `}}` }
	const head, tail = `"__typename":"Item","hidden":9,`, `,"same":{"__typename":"Item","id":1,"hidden":2},"tags":["x"],"code":true`
	tests := []struct {
		name string
		data string
		want int // texts that are copied
	}{
		{"as asked", item(head + `"id":"1","name":"a","n":1,"f":1.5,"on":true,"kind":"NEW","kinds":["NEW","OLD"]` + tail), 2},
		{"other values", item(head + `"id":123456789012,"name":null,"n":-2147483648,"f":-1e9,"on":false,"kind":"OLD","kinds":null` + tail), 2},
		{"escapes", item(head + `"id":"\u0031","name":"\\ \"quoted\" and longer than a few words \n","n":null,"f":0,"on":null,"kind":"NEW","kinds":[]` + tail), 2},
		{"beyond ASCII", item(head + `"id":"é","name":"ein längerer Name für ein Ding, 椅子","n":0,"f":0.25,"on":true,"kind":"NEW","kinds":[]` + tail), 2},
		{"half a surrogate pair", item(head + `"id":"\ud800","name":"\udc00","n":0,"f":0,"on":true,"kind":"NEW","kinds":[]` + tail), 2},
		{"a space", item(head + `"id": "1","name":"a","n":1,"f":1.5,"on":true,"kind":"NEW","kinds":[]` + tail), 1},
		{"a space at the end", item(head + `"id":"1","name":"a","n":1,"f":1.5,"on":true,"kind":"NEW","kinds":[] ` + tail), 2},
		{"another order", item(head + `"name":"a","id":"1","n":1,"f":1.5,"on":true,"kind":"NEW","kinds":[]` + tail), 1},
		{"a name in between", item(head + `"id":"1","name":"a","x":{"id":2},"n":1,"f":1.5,"on":true,"kind":"NEW","kinds":[]` + tail), 1},
		{"a name missing", item(head + `"id":"1","n":1,"f":1.5,"on":true,"kind":"NEW","kinds":[]` + tail), 1},
		{"a name twice", item(head + `"id":"1","name":"a","n":1,"f":1.5,"on":true,"kind":"NEW","kinds":[],"name":"b"` + tail), 1},
		{"a name twice, at the end", item(head + `"id":"1","name":"a","n":1,"f":1.5,"on":true,"kind":"NEW","kinds":[]` + tail + `,"id":"2"`), 1},
		{"some names twice", item(head + `"id":"1","name":"a","n":1,"f":1.5,"on":true,"kind":"NEW","kinds":[]` + tail + `,"id":"2","name":"b","n":7`), 1},
		{"all twice", item(head + `"id":"1","name":"a","n":1,"f":1.5,"on":true,"kind":"NEW","kinds":[]` + tail + `,"hidden":1,"id":"2","name":"b","n":2,"f":2.5,"on":false,"kind":"OLD","kinds":null`), 2},
		{"null where it cannot be", item(head + `"id":"1","name":"a","n":1,"f":null,"on":true,"kind":"NEW","kinds":[]` + tail), 1},
		{"null in a list where it cannot be", item(head + `"id":"1","name":"a","n":1,"f":1,"on":true,"kind":"NEW","kinds":[null]` + tail), 1},
		{"an unknown enum value", item(head + `"id":"1","name":"a","n":1,"f":1,"on":true,"kind":"MINT","kinds":[]` + tail), 1},
		{"an unknown enum value in a list", item(head + `"id":"1","name":"a","n":1,"f":1,"on":true,"kind":"NEW","kinds":["MINT"]` + tail), 1},
		{"a string for Int", item(head + `"id":"1","name":"a","n":"1","f":1,"on":true,"kind":"NEW","kinds":[]` + tail), 1},
		{"a decimal for Int", item(head + `"id":"1","name":"a","n":1.0,"f":1,"on":true,"kind":"NEW","kinds":[]` + tail), 1},
		{"too large for Int", item(head + `"id":"1","name":"a","n":2147483648,"f":1,"on":true,"kind":"NEW","kinds":[]` + tail), 1},
		{"a decimal for ID", item(head + `"id":1.5,"name":"a","n":1,"f":1,"on":true,"kind":"NEW","kinds":[]` + tail), 1},
		{"a list for a leaf", item(head + `"id":"1","name":["a"],"n":1,"f":1,"on":true,"kind":"NEW","kinds":[]` + tail), 1},
		{"a leaf for a list", item(head + `"id":"1","name":"a","n":1,"f":1,"on":true,"kind":"NEW","kinds":"NEW"` + tail), 1},
		{"an object for a list", item(head + `"id":"1","name":"a","n":1,"f":1,"on":true,"kind":"NEW","kinds":{}` + tail), 1},
		{"another type", item(`"__typename":"Item","same":{"__typename":"Other","id":1}`), 0},
		{"no type", item(`"__typename":"Item","same":{"id":1}`), 0},
		{"types", `{"things":[{"__typename":"Item","id":1,"name":"a","n":1,"f":1},{"__typename":"Other","id":2,"name":"b"},{"__typename":"Item","id":3,"name":null,"n":1,"f":1}]}`, 2},
		{"null where only another type can have it", `{"things":[{"__typename":"Other","id":2,"name":null},{"__typename":"Item","id":2,"name":null,"n":1,"f":1}]}`, 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			body := `{"data":` + tt.data + `}`
			a, err := p.Decode(0, []byte(body))
			if err != nil {
				t.Fatal(err)
			}
			if got := stretchSpans(a, p.fetches[0].shape, a.root); got != tt.want {
				t.Errorf("%d texts are copied, want %d", got, tt.want)
			}
			want, got := bothWays(t, p, body)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("response (-taken apart +as it comes)\n%s", diff)
			}
		})
	}
}

// Runs of different types can overlap, and then only one of them is kept.
func TestOverlappingStretches(t *testing.T) {
	const sdl = `
type Query { things: [Thing] }
union Thing = A | B | C | D
type A { b: Int c: Int } type B { a: Int b: Int } type C { a: Int } type D { a: Int b: Int c: Int }
`
	query := func(hidden string) string {
		return `{ things { __typename ` + hidden + ` ... on C { a } ... on A { b c } ... on B { a b } ... on D { a b c } } }`
	}
	p := compile(t, sdl, query(""), []fetchSpec{{sel: query(`hidden: __typename @as(n: "")`)}})
	body := `{"data":{"things":[` + strings.Join([]string{
		`{"__typename":"A","hidden":"A","b":1,"c":2}`,
		`{"__typename":"B","hidden":"B","a":1,"b":2}`,
		`{"__typename":"C","hidden":"C","a":1}`,
		`{"__typename":"D","hidden":"D","a":1,"b":2,"c":3}`,
		`{"__typename":"D","hidden":"D","a":1,"b":null,"c":3}`,
	}, ",") + `]}}`
	a, err := p.Decode(0, []byte(body))
	if err != nil {
		t.Fatal(err)
	}
	if stretchSpans(a, p.fetches[0].shape, a.root) == 0 {
		t.Error("no text is copied")
	}
	want, got := bothWays(t, p, body)
	same(t, got, `{"data":{"things":[{"__typename":"A","b":1,"c":2},{"__typename":"B","a":1,"b":2},{"__typename":"C","a":1},`+
		`{"__typename":"D","a":1,"b":2,"c":3},{"__typename":"D","a":1,"b":null,"c":3}]}}`)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("response (-taken apart +as it comes)\n%s", diff)
	}
}

// FuzzStretches compares what becomes of an answer as it comes with what becomes
// of it when it is taken apart.
func FuzzStretches(f *testing.F) {
	for _, s := range []string{
		`{"item":{"__typename":"Item","hidden":9,"id":"1","name":"a","n":1,"f":1.5,"on":true,"kind":"NEW","kinds":["NEW","OLD"],"same":{"__typename":"Item","id":1,"hidden":2},"tags":["x"],"code":true}}`,
		`{"item":{"__typename":"Item","hidden":9,"id":-1,"name":"a\u00e9","n":1234567890123,"f":1e5,"on":null,"kind":"MINT","kinds":null,"id":2,"same":null,"tags":[],"code":[{}]}}`,
		`{"things":[{"__typename":"Item","id":1,"name":"a","n":1,"f":1},{"__typename":"Other","id":2,"name":null},null]}`,
		`{"item":{"name":"\ud800","id":00}}`,
	} {
		f.Add([]byte(s))
	}
	p := stretchesProgram(f)
	fuzzBothWays(f, p)
}
