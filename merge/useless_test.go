package merge

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestUseless(t *testing.T) {
	const sdl = `
interface I { a: Int! b: Int }
type R implements I { a: Int! b: Int }
interface N { id: ID b: Int n: N }
type N1 implements N { id: ID b: Int n: N }
type N2 implements N { id: ID b: Int n: N }
type Query { i: I n: N p: P ps: [P] strict: P! strictList: [P!] x: Int any: [Any] }
union Any = P | Q
type P { id: ID a: Int! b: Int n: Int kid: P strictKid: P! kids: [P!] }
type Q { id: ID b: Int }
`
	root := func(sel, answer string) fetchSpec {
		return fetchSpec{sel: sel, answer: `{"data":` + answer + `}`}
	}
	entity := func(sel, at string, needs ...int) fetchSpec {
		return fetchSpec{sel: `{ ` + sel + ` }`, at: at, needs: needs, typename: "P"}
	}
	failed := &Failure{Code: CodeHTTP}
	fails := func(s fetchSpec) fetchSpec { s.failure = failed; return s }

	tests := []struct {
		name    string
		query   string
		fetches []fetchSpec
		// ended fetches have an answer or a failure; flying have been sent;
		// the rest has not.
		flying []int
		want   []int
	}{
		{
			name:    "the object goes down with the failed field",
			query:   `{ p { a b } }`,
			fetches: []fetchSpec{root(`{ p { id } }`, `{"p":{"id":1}}`), fails(entity("a", "p", 0)), entity("b", "p", 0)},
			flying:  []int{2}, want: []int{2},
		},
		{
			name:    "a nullable field takes nothing with it",
			query:   `{ p { n b } }`,
			fetches: []fetchSpec{root(`{ p { id } }`, `{"p":{"id":1}}`), fails(entity("n", "p", 0)), entity("b", "p", 0)},
			flying:  []int{2},
		},
		{
			name:  "every element of the list goes down",
			query: `{ ps { a b } }`,
			fetches: []fetchSpec{root(`{ ps { id } }`, `{"ps":[{"id":1},null,{"id":2}]}`),
				fails(entity("a", "ps.@", 0)), entity("b", "ps.@", 0)},
			flying: []int{2}, want: []int{2},
		},
		{
			name:  "some elements live on",
			query: `{ ps { a b } }`,
			fetches: []fetchSpec{root(`{ ps { id } }`, `{"ps":[{"id":1},{"id":2}]}`),
				{sel: `{ a }`, at: "ps.@", needs: []int{0}, typename: "P", answer: `{"data":{"_entities":[{"a":1},null]}}`}, entity("b", "ps.@", 0)},
			flying: []int{2},
		},
		{
			name:  "one element takes a list of non-null with it",
			query: `{ strictList { a b } }`,
			fetches: []fetchSpec{root(`{ strictList { id } }`, `{"strictList":[{"id":1},{"id":2}]}`),
				{sel: `{ a }`, at: "strictList.@", needs: []int{0}, typename: "P", answer: `{"data":{"_entities":[{"a":1},null]}}`}, entity("b", "strictList.@", 0)},
			flying: []int{2}, want: []int{2},
		},
		{
			name:  "elsewhere it is still wanted",
			query: `{ p { a b } ps { b } }`,
			fetches: []fetchSpec{root(`{ p { id } ps { id } }`, `{"p":{"id":1},"ps":[{"id":2}]}`), fails(entity("a", "p", 0)),
				entity("b", "p ps.@", 0)},
			flying: []int{2},
		},
		{
			name:  "elsewhere there is nobody",
			query: `{ p { a b } ps { b } }`,
			fetches: []fetchSpec{root(`{ p { id } ps { id } }`, `{"p":{"id":1},"ps":[null]}`), fails(entity("a", "p", 0)),
				entity("b", "p ps.@", 0)},
			flying: []int{2}, want: []int{2},
		},
		{
			name:    "data is null",
			query:   `{ strict { a } x p { b } }`,
			fetches: []fetchSpec{fails(root(`{ strict { a } }`, ``)), root(`{ x }`, ``), root(`{ p { id } }`, ``), entity("b", "p", 2)},
			flying:  []int{1, 2}, want: []int{1, 2, 3},
		},
		{
			name:    "it may still be answered by another fetch",
			query:   `{ p { a b } }`,
			fetches: []fetchSpec{root(`{ p { id } }`, `{"p":{"id":1}}`), fails(entity("a", "p", 0)), entity("a", "p", 0), entity("b", "p", 0)},
			flying:  []int{2, 3},
		},
		{
			name:    "it is not there yet",
			query:   `{ p { a b } x }`,
			fetches: []fetchSpec{fails(root(`{ x }`, ``)), root(`{ p { id } }`, ``), entity("a", "p", 1), entity("b", "p", 1)},
			flying:  []int{1},
		},
		{
			name:    "it will be null when it is there",
			query:   `{ p { a b } x }`,
			fetches: []fetchSpec{fails(root(`{ p { a } }`, ``)), root(`{ p { b } }`, ``), root(`{ x }`, ``)},
			flying:  []int{1, 2}, want: []int{1},
		},
		{
			name:    "an ancestor goes down",
			query:   `{ p { b strictKid { a kid { b } } } }`,
			fetches: []fetchSpec{root(`{ p { b strictKid { id kid { id } } } }`, `{"p":{"b":1,"strictKid":{"id":2,"kid":{"id":3}}}}`), fails(entity("a", "p.strictKid", 0)), entity("b", "p.strictKid.kid", 0)},
			flying:  []int{2}, want: []int{2},
		},
		{
			name:    "the null stops in between",
			query:   `{ p { b kid { a kid { b } } } }`,
			fetches: []fetchSpec{root(`{ p { kid { id kid { id } } id } }`, `{"p":{"id":1,"kid":{"id":2,"kid":{"id":3}}}}`), fails(entity("a", "p.kid", 0)), entity("b", "p.kid.kid", 0), entity("b", "p", 0)},
			flying:  []int{2, 3}, want: []int{2},
		},
		{
			name:  "not sent, and what waits for it",
			query: `{ p { a b n } }`,
			fetches: []fetchSpec{root(`{ p { id } }`, `{"p":{"id":1}}`), fails(entity("a", "p", 0)), entity("_k: id", "p", 0),
				{sel: `{ b }`, at: "p", needs: []int{2}, typename: "P", input: "{_k: id}"}, entity("n", "p", 3)},
			flying: []int{2}, want: []int{2, 3, 4},
		},
		{
			name:  "needed for what lives",
			query: `{ p { n b } }`,
			fetches: []fetchSpec{root(`{ p { id } }`, `{"p":{"id":1}}`), fails(entity("n", "p", 0)), entity("_k: id", "p", 0),
				{sel: `{ b }`, at: "p", needs: []int{2}, typename: "P", input: "{_k: id}"}},
			flying: []int{2},
		},
		{
			name:  "through places clients have not asked for",
			query: `{ p { n b } }`,
			fetches: []fetchSpec{root(`{ p { id kid { id } } }`, `{"p":{"id":1,"kid":{"id":2}}}`), fails(entity("n", "p", 0)), entity("_k: a", "p.kid", 0),
				{sel: `{ b }`, at: "p", needs: []int{2}, typename: "P", input: "{kid{_k: a}}"}},
			flying: []int{2},
		},
		{
			name:  "through dead places clients have not asked for",
			query: `{ p { a b } }`,
			fetches: []fetchSpec{root(`{ p { id kid { id } } }`, `{"p":{"id":1,"kid":{"id":2}}}`), fails(entity("a", "p", 0)), entity("_k: a", "p.kid", 0),
				{sel: `{ b }`, at: "p", needs: []int{2}, typename: "P", input: "{kid{_k: a}}"}},
			flying: []int{2}, want: []int{2, 3},
		},
		{
			name:  "by type",
			query: `{ any { ... on P { a b } ... on Q { b } } }`,
			fetches: []fetchSpec{root(`{ any { __typename ... on P { id } ... on Q { id } } }`, `{"any":[{"__typename":"P","id":1},{"__typename":"Q","id":2}]}`),
				fails(entity("a", "any.@[P]", 0)), entity("b", "any.@[P]", 0), entity("b", "any.@[Q]", 0)},
			flying: []int{2, 3}, want: []int{2},
		},
		{
			name:  "a type that is not known yet",
			query: `{ any { ... on P { a b } ... on Q { b } } }`,
			fetches: []fetchSpec{root(`{ any { id } }`, `{"any":[{"id":1}]}`), entity("__typename", "any.@", 0),
				fails(entity("a", "any.@", 0)), entity("b", "any.@", 0)},
			flying: []int{1, 3},
		},
		{
			name:    "objects whose type does not matter",
			query:   `{ i { b } x }`,
			fetches: []fetchSpec{root(`{ i { id } }`, `{"i":{"id":1}}`), fails(root(`{ x }`, ``)), entity("b", "i", 0)},
			flying:  []int{2},
		},
		{
			name:    "objects whose type does not matter go down",
			query:   `{ i { a b } }`,
			fetches: []fetchSpec{root(`{ i { id } }`, `{"i":{"id":1}}`), fails(entity("a", "i", 0)), entity("b", "i", 0)},
			flying:  []int{2}, want: []int{2},
		},
		{
			name:  "what an object is part of is not known yet",
			query: `{ n { n { id ... on N1 { b } } } x }`,
			fetches: []fetchSpec{root(`{ n { id n { id } } }`, `{"n":{"id":1,"n":{"id":2}}}`), fails(root(`{ x }`, ``)),
				{sel: `{ __typename }`, at: "n", needs: []int{0}, typename: "N"}, {sel: `{ __typename b }`, at: "n.n", needs: []int{0}, typename: "N"}},
			flying: []int{2, 3},
		},
		{
			name:    "a list that may yet be empty",
			query:   `{ p { kids { a b } } x }`,
			fetches: []fetchSpec{fails(root(`{ p { kids { a } } }`, ``)), root(`{ p { kids { b id } } }`, ``), entity("n", "p.kids.@", 1)},
			flying:  []int{1}, want: []int{2},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := compile(t, sdl, tt.query, tt.fetches)
			r := p.NewResult(nil)
			for i, s := range tt.fetches {
				switch {
				case s.failure != nil:
					r.Requests(i, 0)
					r.Fail(i, s.failure)
				case s.answer != "" && s.answer != `{"data":}`:
					r.Requests(i, 0)
					a, err := p.Decode(i, []byte(s.answer))
					if err != nil {
						t.Fatal(err)
					}
					r.Link(i, 0, a)
				}
			}
			for _, i := range tt.flying {
				if len(r.Requests(i, 0)) == 0 {
					t.Fatalf("fetch %d has nothing to send", i)
				}
			}
			got := r.Useless()
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("useless (-want +got)\n%s", diff)
			}
			for _, id := range got {
				r.Abandon(id)
			}
			if again := r.Useless(); len(again) > 0 {
				t.Errorf("when these are abandoned, %v are too", again)
			}
		})
	}
}
