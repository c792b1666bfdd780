package merge

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"

	"github.com/weft-graphql/weft/operation"
	"github.com/weft-graphql/weft/planner/plan"
)

// selections reads a selection set as a fetch has it. Aliases are keys; a
// directive @as(n: "x") gives the name in the merged result, which otherwise
// is the key; "" keeps it out.
func selections(t testing.TB, text string) []*plan.Selection {
	t.Helper()
	doc, err := parser.ParseQuery(&ast.Source{Input: text})
	if err != nil {
		t.Fatalf("selections %s: %v", text, err)
	}
	return convert(doc.Operations[0].SelectionSet)
}

func convert(set ast.SelectionSet) []*plan.Selection {
	var out []*plan.Selection
	for _, s := range set {
		switch s := s.(type) {
		case *ast.Field:
			c := &plan.Selection{Name: s.Name, Key: s.Alias, As: s.Alias}
			if d := s.Directives.ForName("as"); d != nil {
				c.As = d.Arguments[0].Value.Raw
			}
			if len(s.SelectionSet) > 0 {
				c.Selections = convert(s.SelectionSet)
			}
			out = append(out, c)
		case *ast.InlineFragment:
			out = append(out, &plan.Selection{TypeCondition: s.TypeCondition, Selections: convert(s.SelectionSet)})
		default:
			panic(fmt.Sprintf("%T in a fetch", s))
		}
	}
	return out
}

// path reads a path: products.@.seller[User|Shop].
func path(text string) plan.Path {
	var p plan.Path
	for _, name := range strings.Split(text, ".") {
		var on []string
		if i := strings.IndexByte(name, '['); i >= 0 {
			on = strings.Split(strings.TrimSuffix(name[i+1:], "]"), "|")
			name = name[:i]
		}
		if name == "@" {
			p[len(p)-1].Lists++
			p[len(p)-1].On = on
			continue
		}
		p = append(p, plan.Element{As: name, On: on})
	}
	return p
}

// inputFields reads the fields of a representation: {id org{id!}}, where an
// alias is the name in the merged result and @on(t: ["A"]), @nonNull say what
// they say.
func inputFields(t testing.TB, text string) []*plan.InputField {
	t.Helper()
	doc, err := parser.ParseQuery(&ast.Source{Input: text})
	if err != nil {
		t.Fatalf("input %s: %v", text, err)
	}
	return convertInput(doc.Operations[0].SelectionSet)
}

func convertInput(set ast.SelectionSet) []*plan.InputField {
	var out []*plan.InputField
	for _, s := range set {
		f := s.(*ast.Field)
		c := &plan.InputField{Name: f.Name, As: f.Alias, NonNull: f.Directives.ForName("nonNull") != nil}
		if d := f.Directives.ForName("on"); d != nil {
			for _, v := range d.Arguments[0].Value.Children {
				c.On = append(c.On, v.Value.Raw)
			}
		}
		if len(f.SelectionSet) > 0 {
			c.Fields = convertInput(f.SelectionSet)
		}
		out = append(out, c)
	}
	return out
}

// A fetchSpec is a fetch and the answer it gets.
type fetchSpec struct {
	subgraph string // default "s" and the number
	sel      string // of a root fetch, or below _entities
	at       string // paths of an entity fetch, separated by spaces, or of a root fetch
	root     bool   // with at: a root fetch
	on       []string
	typename string
	input    string // representation; default {id}
	context  []*plan.ContextVariable
	needs    []int // default: all before
	lookups  []lookupSpec
	reuse    []*plan.Reuse // of the first lookup
	split    int           // entities in a request; 0 for any number

	answer  string // "" is {"data":null} of a fetch that is not sent
	answers []string
	failure *Failure
	// want are the variables of the requests, as {"representations":[…]}, one
	// a line; nothing if there must be no request; "" not to compare them.
	want string
}

const nothing = "nothing"

type lookupSpec struct {
	sel, at, input string
}

func makePlan(t testing.TB, kind ast.Operation, specs []fetchSpec) *plan.Plan {
	t.Helper()
	p := &plan.Plan{Operation: kind}
	for i, s := range specs {
		f := &plan.Fetch{ID: i, Subgraph: s.subgraph, Operation: ast.Query, Document: fmt.Sprintf("document %d", i), DependsOn: s.needs}
		if f.Subgraph == "" {
			f.Subgraph = fmt.Sprintf("s%d", i)
		}
		if s.needs == nil && s.at != "" || s.lookups != nil {
			for j := range i {
				f.DependsOn = append(f.DependsOn, j)
			}
		}
		switch {
		case s.lookups != nil:
			for j, l := range s.lookups {
				f.Lookups = append(f.Lookups, makeLookup(t, fmt.Sprintf("_e%d", j), fmt.Sprintf("r%d", j), l.sel, l.at, l.input, s))
			}
		case s.at == "":
			f.Selections = selections(t, s.sel)
		case s.root:
			f.Selections, f.Path = selections(t, s.sel), path(s.at)
		default:
			f.Lookups = []*plan.Lookup{makeLookup(t, "_entities", "representations", s.sel, s.at, s.input, s)}
		}
		if s.reuse != nil {
			f.Lookups[0].Reuse = s.reuse
		}
		p.Fetches = append(p.Fetches, f)
	}
	return p
}

func makeLookup(t testing.TB, key, variable, sel, at, input string, s fetchSpec) *plan.Lookup {
	if input == "" {
		input = "{id}"
	}
	l := &plan.Lookup{Key: key, Variable: variable, Selections: selections(t, sel), Context: s.context}
	l.Inputs = []*plan.Input{{On: s.on, Typename: s.typename, Fields: inputFields(t, input)}}
	for _, a := range strings.Fields(at) {
		l.Paths = append(l.Paths, path(a))
	}
	return l
}

func loadSchema(t testing.TB, sdl string) *ast.Schema {
	t.Helper()
	schema, err := gqlparser.LoadSchema(&ast.Source{Name: "api.graphql", Input: sdl})
	if err != nil {
		t.Fatalf("schema: %v", err)
	}
	return schema
}

func compile(t testing.TB, sdl, query string, specs []fetchSpec) *Program {
	t.Helper()
	op, errs := operation.Prepare(loadSchema(t, sdl), query, "", operation.DefaultLimits())
	if len(errs) > 0 {
		t.Fatalf("operation: %v", errs)
	}
	p, err := Compile(op, op.Select(nil), makePlan(t, op.Kind, specs))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// execute runs the fetches one after the other and returns the response.
func execute(t testing.TB, p *Program, specs []fetchSpec) string {
	t.Helper()
	return response(t, runFetches(t, p, specs))
}

// runFetches runs the fetches one after the other.
func runFetches(t testing.TB, p *Program, specs []fetchSpec) *Result {
	t.Helper()
	r := p.NewResult(nil)
	for i, s := range specs {
		requests := r.Requests(i, s.split)
		if s.want != "" {
			var got []string
			for _, q := range requests {
				var body struct {
					Variables json.RawMessage `json:"variables"`
				}
				if err := json.Unmarshal(q.Body, &body); err != nil {
					t.Fatalf("fetch %d: request body %s: %v", i, q.Body, err)
				}
				got = append(got, string(body.Variables))
			}
			if got := cmp.Or(strings.Join(got, "\n"), nothing); got != s.want {
				t.Errorf("fetch %d: variables\n got %s\nwant %s", i, got, s.want)
			}
		}
		answers := s.answers
		if answers == nil {
			answers = []string{s.answer}
		}
		for j := range requests {
			if s.failure != nil {
				r.Fail(i, s.failure)
				continue
			}
			a, err := p.Decode(i, []byte(answers[j]))
			if err != nil {
				t.Fatalf("fetch %d: decode %s: %v", i, answers[j], err)
			}
			r.Link(i, j, a)
		}
	}
	return r
}

// response renders what a client would see, without http status and reasons.
func response(t testing.TB, r *Result) string {
	t.Helper()
	out := r.Write([]byte(`{"data":`), nil)
	var errs []any
	for _, e := range r.Errors() {
		errs = append(errs, e.GraphQL())
	}
	if errs != nil {
		b, err := json.Marshal(errs)
		if err != nil {
			t.Fatal(err)
		}
		out = append(append(out, `,"errors":`...), b...)
	}
	if c := r.Completions(); c != nil {
		b, err := json.Marshal(c)
		if err != nil {
			t.Fatal(err)
		}
		out = append(append(out, `,"completions":`...), b...)
	}
	out = append(out, '}')
	if !json.Valid(out) {
		t.Fatalf("the response is not JSON: %s", out)
	}
	return string(out)
}

// same compares JSON texts without regard to white space.
func same(t testing.TB, got, want string) {
	t.Helper()
	var g, w bytes.Buffer
	if err := json.Indent(&g, []byte(got), "", "  "); err != nil {
		t.Fatalf("got %s: %v", got, err)
	}
	if err := json.Indent(&w, []byte(want), "", "  "); err != nil {
		t.Fatalf("want %s: %v", want, err)
	}
	if g.String() != w.String() {
		t.Errorf("got\n%s\nwant\n%s", g.String(), w.String())
	}
}
