package supergraph

import (
	"errors"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"
)

// FuzzParse checks that any text is either a model that keeps its invariants
// or a coded error.
func FuzzParse(f *testing.F) {
	for _, c := range slices.Concat(modelCases(), ownedCases()) {
		f.Add(c.sdl())
	}
	for _, c := range errorCases() {
		if len(c.sdl) < 2000 {
			f.Add(c.sdl)
		}
	}
	f.Add(largeSDL(2, 40))
	f.Fuzz(checkParse)
}

// FuzzParseTokens does as FuzzParse with supergraphs whose tokens have been
// moved, dropped and exchanged: most of them still parse, and contradict
// themselves.
func FuzzParseTokens(f *testing.F) {
	token := regexp.MustCompile(`"(?:[^"\\\n]|\\.)*"|[A-Za-z0-9_]+|[^\sA-Za-z0-9_]|\n`)
	var seeds [][]string
	for _, c := range slices.Concat(modelCases(), ownedCases()) {
		seeds = append(seeds, token.FindAllString(c.sdl(), -1))
	}
	for seed := range uint64(100) {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, seed uint64) {
		random := rand.New(rand.NewPCG(seed, 0))
		pick := func() []string { return seeds[random.IntN(len(seeds))] }
		tokens := slices.Clone(pick())
		for range 1 + random.IntN(4) {
			at := random.IntN(len(tokens))
			other := tokens
			if random.IntN(3) == 0 {
				other = pick()
			}
			from := random.IntN(len(other))
			part := slices.Clone(other[from:min(from+1+random.IntN(8), len(other))])
			switch random.IntN(4) {
			case 0:
				tokens = slices.Insert(tokens, at, part...)
			case 1:
				tokens = slices.Delete(tokens, at, min(at+1+random.IntN(4), len(tokens)))
			default: // likes for likes, so that the syntax survives
				for try := range len(tokens) {
					at := (at + try) % len(tokens)
					if kindOfToken(tokens[at]) == kindOfToken(part[0]) {
						tokens[at] = part[0]
						break
					}
				}
			}
			if len(tokens) == 0 {
				break
			}
		}
		checkParse(t, strings.Join(tokens, " "))
	})
}

func kindOfToken(s string) byte {
	if isName(s) {
		return 'a'
	}
	return s[0]
}

func checkParse(t *testing.T, sdl string) {
	s, err := Parse("s.graphql", sdl)
	if err != nil {
		var coded *Error
		if !errors.As(err, &coded) || coded.Code == "" || coded.Message == "" || coded.File != "s.graphql" ||
			coded.Line < 0 || coded.Column < 0 || (coded.Line == 0) != (coded.Column == 0) {
			t.Fatalf("%#v\n%s", err, sdl)
		}
		return
	}
	checkInvariants(t, s)
	if s.APISDL() == "" {
		t.Error("the API schema is empty")
	}
	if t.Failed() {
		t.Log(sdl)
	}
}

// checkInvariants checks what doc.go promises of every model.
func checkInvariants(t *testing.T, s *Supergraph) {
	t.Helper()
	if s.API.Query == nil || s.API.Query.Name != s.Query {
		t.Errorf("the query root type is %v, named %q", s.API.Query, s.Query)
	}
	for i, g := range s.Subgraphs {
		if g.Index != i || s.Subgraph(g.Name) != g {
			t.Errorf("subgraph %q is out of place", g.Name)
		}
	}
	for name, def := range s.Full.Types {
		if !def.BuiltIn && s.Types[name] == nil {
			t.Errorf("type %s is not in the model", name)
		}
	}
	for name, typ := range s.Types {
		if typ.Name != name || typ.Definition != s.Full.Types[name] || len(typ.In) != len(s.Subgraphs) {
			t.Errorf("type %s is inconsistent", name)
		}
		if shown := s.API.Types[name] != nil; shown == typ.Inaccessible {
			t.Errorf("type %s: in the API schema is %t, hidden is %t", name, shown, typ.Inaccessible)
		}
		checkNames(t, s, name, typ.Possible, nowhere)
		for i, in := range typ.In {
			if in != nil {
				checkTypeIn(t, s, typ, in, i)
			}
		}
		for _, f := range typ.Fields {
			if !slices.IsSortedFunc(f.In, func(a, b *FieldIn) int { return a.Subgraph - b.Subgraph }) {
				t.Errorf("%s.%s: subgraphs are out of order", name, f.Name)
			}
			for _, in := range f.In {
				if home := typ.In[in.Subgraph]; home == nil || home.Fields[f.Name] != in {
					t.Errorf("%s.%s is not what the type has in subgraph %d", name, f.Name, in.Subgraph)
				}
			}
		}
	}
}

func checkTypeIn(t *testing.T, s *Supergraph, typ *Type, in *TypeIn, i int) {
	t.Helper()
	if in.Subgraph != i {
		t.Errorf("%s says that it is in subgraph %d, not %d", typ.Name, in.Subgraph, i)
	}
	checkNames(t, s, typ.Name, in.Possible, i)
	checkNames(t, s, typ.Name, in.Interfaces, i)
	if !slices.IsSorted(in.EnumValues) {
		t.Errorf("the values of %s are out of order", typ.Name)
	}
	for _, k := range in.Keys {
		checkFieldSet(t, s, k.Fields)
	}
	for name, f := range in.Fields {
		if typ.Fields[name].InSubgraph(i) != f {
			t.Errorf("%s.%s is not what the field has in subgraph %d", typ.Name, name, i)
		}
		if base := s.Full.Types[f.Type.Name()]; base == nil || (!base.BuiltIn && s.Types[base.Name].In[i] == nil) {
			t.Errorf("%s.%s is of type %s, which subgraph %d lacks", typ.Name, name, f.Type, i)
		}
		if f.Overrides && f.OverrideLabel == "" {
			t.Errorf("%s.%s overrides without a label", typ.Name, name)
		}
		checkFieldSet(t, s, f.Requires)
		checkFieldSet(t, s, f.Provides)
		for _, c := range f.Context {
			checkFieldSet(t, s, c.Selection)
			if len(c.Types) == 0 || !slices.IsSorted(c.Types) {
				t.Errorf("%s.%s(%s:) has the context types %q", typ.Name, name, c.Name, c.Types)
			}
		}
	}
}

// checkNames checks that names are sorted, distinct and exist in subgraph i,
// or anywhere.
func checkNames(t *testing.T, s *Supergraph, owner string, names []string, i int) {
	t.Helper()
	if !slices.IsSorted(names) || len(slices.Compact(slices.Clone(names))) != len(names) {
		t.Errorf("%s has the names %q", owner, names)
	}
	for _, name := range names {
		if typ := s.Types[name]; typ == nil || (i != nowhere && typ.In[i] == nil) {
			t.Errorf("%s names %s, which subgraph %d lacks", owner, name, i)
		}
	}
}

func checkFieldSet(t *testing.T, s *Supergraph, set ast.SelectionSet) {
	t.Helper()
	for _, selection := range set {
		if pos := selection.GetPosition(); pos == nil || pos.Src == nil || pos.Src.Name != "s.graphql" {
			t.Errorf("a selection is at %v", pos)
		}
		switch f := selection.(type) {
		case *ast.Field:
			if f.ObjectDefinition == nil || f.ObjectDefinition != s.Full.Types[f.ObjectDefinition.Name] {
				t.Errorf("the field %s is on %v", f.Name, f.ObjectDefinition)
				continue
			}
			if f.Name != "__typename" && (f.Definition == nil || f.Definition != f.ObjectDefinition.Fields.ForName(f.Name)) {
				t.Errorf("the definition of %s is %v", f.Name, f.Definition)
			}
			checkFieldSet(t, s, f.SelectionSet)
		case *ast.InlineFragment:
			checkFieldSet(t, s, f.SelectionSet)
		default:
			t.Errorf("a selection is a %T", f)
		}
	}
}

func TestInvariants(t *testing.T) {
	for _, c := range slices.Concat(modelCases(), ownedCases()) {
		t.Run(c.name, func(t *testing.T) { checkInvariants(t, mustParse(t, c.sdl())) })
	}
	t.Run("large", func(t *testing.T) { checkInvariants(t, mustParse(t, largeSDL(7, 1000))) })
}
