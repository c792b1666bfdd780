package merge

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/weft-graphql/weft/planner/plan"
)

func TestRepeated(t *testing.T) {
	const sdl = `type Query { reviews: [Review] } type Review { id: ID author: User } type User { id: ID! name: String friends: [User] }`
	fetches := []fetchSpec{
		{sel: `{ reviews { id author { id friends { id } } } }`, answer: `{"data":{"reviews":[
			{"id":1,"author":{"id":"7","friends":[{"id":"8"},{"id":"8"}]}},
			{"id":2,"author":{"id":"7","friends":[{"id":"8"},{"id":"8"}]}},
			{"id":3,"author":{"id":"9","friends":[]}},
			{"id":4,"author":{"id":"7","friends":[{"id":"8"},{"id":"8"}]}}]}}`},
		{sel: `{ ... on User { name } }`, at: "reviews.@.author reviews.@.author.friends.@", typename: "User",
			want:   `{"representations":[{"__typename":"User","id":"7"},{"__typename":"User","id":"9"},{"__typename":"User","id":"8"}]}`,
			answer: `{"data":{"_entities":[{"name":"Ann"},{"name":"Bob"},{"name":"Cyd"}]}}`},
	}
	p := compile(t, sdl, `{ reviews { id author { id name friends { id name } } } }`, fetches)
	const ann = `{"id":"7","name":"Ann","friends":[{"id":"8","name":"Cyd"},{"id":"8","name":"Cyd"}]}`
	same(t, execute(t, p, fetches), `{"data":{"reviews":[{"id":1,"author":`+ann+`},{"id":2,"author":`+ann+
		`},{"id":3,"author":{"id":"9","name":"Bob","friends":[]}},{"id":4,"author":`+ann+`}]}}`)

	// Authors in turn, each of whom is an object of his own whatever comes between.
	var body strings.Builder
	body.WriteString(`{"data":{"reviews":[`)
	for i := range 200 {
		fmt.Fprintf(&body, `{"id":%d,"author":{"id":"%d","friends":[{"id":"8"}]}},`, i, i%3)
	}
	a, err := p.Decode(0, []byte(strings.TrimSuffix(body.String(), ",")+`]}}`))
	if err != nil {
		t.Fatal(err)
	}
	authors := map[uint32]bool{}
	for _, review := range a.part.items(a.at(a.root, 0)) {
		authors[a.at(review.a, 1).a] = true
	}
	if len(authors) > 10 {
		t.Errorf("%d objects stand for 3 authors", len(authors))
	}
}

// The same text stands for different objects where what becomes of them depends
// on where they are.
func TestNotRepeated(t *testing.T) {
	const sdl = `type Query { rows: [Row] } union Row = A | B type A { c: X e: X } type B { c: Y e: X } type X { id: ID n: Int } type Y { id: ID n: Int }`
	tests := []struct {
		name, query string
		fetches     []fetchSpec
		want        string
	}{
		{
			name:  "the type comes from above",
			query: `{ rows { ... on A { c { id n } } ... on B { c { id n } } } }`,
			fetches: []fetchSpec{
				{sel: `{ rows { __typename ... on A { c { id } } ... on B { c { id } } } }`,
					answer: `{"data":{"rows":[{"__typename":"A","c":{"id":1}},{"__typename":"B","c":{"id":1}},{"__typename":"B","c":{"id":1}}]}}`},
				{sel: `{ ... on X { n } ... on Y { n } }`, at: "rows.@.c", on: []string{"X", "Y"},
					want:   `{"representations":[{"__typename":"X","id":1},{"__typename":"Y","id":1}]}`,
					answer: `{"data":{"_entities":[{"n":1},{"n":2}]}}`},
			},
			want: `{"data":{"rows":[{"c":{"id":1,"n":1}},{"c":{"id":1,"n":2}},{"c":{"id":1,"n":2}}]}}`,
		},
		{
			name:  "below some types only",
			query: `{ rows { ... on A { e { id n } } ... on B { e { id n } } } }`,
			fetches: []fetchSpec{
				{sel: `{ rows { __typename ... on A { e { id } } ... on B { e { id } } } }`,
					answer: `{"data":{"rows":[{"__typename":"A","e":{"id":1}},{"__typename":"B","e":{"id":1}}]}}`},
				{sel: `{ ... on X { n } }`, at: "rows.@[A].e", typename: "X",
					want: `{"representations":[{"__typename":"X","id":1}]}`, answer: `{"data":{"_entities":[{"n":1}]}}`},
			},
			want: `{"data":{"rows":[{"e":{"id":1,"n":1}},{"e":{"id":1,"n":null}}]}}`,
		},
		{
			name:  "context from above",
			query: `{ rows { ... on A { c { id n } e { id } } } }`,
			fetches: []fetchSpec{
				{sel: `{ rows { __typename ... on A { c { id } e { id } } } }`,
					answer: `{"data":{"rows":[{"__typename":"A","c":{"id":1},"e":{"id":1}},{"__typename":"A","c":{"id":1},"e":{"id":2}}]}}`},
				{sel: `{ ... on X { n } }`, at: "rows.@.c", typename: "X",
					context: []*plan.ContextVariable{{Variable: "v", Up: 1, Fields: []*plan.InputField{{Name: "e", As: "e", Fields: inputFieldOf("id")}}}},
					want:    `{"representations":[{"__typename":"X","id":1}],"v":1}` + "\n" + `{"representations":[{"__typename":"X","id":1}],"v":2}`,
					answers: []string{`{"data":{"_entities":[{"n":1}]}}`, `{"data":{"_entities":[{"n":2}]}}`}},
			},
			want: `{"data":{"rows":[{"c":{"id":1,"n":1},"e":{"id":1}},{"c":{"id":1,"n":2},"e":{"id":2}}]}}`,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			same(t, execute(t, compile(t, sdl, tt.query, tt.fetches), tt.fetches), tt.want)
		})
	}
}

// An object that is just not nested too deeply is in a few lists more.
func TestRepeatedTooDeeply(t *testing.T) {
	p := compile(t, values, `{ os { a } }`, []fetchSpec{{sel: `{ os { s a } }`}})
	object := `{"a":` + strings.Repeat("[", maxDepth-5) + strings.Repeat("]", maxDepth-5) + `}`
	for lists, fits := range []bool{true, true, false} {
		body := `{"data":{"os":[` + object + `,` + strings.Repeat("[", lists) + object + strings.Repeat("]", lists) + `]}}`
		if _, err := p.Decode(0, []byte(body)); (err == nil) != fits {
			t.Errorf("in %d lists: %v", lists, err)
		}
	}
}

// Objects that share a place in a table are told apart.
func TestRepeatsInOnePlace(t *testing.T) {
	const sdl = `type Query { a: X b: X c: X list: [X] more: [X] } type X { id: ID n: Int sub: X }`
	join := func(n int, format string) string {
		items := make([]string, n)
		for i := range items {
			items[i] = strings.ReplaceAll(format, "#", strconv.Itoa(i))
		}
		return "[" + strings.Join(items, ",") + "]"
	}
	tests := []struct {
		name, query string
		fetches     []fetchSpec
		want        string
	}{
		{
			name:    "shapes",
			query:   `{ a { id } b { id } c { n } }`,
			fetches: []fetchSpec{{sel: `{ a { id n } b { n id } c { n id } }`, answer: `{"data":{"a":{"id":1},"b":{"id":1},"c":{"id":1}}}`}},
			want:    `{"data":{"a":{"id":1},"b":{"id":1},"c":{"n":null}}}`,
		},
		{
			name:  "objects",
			query: `{ list { id } }`,
			fetches: []fetchSpec{{sel: `{ list { n id } }`,
				answer: `{"data":{"list":` + join(2000, `{"n":1,"id":#},{"n":1,"id":#},{"n":1,"id":1}`) + `}}`}},
			want: `{"data":{"list":` + join(2000, `{"id":#},{"id":#},{"id":1}`) + `}}`,
		},
		{
			name:  "fields",
			query: `{ list { id sub { id n } } more { id sub { n id } } }`,
			fetches: []fetchSpec{
				{sel: `{ list { id } more { id } }`, answer: `{"data":{"list":` + join(100, `{"id":#}`) + `,"more":` + join(100, `{"id":#}`) + `}}`},
				{sel: `{ ... on X { sub { id n } } }`, at: "list.@ more.@", typename: "X",
					answer: `{"data":{"_entities":` + strings.Replace(join(100, `{"sub":{"id":#,"n":0}}`), `:1,`, `:0,`, 1) + `}}`},
			},
			want: `{"data":{"list":` + strings.Replace(join(100, `{"id":#,"sub":{"id":#,"n":0}}`), `{"id":1,"n":0}`, `{"id":0,"n":0}`, 1) +
				`,"more":` + strings.Replace(join(100, `{"id":#,"sub":{"n":0,"id":#}}`), `{"n":0,"id":1}`, `{"n":0,"id":0}`, 1) + `}}`,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			same(t, execute(t, compile(t, sdl, tt.query, tt.fetches), tt.fetches), tt.want)
		})
	}
}

// What has been taken back is not copied.
func TestRepeatedAfterCut(t *testing.T) {
	const sdl = `type Query { rows: [Row] } type Row { c: X d: X! } type X { id: ID n: Int }`
	fetches := []fetchSpec{{sel: `{ rows { c { n id } d { id } } }`, answer: `{"data":{"rows":[
		{"c":{"n":1,"id":1},"d":null},{"c":{"n":1,"id":1},"d":{"id":2}},{"c":{"n":1,"id":1},"d":{"id":3}}]}}`}}
	p := compile(t, sdl, `{ rows { c { id } d { id } } }`, fetches)
	same(t, execute(t, p, fetches), `{"data":{"rows":[null,{"c":{"id":1},"d":{"id":2}},{"c":{"id":1},"d":{"id":3}}]},
		"completions":[{"message":"Cannot return null for non-nullable field Row.d","path":["rows",0,"d"]}]}`)
}

// repeatsSpecs are fetches of all kinds: at objects of some types only, of types
// that come from above, with context, and behind each other.
func repeatsSpecs() []fetchSpec {
	return []fetchSpec{
		{sel: `{
			rows { __typename name ... on A { c { id sub { id } } d { id } } ... on B { c { id sub { id } } } }
			one { name c { id sub { id } } d { id } }
		}`},
		{sel: `{ ... on X { n m } }`, at: "rows.@[A].c rows.@[A].d one.c one.d", typename: "X"},
		{sel: `{ ... on Y { m } }`, at: "rows.@[B].c", typename: "Y", needs: []int{0}},
		{sel: `{ ... on S { n u { id w { id } } } }`, at: "rows.@.c.sub one.c.sub", typename: "S", needs: []int{0},
			context: []*plan.ContextVariable{{Variable: "v", Up: 1, Fields: inputFieldOf("id")}}},
		{sel: `{ ... on X { q } ... on Y { q } }`, at: "rows.@.c", on: []string{"X", "Y"}, input: "{id @nonNull}"},
		{sel: `{ ... on X { m q } }`, at: "rows.@.c.sub.u one.c.sub.u rows.@.c.sub.u.w", typename: "X", split: 2},
	}
}

func inputFieldOf(name string) []*plan.InputField {
	return []*plan.InputField{{Name: name, As: name}}
}

func repeatsProgram(t testing.TB) *Program {
	t.Helper()
	return compile(t, `
type Query { rows: [Row] one: A }
union Row = A | B
type A { name: String c: X d: X! }
type B { name: String c: Y }
type X { id: ID n: Int! m: Int q: Int sub: S w: X }
type Y { id: ID m: Int q: Int sub: S }
type S { id: ID n: Int u: X }
`, `{
	rows {
		... on A { name c { id n m q sub { ...s } } d { id n } }
		... on B { name c { id m q sub { ...s } } }
	}
	one { name c { id n m sub { ...s } } d { id n m } }
}
fragment s on S { id n u { id m q w { id m q } } }`, repeatsSpecs())
}

// takeAllApart makes the program read every object of an answer.
func takeAllApart(p *Program) {
	var clearRepeats func(n *node)
	clearRepeats = func(n *node) {
		n.repeat = 0
		for i := range n.entries {
			if child := n.entries[i].child; child != nil {
				clearRepeats(child)
			}
		}
	}
	for _, f := range p.fetches {
		clearRepeats(f.shape)
	}
}

// An answerer makes answers up. What it says is few things, and those often.
type answerer struct {
	choices []byte
}

// choose returns a number below n.
func (a *answerer) choose(n int) int {
	if len(a.choices) == 0 {
		return 0
	}
	c := int(a.choices[0])
	a.choices = a.choices[1:]
	return c % n
}

func (a *answerer) object(selections []*plan.Selection) string {
	var members []string
	var add func(selections []*plan.Selection)
	add = func(selections []*plan.Selection) {
		for _, s := range selections {
			if s.Name == "" || s.TypeCondition != "" {
				add(s.Selections)
				continue
			}
			key := `"` + s.Key + `":`
			if !slices.ContainsFunc(members, func(m string) bool { return strings.HasPrefix(m, key) }) {
				members = append(members, key+a.value(s))
			}
		}
	}
	add(selections)
	return "{" + strings.Join(members, ",") + "}"
}

func (a *answerer) value(s *plan.Selection) string {
	switch {
	case s.Key == "rows":
		return a.list(s.Selections, a.choose(6))
	case s.Name == "__typename":
		return []string{`"A"`, `"B"`}[a.choose(2)]
	case s.Selections == nil:
		return []string{"1", "1", "2", "1", "null", `"x"`}[a.choose(6)]
	case a.choose(16) == 15:
		return "null"
	default:
		return a.object(s.Selections)
	}
}

func (a *answerer) list(selections []*plan.Selection, length int) string {
	items := make([]string, length)
	for i := range items {
		items[i] = a.object(selections)
	}
	return "[" + strings.Join(items, ",") + "]"
}

// answer answers a request for so many entities, 0 for a root fetch.
func (a *answerer) answer(f *plan.Fetch, entities int) string {
	data, errors := "", ""
	if f.IsEntity() {
		data = `{"_entities":` + a.list(f.Lookups[0].Selections, entities) + `}`
	} else {
		data = a.object(f.Selections)
	}
	if a.choose(4) == 3 {
		path := fmt.Sprintf(`["rows",%d,"%s"]`, a.choose(4), []string{"c", "d", "name"}[a.choose(3)])
		if f.IsEntity() {
			path = fmt.Sprintf(`["_entities",%d,"%s"]`, a.choose(4), []string{"n", "m", "q", "u"}[a.choose(4)])
		}
		errors = `,"errors":[{"message":"broken","path":` + path + `}]`
	}
	return `{"data":` + data + errors + `}`
}

// compareRepeats runs two programs, one of which reads every object, with the
// same answers.
func compareRepeats(t *testing.T, p, apart *Program, choices []byte) {
	t.Helper()
	specs := repeatsSpecs()
	got, want := p.NewResult(nil), apart.NewResult(nil)
	a := answerer{choices}
	for i, f := range p.plan.Fetches {
		requests, wantRequests := got.Requests(i, specs[i].split), want.Requests(i, specs[i].split)
		if diff := cmp.Diff(wantRequests, requests); diff != "" {
			t.Fatalf("requests of fetch %d (-apart +repeated)\n%s", i, diff)
		}
		for j, r := range requests {
			if a.choose(16) == 15 {
				got.Fail(i, &Failure{Code: CodeTimeout})
				want.Fail(i, &Failure{Code: CodeTimeout})
				continue
			}
			text := a.answer(f, r.Entities)
			for result, program := range map[*Result]*Program{got: p, want: apart} {
				answer, err := program.Decode(i, []byte(text))
				if err != nil {
					t.Fatalf("%v in %s", err, text)
				}
				result.Link(i, j, answer)
			}
		}
		if diff := cmp.Diff(want.Useless(), got.Useless()); diff != "" {
			t.Errorf("useless after fetch %d (-apart +repeated)\n%s", i, diff)
		}
		if diff := cmp.Diff(messages(want.ErrorsOf(i)), messages(got.ErrorsOf(i))); diff != "" {
			t.Errorf("errors of fetch %d (-apart +repeated)\n%s", i, diff)
		}
	}
	if diff := cmp.Diff(response(t, want), response(t, got)); diff != "" {
		t.Errorf("response (-apart +repeated)\n%s", diff)
	}
	if diff := cmp.Diff(messages(want.Hidden()), messages(got.Hidden())); diff != "" {
		t.Errorf("hidden errors (-apart +repeated)\n%s", diff)
	}
	got.Release()
	want.Release()
}

func messages(errors []*Error) []string {
	var out []string
	for _, e := range errors {
		out = append(out, e.Error())
	}
	return out
}

func TestRepeatsMakeNoDifference(t *testing.T) {
	p, apart := repeatsProgram(t), repeatsProgram(t)
	takeAllApart(apart)
	random := rand.New(rand.NewPCG(1, 2))
	for range 300 {
		choices := make([]byte, random.IntN(400))
		for i := range choices {
			if random.IntN(3) == 0 {
				choices[i] = byte(random.Uint32())
			}
		}
		compareRepeats(t, p, apart, choices)
	}
}

// FuzzRepeats compares what becomes of answers with what becomes of them when
// every object in them is read.
func FuzzRepeats(f *testing.F) {
	f.Add([]byte{4, 0, 0, 0, 1, 0, 0, 1, 0, 0, 0})
	f.Add([]byte("a few choices that are as good as any others"))
	p, apart := repeatsProgram(f), repeatsProgram(f)
	takeAllApart(apart)
	f.Fuzz(func(t *testing.T, choices []byte) { compareRepeats(t, p, apart, choices) })
}
