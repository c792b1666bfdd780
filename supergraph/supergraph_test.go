package supergraph

import (
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"
	"github.com/vektah/gqlparser/v2/validator"
	"github.com/vektah/gqlparser/v2/validator/rules"
)

func TestSubgraphs(t *testing.T) {
	s := mustParse(t, compose("v0.5", "zoo apple mid", "type Query @join__type(graph: MID) { x: Int }"))
	want := []*Subgraph{
		{Index: 0, Name: "apple", URL: "http://apple"},
		{Index: 1, Name: "mid", URL: "http://mid"},
		{Index: 2, Name: "zoo", URL: "http://zoo"},
	}
	if diff := cmp.Diff(want, s.Subgraphs); diff != "" {
		t.Errorf("subgraphs (-want +got):\n%s", diff)
	}
	for _, g := range s.Subgraphs {
		if got := s.Subgraph(g.Name); got != g {
			t.Errorf("Subgraph(%q) = %v", g.Name, got)
		}
	}
	if got := s.Subgraph("nobody"); got != nil {
		t.Errorf("Subgraph(nobody) = %v", got)
	}
	if in := s.Type("Query").InSubgraph(1); in == nil || s.Type("Query").InSubgraph(0) != nil {
		t.Error("Query is not in mid alone")
	}
	f := s.Field("Query", "x")
	if in := f.InSubgraph(1); in == nil || in.Subgraph != 1 || f.InSubgraph(0) != nil || f.InSubgraph(2) != nil {
		t.Error("Query.x is not in mid alone")
	}
	if s.Field("Query", "y") != nil || s.Field("Missing", "x") != nil {
		t.Error("a field that does not exist")
	}
}

func TestQuestions(t *testing.T) {
	s := mustParse(t, compose("v0.5", "a b", query+`
interface I @join__type(graph: A) @join__type(graph: B) { x: Int }
type T implements I @join__type(graph: A) @join__type(graph: B) @join__implements(graph: A, interface: "I") { x: Int }
type S implements I @join__type(graph: B) @join__implements(graph: B, interface: "I") { x: Int }
enum E @join__type(graph: A) { X @join__enumValue(graph: A) }`))
	i, obj := s.Type("I"), s.Type("T")
	for name, got := range map[string][2]bool{
		"T is an I":               {s.IsPossible("I", "T"), true},
		"S is an I":               {s.IsPossible("I", "S"), true},
		"S is a T":                {s.IsPossible("T", "S"), false},
		"T is a T":                {s.IsPossible("T", "T"), true},
		"T is a Missing":          {s.IsPossible("Missing", "T"), false},
		"T is an I in a":          {i.In[0].IsPossible("T"), true},
		"S is an I in a":          {i.In[0].IsPossible("S"), false},
		"T implements I in a":     {obj.In[0].Implements("I"), true},
		"T implements I in b":     {obj.In[1].Implements("I"), false},
		"I is abstract":           {i.IsAbstract(), true},
		"T is abstract":           {obj.IsAbstract(), false},
		"T is composite":          {obj.IsComposite(), true},
		"E is composite":          {s.Type("E").IsComposite(), false},
		"E has the value X in a":  {s.Type("E").In[0].HasEnumValue("X"), true},
		"E has the value Y in a":  {s.Type("E").In[0].HasEnumValue("Y"), false},
		"I possible by type":      {i.IsPossible("S"), true},
		"nothing is a Boolean":    {s.IsPossible("Boolean", "T"), false},
		"I is not its own object": {i.IsPossible("I"), false},
	} {
		if got[0] != got[1] {
			t.Errorf("%s: got %t, want %t", name, got[0], got[1])
		}
	}
}

// TestFieldSetPlaces checks that selections in field sets know their
// definitions and where in the file they are.
func TestFieldSetPlaces(t *testing.T) {
	sdl := compose("v0.5", "a b", query+`
type T @join__type(graph: A, key: "id o { k(n: 3) ... on O { __typename } }") { id: ID! o: O }
type O @join__type(graph: A) { k(n: Int): Int }`)
	s := mustParse(t, sdl)
	lines := strings.Split(sdl, "\n")
	var names []string
	var walk func(set ast.SelectionSet, parent string)
	walk = func(set ast.SelectionSet, parent string) {
		for _, selection := range set {
			pos := selection.GetPosition()
			at := lines[pos.Line-1][pos.Column-1:]
			if pos.Src.Name != "s.graphql" {
				t.Errorf("selection is in %q", pos.Src.Name)
			}
			switch f := selection.(type) {
			case *ast.Field:
				names = append(names, parent+"."+f.Name)
				if !strings.HasPrefix(at, f.Name) {
					t.Errorf("%s is said to be at %q", f.Name, at)
				}
				if f.ObjectDefinition != s.Full.Types[parent] {
					t.Errorf("%s is on %v", f.Name, f.ObjectDefinition)
				}
				if f.Name == "__typename" {
					if got := f.Definition.Type.String(); got != "String!" {
						t.Errorf("__typename is of type %s", got)
					}
					continue
				}
				if want := s.Full.Types[parent].Fields.ForName(f.Name); f.Definition != want {
					t.Errorf("the definition of %s is %v, not %v", f.Name, f.Definition, want)
				}
				for _, a := range f.Arguments {
					if at := lines[a.Value.Position.Line-1][a.Value.Position.Column-1:]; !strings.HasPrefix(at, a.Value.Raw) {
						t.Errorf("the value of %s is said to be at %q", a.Name, at)
					}
				}
				walk(f.SelectionSet, f.Definition.Type.Name())
			case *ast.InlineFragment:
				if !strings.HasPrefix(at, "on "+f.TypeCondition) && !strings.HasPrefix(at, "...") {
					t.Errorf("the fragment on %s is said to be at %q", f.TypeCondition, at)
				}
				if f.ObjectDefinition != s.Full.Types[parent] {
					t.Errorf("the fragment on %s is on %v", f.TypeCondition, f.ObjectDefinition)
				}
				walk(f.SelectionSet, f.TypeCondition)
			}
		}
	}
	key := s.Type("T").In[0].Keys[0]
	walk(key.Fields, "T")
	if diff := cmp.Diff([]string{"T.id", "T.o", "O.k", "O.__typename"}, names); diff != "" {
		t.Errorf("fields (-want +got):\n%s", diff)
	}
	if want := "id o { k(n: 3) ... on O { __typename } }"; key.Text != want {
		t.Errorf("text is %q, want %q", key.Text, want)
	}
}

func TestRootNames(t *testing.T) {
	s := mustParse(t, compose("v0.5", "a", query+`
type Mutation @join__type(graph: A) @inaccessible { m: Int }
type Subscription @join__type(graph: A) { s: Int }`, inaccessible))
	got := []string{s.Query, s.Mutation, s.Subscription}
	if diff := cmp.Diff([]string{"Query", "", "Subscription"}, got); diff != "" {
		t.Errorf("root types (-want +got):\n%s", diff)
	}
	if s.Type("Mutation") == nil || s.Full.Mutation == nil {
		t.Error("the hidden root type is not in the model")
	}
	if s.API.Mutation != nil || s.API.Types["Mutation"] != nil {
		t.Error("the hidden root type is in the API schema")
	}
}

// TestValidateAgainst runs gqlparser's validator on the two schemas.
func TestValidateAgainst(t *testing.T) {
	s := mustParse(t, compose("v0.5", "a", `
type Query @join__type(graph: A) { i(e: E, in: In, no: Int @inaccessible): I u: U }
interface N @join__type(graph: A) { x: Int }
interface I implements N @join__type(graph: A) { x: Int secret: Int @inaccessible }
type T implements I & N @join__type(graph: A) { x: Int secret: Int @inaccessible }
type H implements I & N @join__type(graph: A) @inaccessible { x: Int secret: Int }
union U @join__type(graph: A) = T | H
enum E @join__type(graph: A) { X Y @inaccessible }
input In @join__type(graph: A) { a: Int b: Int @inaccessible }`, inaccessible))
	ruleSet := rules.NewDefaultRules()
	for _, tt := range []struct {
		query string
		api   string // the first fault against API
	}{
		{query: `{ i(e: X, in: {a: 1}) { __typename x ... on T { x } ... on N { x } } u { ... on I { x } } __typename }`},
		{query: `{ __schema { types { name fields { name } } } __type(name: "T") { possibleTypes { name } } }`},
		{query: `query($a: Boolean!) { u @skip(if: $a) { ... on T @include(if: $a) { x } } }`},
		{query: `{ i { secret } }`, api: `Cannot query field "secret" on type "I".`},
		{query: `{ i { ... on H { x } } }`, api: `Unknown type "H".`},
		{query: `{ i(no: 1) { x } }`, api: `Unknown argument "no" on field "Query.i".`},
		{query: `{ i(e: Y) { x } }`, api: `Value "Y" does not exist in "E" enum. Did you mean the enum value "X"?`},
		{query: `{ i(in: {b: 1}) { x } }`, api: `Field "b" is not defined by type "In". Did you mean "a"?`},
	} {
		doc, err := parser.ParseQuery(&ast.Source{Input: tt.query})
		if err != nil {
			t.Fatal(err)
		}
		if errs := validator.ValidateWithRules(s.Full, doc, ruleSet); len(errs) > 0 {
			t.Errorf("%s against Full: %v", tt.query, errs)
		}
		doc, err = parser.ParseQuery(&ast.Source{Input: tt.query})
		if err != nil {
			t.Fatal(err)
		}
		var got string
		if errs := validator.ValidateWithRules(s.API, doc, ruleSet); len(errs) > 0 {
			got = errs[0].Message
		}
		if diff := cmp.Diff(tt.api, got); diff != "" {
			t.Errorf("%s against API (-want +got):\n%s", tt.query, diff)
		}
	}
	doc, err := parser.ParseQuery(&ast.Source{Input: `{ ... @defer { u { __typename } } }`})
	if err != nil {
		t.Fatal(err)
	}
	if errs := validator.ValidateWithRules(s.API, doc, ruleSet); len(errs) != 1 || errs[0].Message != `Unknown directive "@defer".` {
		t.Errorf("@defer: %v", errs)
	}
}

func TestPossibleTypesOfSchemas(t *testing.T) {
	s := mustParse(t, compose("v0.5", "a", query+`
interface N @join__type(graph: A) { x: Int }
interface I implements N @join__type(graph: A) { x: Int }
type T implements I & N @join__type(graph: A) { x: Int }
type H implements I & N @join__type(graph: A) @inaccessible { x: Int }
union U @join__type(graph: A) = T | H`, inaccessible))
	names := func(schema *ast.Schema, lists map[string][]*ast.Definition) map[string]string {
		out := map[string]string{}
		for _, name := range []string{"N", "I", "T", "U", "H"} {
			var list []string
			for _, def := range lists[name] {
				list = append(list, def.Name)
				if schema.Types[def.Name] != def {
					t.Errorf("%s in the list of %s is not the schema's", def.Name, name)
				}
			}
			slices.Sort(list)
			out[name] = strings.Join(list, " ")
		}
		return out
	}
	if diff := cmp.Diff(map[string]string{"N": "H T", "I": "H T", "T": "T", "U": "H T", "H": "H"}, names(s.Full, s.Full.PossibleTypes)); diff != "" {
		t.Errorf("possible types in Full (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(map[string]string{"N": "T", "I": "T", "T": "T", "U": "T", "H": ""}, names(s.API, s.API.PossibleTypes)); diff != "" {
		t.Errorf("possible types in API (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(map[string]string{"N": "", "I": "N", "T": "I N U", "U": "", "H": ""}, names(s.API, s.API.Implements)); diff != "" {
		t.Errorf("implements in API (-want +got):\n%s", diff)
	}
}

func TestIntrospectionStays(t *testing.T) {
	s := mustParse(t, compose("v0.5", "a", query+`type T @join__type(graph: A) @inaccessible { x: Int }`, inaccessible))
	for _, schema := range []*ast.Schema{s.API, s.Full} {
		for _, name := range []string{"__Schema", "__Type", "Int", "Float", "String", "Boolean", "ID"} {
			if schema.Types[name] == nil {
				t.Errorf("%s is missing", name)
			}
		}
		if got := sortedKeys(schema.Directives); !cmp.Equal(got, []string{"deprecated", "include", "oneOf", "skip", "specifiedBy"}) {
			t.Errorf("directives are %q", got)
		}
		var fields []string
		for _, f := range schema.Query.Fields {
			fields = append(fields, f.Name)
		}
		if diff := cmp.Diff([]string{"ok", "__schema", "__type"}, fields); diff != "" {
			t.Errorf("query fields (-want +got):\n%s", diff)
		}
	}
}

// TestDeterminism parses everything twice: the same text gives the same model,
// and parsing has no memory.
func TestDeterminism(t *testing.T) {
	sdls := []string{largeSDL(20, 2000)}
	for _, c := range slices.Concat(modelCases(), ownedCases()) {
		sdls = append(sdls, c.sdl())
	}
	for _, sdl := range sdls {
		first, second := mustParse(t, sdl), mustParse(t, sdl)
		if diff := cmp.Diff(describe(first), describe(second)); diff != "" {
			t.Errorf("model (-first +second):\n%s", diff)
		}
		if diff := cmp.Diff(first.APISDL(), second.APISDL()); diff != "" {
			t.Errorf("API schema (-first +second):\n%s", diff)
		}
	}
	for _, c := range errorCases() {
		_, first := Parse("s.graphql", c.sdl)
		_, second := Parse("s.graphql", c.sdl)
		if diff := cmp.Diff(first.Error(), second.Error()); diff != "" {
			t.Errorf("error (-first +second):\n%s", diff)
		}
	}
}

// TestConcurrentUse reads one model from several goroutines, for the race
// detector.
func TestConcurrentUse(t *testing.T) {
	s := mustParse(t, largeSDL(5, 400))
	want, wantSDL := describe(s), s.APISDL()
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			if describe(s) != want || s.APISDL() != wantSDL {
				t.Error("the model differs")
			}
		})
	}
	wg.Wait()
}

// TestAPISDLParses checks that the printed API schema is a schema again, the
// same one.
func TestAPISDLParses(t *testing.T) {
	for _, c := range slices.Concat(modelCases(), ownedCases()) {
		s := mustParse(t, c.sdl())
		sdl := s.APISDL()
		doc, err := parser.ParseSchemas(validator.Prelude, &ast.Source{Input: sdl})
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		again, err := validator.ValidateSchemaDocument(doc)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		delete(again.Directives, "defer")
		if diff := cmp.Diff(sdl, (&Supergraph{API: again}).APISDL()); diff != "" {
			t.Errorf("%s (-first +second):\n%s", c.name, diff)
		}
	}
}
