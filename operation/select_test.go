package operation

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// dump prints a selection set, one field a line, with the types it applies to.
func dump(fields []*Field) string {
	var b strings.Builder
	var walk func(fields []*Field, indent string)
	walk = func(fields []*Field, indent string) {
		for _, f := range fields {
			fmt.Fprintf(&b, "%s%s", indent, f.ResponseName)
			if f.Name != f.ResponseName {
				fmt.Fprintf(&b, ": %s", f.Name)
			}
			fmt.Fprintf(&b, " [%s]\n", strings.Join(f.On, " "))
			walk(f.Selections, indent+"  ")
		}
	}
	walk(fields, "")
	return b.String()
}

func TestSelect(t *testing.T) {
	schema := loadSchema(t, petsSDL)
	tests := []struct {
		name     string
		document string
		want     string
	}{
		{"document order, unmerged", "{ b a b x: a }", "b [Query]\na [Query]\nb [Query]\nx: a [Query]\n"},
		{"mutation", "mutation { reset set(n: 1) }", "reset [Mutation]\nset [Mutation]\n"},
		{"subscription", "subscription { tick }", "tick [Subscription]\n"},
		{"introspection fields", `{ __typename t: __type(name: "A") { name } __schema { __typename } }`,
			"__typename [Query]\nt: __type [Query]\n  name [__Type]\n__schema [Query]\n  __typename [__Schema]\n"},
		{"interface", "{ named { __typename name } }",
			"named [Query]\n  __typename [Cat Dog Person]\n  name [Cat Dog Person]\n"},
		{"interface of an interface", "{ named { ... on Pet { owner { name } } } }",
			"named [Query]\n  owner [Cat Dog]\n    name [Person]\n"},
		{"interface from below", "{ pet { ... on Named { name } } }", "pet [Query]\n  name [Cat Dog]\n"},
		{"union", "{ catOrDog { __typename ... on Dog { bark } } }", "catOrDog [Query]\n  __typename [Cat Dog]\n  bark [Dog]\n"},
		{"interface in a union", "{ catOrDog { ... on Named { name ... on Cat { meow } } } }",
			"catOrDog [Query]\n  name [Cat Dog]\n  meow [Cat]\n"},
		{"narrowed to one", "{ pet { ... on Dog { ... on Pet { ... on Named { name } } } } }", "pet [Query]\n  name [Dog]\n"},
		{"narrowed to none", "{ pet { ... on Dog { ... on Pet { ... on Cat { meow } } } name } }", "pet [Query]\n  name [Cat Dog]\n"},
		{"below a narrowed field all types again", "{ pet { ... on Dog { friend { name } } } }",
			"pet [Query]\n  friend [Dog]\n    name [Cat Dog]\n"},
		{"no implementation", "{ empty { x __typename } }", "empty [Query]\n  x [Empty]\n  __typename [Empty]\n"},
		{"inline fragment without a condition", "{ ... { a } pet { ... @tag { name } } }", "a [Query]\npet [Query]\n  name [Cat Dog]\n"},
		{"one fragment in two places", "{ pet { ...F } named { ...F } } fragment F on Named { name ... on Dog { bark } }",
			"pet [Query]\n  name [Cat Dog]\n  bark [Dog]\nnamed [Query]\n  name [Cat Dog Person]\n  bark [Dog]\n"},
		{"one fragment twice in one place", "{ ...F ...F } fragment F on Query { a }", "a [Query]\na [Query]\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			op := prepare(t, schema, tt.document)
			if diff := cmp.Diff(tt.want, dump(op.Select(nil))); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func TestSelectConditions(t *testing.T) {
	schema := loadSchema(t, petsSDL)
	const all = "($x: Boolean!, $y: Boolean!) "
	tests := []struct {
		document   string
		conditions []string
		want       [4]string // with x, y = false false, true false, false true, true true
	}{
		{"{ a @skip(if: true) b }", nil, [4]string{"b", "b", "b", "b"}},
		{"{ a @skip(if: false) b }", nil, [4]string{"a b", "a b", "a b", "a b"}},
		{"{ a @include(if: false) b }", nil, [4]string{"b", "b", "b", "b"}},
		{"query ($x: Boolean!) { a @skip(if: $x) b }", []string{"x"}, [4]string{"a b", "b", "a b", "b"}},
		{"query ($x: Boolean!) { a @include(if: $x) b }", []string{"x"}, [4]string{"b", "a b", "b", "a b"}},
		{"query " + all + "{ a @skip(if: $x) @include(if: $y) b }", []string{"x", "y"}, [4]string{"b", "b", "a b", "b"}},
		{"query " + all + "{ a @include(if: $y) @skip(if: $x) b }", []string{"x", "y"}, [4]string{"b", "b", "a b", "b"}},
		{"query " + all + "{ a @include(if: $y) a @include(if: $x) b }", []string{"x", "y"}, [4]string{"b", "a b", "a b", "a a b"}},
		{"query ($x: Boolean!) { ... @include(if: $x) { a } b }", []string{"x"}, [4]string{"b", "a b", "b", "a b"}},
		{"query ($x: Boolean!) { ...F @skip(if: $x) b } fragment F on Query { a }", []string{"x"}, [4]string{"a b", "b", "a b", "b"}},
		{"query " + all + "{ ... on Query @include(if: $x) { a @include(if: $y) } b }", []string{"x", "y"}, [4]string{"b", "b", "b", "a b"}},
		{"query ($x: Boolean = true) { a @include(if: $x) b }", []string{"x"}, [4]string{"b", "a b", "b", "a b"}},
		{"query ($x: Boolean!) { a(b: $x) b }", nil, [4]string{"a b", "a b", "a b", "a b"}},
	}
	for _, tt := range tests {
		op := prepare(t, schema, tt.document)
		if diff := cmp.Diff(tt.conditions, op.Conditions); diff != "" {
			t.Errorf("%s: conditions (-want +got)\n%s", tt.document, diff)
		}
		for i, want := range tt.want {
			var names []string
			for _, f := range op.Select(Conditions{"x": i&1 != 0, "y": i&2 != 0}) {
				names = append(names, f.ResponseName)
			}
			if got := strings.Join(names, " "); got != want {
				t.Errorf("%s with x = %v, y = %v: %q, want %q", tt.document, i&1 != 0, i&2 != 0, got, want)
			}
		}
	}
}

func TestSelectKeeps(t *testing.T) {
	schema := loadSchema(t, petsSDL)
	op := prepare(t, schema, `query ($n: Int, $x: Boolean!) {
  x: a(n: $n, s: "é") @tag(name: "1") @skip(if: false) @tag
  pet { name @include(if: $x) }
  dog { ... on Named { __typename name } }
}`)
	fields := op.Select(Conditions{})
	x, pet, dog := fields[0], fields[1], fields[2]

	if got := x.Arguments.ForName("n").Value.String() + x.Arguments.ForName("s").Value.String(); got != `$n"é"` {
		t.Errorf("arguments %s", got)
	}
	if len(x.Directives) != 2 || x.Directives[0].Name != "tag" || x.Directives[1].Name != "tag" {
		t.Errorf("directives %v, want @tag twice", x.Directives)
	}
	if x.Definition != schema.Query.Fields.ForName("a") {
		t.Errorf("definition %v is not the schema's", x.Definition)
	}
	if x.Position.Line != 2 || x.Position.Column != 3 {
		t.Errorf("position %d:%d, want 2:3", x.Position.Line, x.Position.Column)
	}
	if x.Selections != nil {
		t.Error("a leaf has selections")
	}
	if pet.Selections == nil || len(pet.Selections) != 0 {
		t.Errorf("an object whose selections are all ruled out has %v, want an empty list", pet.Selections)
	}
	typename, name := dog.Selections[0], dog.Selections[1]
	if got := typename.Definition.Type.String(); got != "String!" {
		t.Errorf("__typename has type %s", got)
	}
	if name.Definition != schema.Types["Named"].Fields.ForName("name") {
		t.Error("definition is not that of the type the field was selected on")
	}
}

// Lists of types are shared: 500 implementations times as many selections must
// not be 250,000 strings.
func TestSelectSharesTypes(t *testing.T) {
	var sdl strings.Builder
	sdl.WriteString("type Query { n: N m: M } interface N { a: Int } interface M { a: Int }")
	for i := range 500 {
		fmt.Fprintf(&sdl, " type T%d implements N & M { a: Int }", i)
	}
	op := prepare(t, loadSchema(t, sdl.String()), "{ n { a ... on M { b: a } } m { a ... on N { ... on M { b: a } } } }")
	fields := op.Select(nil)
	want := &fields[0].Selections[0].On[0]
	for _, f := range fields {
		for _, inner := range f.Selections {
			if len(inner.On) != 500 || &inner.On[0] != want {
				t.Errorf("%s.%s has its own list of %d types", f.Name, inner.ResponseName, len(inner.On))
			}
		}
	}
}

func TestSelectIsSafeForConcurrentUse(t *testing.T) {
	op := prepare(t, loadSchema(t, petsSDL), "query ($x: Boolean!) { pet { name ... on Dog @include(if: $x) { bark } } }")
	var g sync.WaitGroup
	for i := range 8 {
		g.Go(func() {
			x := i%2 == 0
			if got := len(op.Select(Conditions{"x": x})[0].Selections); (got == 2) != x {
				t.Errorf("%d selections with x = %v", got, x)
			}
		})
	}
	g.Wait()
}

// With several operations in a document, what validation leaves in shared
// fragments is that of the operation that runs.
func TestVariableDefinitionsOfTheOperation(t *testing.T) {
	schema := loadSchema(t, petsSDL)
	const document = "query A($n: Int = 1) { ...F } query B($n: Int = 2) { ...F } fragment F on Query { a(n: $n) }"
	for name, want := range map[string]string{"A": "1", "B": "2"} {
		op, errs := Prepare(schema, document, name, DefaultLimits())
		if len(errs) > 0 {
			t.Fatal(errs)
		}
		value := op.Select(nil)[0].Arguments[0].Value
		if got := value.VariableDefinition.DefaultValue.Raw; got != want {
			t.Errorf("operation %s has the variable with default %s", name, got)
		}
		if op.Name != name || len(op.Document.Operations) != 1 {
			t.Errorf("operation %q of %d", op.Name, len(op.Document.Operations))
		}
	}
}

func TestHash(t *testing.T) {
	schema := loadSchema(t, petsSDL)
	hash := func(document, name string) string {
		t.Helper()
		op, errs := Prepare(schema, document, name, DefaultLimits())
		if len(errs) > 0 {
			t.Fatalf("%s: %v", document, errs)
		}
		return op.Hash()
	}
	const document = `query A($n: Int = 1) @tag { x: a(n: $n, s: "q\"") ...F ... on Query { b } } fragment F on Query { b }`
	want := hash(document, "A")
	if len(want) != 64 || strings.Trim(want, "0123456789abcdef") != "" {
		t.Errorf("hash %q", want)
	}
	for _, same := range []string{
		"# comment\nquery A ( $n : Int=1 )@tag{x:a(n:$n s:\"q\\\"\"),...F...on Query{b}}fragment F on Query{b}",
		`fragment F on Query { b } query A($n: Int = 1) @tag { x: a(n: $n, s: """q"""" ) ...F ... on Query { b } }`,
		document + " query B { ...G } fragment G on Query { a }",
	} {
		if got := hash(same, "A"); got != want {
			t.Errorf("another hash for %s", same)
		}
	}
	different := map[string]string{want: document}
	for _, other := range []string{
		`query A($n: Int = 1) { x: a(n: $n, s: "q\"") ...F ... on Query { b } } fragment F on Query { b }`,
		`query A($n: Int = 2) @tag { x: a(n: $n, s: "q\"") ...F ... on Query { b } } fragment F on Query { b }`,
		`query A($n: Int) @tag { x: a(n: $n, s: "q\"") ...F ... on Query { b } } fragment F on Query { b }`,
		`query A($n: Int = 1) @tag { y: a(n: $n, s: "q\"") ...F ... on Query { b } } fragment F on Query { b }`,
		`query A($n: Int = 1) @tag { x: a(n: $n, s: "q") ...F ... on Query { b } } fragment F on Query { b }`,
		`query A($n: Int = 1) @tag { x: a(n: $n, s: "q\"") ...F ... { b } } fragment F on Query { b }`,
		`query A($n: Int = 1) @tag { x: a(n: $n, s: "q\"") ...F ... on Query { b } } fragment F on Query { a }`,
		`query B($n: Int = 1) @tag { x: a(n: $n, s: "q\"") ...F ... on Query { b } } fragment F on Query { b }`,
		`query A($n: Int = 1) @tag { ...F x: a(n: $n, s: "q\"") ... on Query { b } } fragment F on Query { b }`,
		"{ a }", "query A { a }", "{ a(n: 1) }", "{ a: b }", "{ a(list: [1, 1]) }", "{ a(list: [11]) }",
		`{ a(any: "x") }`, "{ a(any: x) }", `{ a(any: {x: 1}) }`, `{ a(any: [{x: 1}]) }`,
	} {
		name := ""
		if strings.HasPrefix(other, "query A") {
			name = "A"
		}
		got := hash(other, name)
		if same, ok := different[got]; ok {
			t.Errorf("one hash for %s and %s", same, other)
		}
		different[got] = other
	}
}
