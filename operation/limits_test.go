package operation

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestOperationLimits(t *testing.T) {
	schema := loadSchema(t, petsSDL)
	tests := []struct {
		name     string
		document string
		limits   Limits // what is zero is unlimited or the default
		want     string // at one less than what the operation has
	}{
		{"tokens", "{ a b }", Limits{Tokens: 3}, "MAX_TOKENS_LIMIT the document has more than the 3 tokens allowed\n"},
		{"tokens are comments", "{ a #\n#\n#\n }", Limits{Tokens: 5}, "MAX_TOKENS_LIMIT the document has more than the 5 tokens allowed\n"},
		{"depth", "{ dog { best { bark } } }", Limits{Depth: 2}, "MAX_DEPTH_LIMIT 1:1 the anonymous query has too many levels of fields, more than the 2 allowed\n"},
		{"depth through fragments", "query Q { ...F } fragment F on Query { ... { dog { ...G } } } fragment G on Dog { best { bark } }",
			Limits{Depth: 2}, "MAX_DEPTH_LIMIT 1:1 query Q has too many levels of fields, more than the 2 allowed\n"},
		{"height", "{ a b a dog { bark } dog { bark volume } }", Limits{Height: 4}, "MAX_HEIGHT_LIMIT 1:1 the anonymous query has too many fields, more than the 4 allowed\n"},
		{"aliases", "{ x: a ...F } fragment F on Query { y: a }", Limits{Aliases: 1}, "MAX_ALIASES_LIMIT 1:1 the anonymous query has too many aliases, more than the 1 allowed\n"},
		{"aliases per spread", "{ x: dog { ...F } y: dog { ...F } } fragment F on Dog { n: name }", Limits{Aliases: 3},
			"MAX_ALIASES_LIMIT 1:1 the anonymous query has too many aliases, more than the 3 allowed\n"},
		{"root fields", "{ a ... { b } ...F } fragment F on Query { dog { bark } }", Limits{RootFields: 2},
			"MAX_ROOT_FIELDS_LIMIT 1:1 the anonymous query has too many root fields, more than the 2 allowed\n"},
		{"directives", "query @tag { a @tag @tag ...F @tag } fragment F on Query @tag { a }", Limits{Directives: 3},
			"MAX_DIRECTIVES_LIMIT 1:1 the anonymous query has too many directives, more than the 3 allowed\n"},
		{"several at once", "{ x: a y: b }", Limits{Aliases: 1, RootFields: 1},
			"MAX_ALIASES_LIMIT 1:1 the anonymous query has too many aliases, more than the 1 allowed\n" +
				"MAX_ROOT_FIELDS_LIMIT 1:1 the anonymous query has too many root fields, more than the 1 allowed\n"},
		{"nesting of selections", "{ dog { ... { best { bark } } } }", Limits{Nesting: 3},
			"MAX_DEPTH_LIMIT 1:1 the anonymous query nests deeper than the 3 levels allowed\n"},
		{"nesting of spreads", "{ ...F } fragment F on Query { ...G } fragment G on Query { a }", Limits{Nesting: 2},
			"MAX_DEPTH_LIMIT 1:1 the anonymous query nests deeper than the 2 levels allowed\n"},
		{"nesting in a fragment", "{ a } fragment F on Query { dog { best { bark } } }", Limits{Nesting: 2},
			"MAX_DEPTH_LIMIT 1:7 fragment \"F\" nests deeper than the 2 levels allowed\n"},
		{"nesting of values", "{ a(any: [{x: [1]}]) }", Limits{Nesting: 3},
			"MAX_DEPTH_LIMIT 1:1 the anonymous query nests deeper than the 3 levels allowed\n"},
		{"nesting of types", "query ($n: [[Int]]) { a(lists: $n) }", Limits{Nesting: 1},
			"MAX_DEPTH_LIMIT 1:1 the anonymous query nests deeper than the 1 levels allowed\n"},
		{"nesting of defaults", "query ($n: [[Int]] = [[[1]]]) { a(lists: $n) }", Limits{Nesting: 2},
			"MAX_DEPTH_LIMIT 1:1 the anonymous query nests deeper than the 2 levels allowed\n"},
		{"selections", "{ ...F ...F } fragment F on Query { a b }", Limits{Selections: 5},
			"MAX_SELECTIONS_LIMIT with its fragments expanded the document has more than the 5 selections allowed\n"},
		{"selections of all operations", "query A { ...F } query B { ...F } fragment F on Query { a b }", Limits{Selections: 5},
			"MAX_SELECTIONS_LIMIT with its fragments expanded the document has more than the 5 selections allowed\n"},
		{"introspection off", "{ a ... { ...F } } fragment F on Query { __schema { description } }", Limits{},
			"INTROSPECTION_DISABLED 1:42 introspection is disabled, so \"__schema\" cannot be asked for\n"},
		{"introspection of a type off", `{ __type(name: "A") { name } }`, Limits{},
			"INTROSPECTION_DISABLED 1:3 introspection is disabled, so \"__type\" cannot be asked for\n"},
		{"suggestions off", "{ nameed dog a(color: REED, colour: 1) }", Limits{},
			"GRAPHQL_VALIDATION_FAILED 1:3 Cannot query field \"nameed\" on type \"Query\".\n" +
				"GRAPHQL_VALIDATION_FAILED 1:10 Field \"dog\" of type \"Dog\" must have a selection of subfields.\n" +
				"GRAPHQL_VALIDATION_FAILED 1:23 Value \"REED\" does not exist in \"Color\" enum.\n" +
				"GRAPHQL_VALIDATION_FAILED 1:29 Unknown argument \"colour\" on field \"Query.a\".\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, errs := Prepare(schema, tt.document, "", tt.limits)
			if diff := cmp.Diff(tt.want, show(errs)); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

// What has exactly as much as is allowed passes.
func TestAtTheLimit(t *testing.T) {
	schema := loadSchema(t, petsSDL)
	tests := []struct {
		document string
		limits   Limits
	}{
		{"{ a b }", Limits{Tokens: 4, Nesting: 1, Selections: 2, Depth: 1, Height: 2, RootFields: 2}},
		{"{ a b a dog { bark } dog { bark volume } }", Limits{Height: 5}},
		{"{ x: dog { ...F } y: dog { ...F } } fragment F on Dog { n: name }", Limits{Aliases: 4, Selections: 6}},
		{"query @tag { a @tag @tag ...F @tag } fragment F on Query @tag { a }", Limits{Directives: 5}},
		{"{ a: a }", Limits{Aliases: 1}},
		{"{ __typename x: __typename }", Limits{}}, // introspection off
	}
	for _, tt := range tests {
		if _, errs := Prepare(schema, tt.document, "", tt.limits); len(errs) > 0 {
			t.Errorf("%s with %+v: %s", tt.document, tt.limits, show(errs))
		}
	}
}

func TestPlusSaturates(t *testing.T) {
	tests := []struct{ a, b, want int }{
		{1, 2, 3},
		{math.MaxInt, 0, math.MaxInt},
		{math.MaxInt - 1, 2, math.MaxInt},
		{math.MaxInt, math.MaxInt, math.MaxInt},
	}
	for _, tt := range tests {
		if got := plus(tt.a, tt.b); got != tt.want {
			t.Errorf("plus(%d, %d) = %d, want %d", tt.a, tt.b, got, tt.want)
		}
	}
}

// The adversarial documents and the code each is refused with under the default
// limits; an empty code says that it is to pass. That this test ends, and in
// little memory, is part of what it shows: unbounded, most of these take
// minutes to for ever.
var adversarial = []struct {
	name     string
	document func() string
	code     string
}{
	{"fragment bomb", func() string { return fragmentTree(40, 2, "a") }, CodeMaxSelections},
	{"fragment bomb that would overflow 64 bits", func() string { return fragmentTree(180, 9, "a") }, CodeMaxSelections},
	{"fragment bomb with conditions", func() string {
		return strings.ReplaceAll(fragmentTree(40, 2, "a"), " ...f", " ... @include(if: false) { a } ...f")
	}, CodeMaxSelections},
	{"fragment bomb below fields", func() string {
		var b strings.Builder
		b.WriteString("{ dog { ...f0 } }")
		for i := range 40 {
			fmt.Fprintf(&b, " fragment f%d on Dog { x: best { ...f%d } y: best { ...f%d } }", i, i+1, i+1)
		}
		b.WriteString(" fragment f40 on Dog { bark }")
		return b.String()
	}, CodeMaxSelections},
	{"fragment chain", func() string { return fragmentTree(1_500, 1, "a") }, CodeMaxDepth},
	{"100,000 links", func() string { return fragmentTree(100_000, 1, "a") }, CodeMaxTokens},
	{"cycle through all", func() string { return fragmentTree(1_500, 1, "...f0") }, CodeValidation},
	{"all spread all", func() string {
		var b strings.Builder
		b.WriteString("{ ...f0 }")
		for i := range 100 {
			fmt.Fprintf(&b, " fragment f%d on Query { a", i)
			for j := i + 1; j < 100; j++ {
				fmt.Fprintf(&b, " ...f%d", j)
			}
			b.WriteString(" }")
		}
		return b.String()
	}, CodeMaxSelections},
	{"a large fragment at the end of many chains", func() string {
		var b strings.Builder
		b.WriteString("{ dog {" + numbered(" ...c%dx0", 8) + " } } fragment big on Dog {" + strings.Repeat(" name", 3_000) + " }")
		for i := range 8 {
			for j := range 150 {
				fmt.Fprintf(&b, " fragment c%dx%d on Dog { ...c%dx%d }", i, j, i, j+1)
			}
			fmt.Fprintf(&b, " fragment c%dx150 on Dog { ...big }", i)
		}
		return b.String()
	}, ""},
	{"a large argument in many operations", func() string {
		return "fragment big on Query { a(any: [" + strings.Repeat("1 ", 8_000) + "]) }" + numbered(" query q%d { ...big }", 900)
	}, CodeMaxSelections},
	{"a large fragment in many operations", func() string {
		var b strings.Builder
		b.WriteString("fragment big on Query {" + strings.Repeat(" a", 6_000) + " }")
		for i := range 900 {
			fmt.Fprintf(&b, " query q%d { ...big }", i)
		}
		return b.String()
	}, CodeMaxSelections},
	{"one fragment name many times", func() string {
		return "{ ...f }" + strings.Repeat(" fragment f on Query { a }", 1_500)
	}, CodeValidation},

	{"equal fields", func() string { return "{" + strings.Repeat(" a", 14_000) + " }" }, CodeMaxRootFields},
	{"equal fields below", func() string { return "{ dog {" + strings.Repeat(" name", 14_000) + " } }" }, ""},
	{"equal objects", func() string { return "{ dog {" + strings.Repeat(" best { bark }", 3_700) + " } }" }, ""},
	{"equal fields with conflicts", func() string {
		var b strings.Builder
		b.WriteString("{ dog {")
		for i := range 2_400 {
			fmt.Fprintf(&b, " x: %s", []string{"bark", "volume"}[i%2])
		}
		b.WriteString(" } }")
		return b.String()
	}, CodeMaxAliases},
	{"deep equal objects", func() string {
		return "{ dog {" + strings.Repeat(strings.Repeat("best { ", 90)+"bark"+strings.Repeat(" }", 90)+" ", 50) + "} }"
	}, ""},
	{"exclusive and overlapping parents", func() string {
		// Every level doubles the combinations of parents a field can have.
		var b strings.Builder
		b.WriteString("{ pet { ...f0 } }")
		for i := range 8 {
			fmt.Fprintf(&b, " fragment f%d on Pet { friend { ...f%d } ... on Dog { friend { ...f%d } } ... on Cat { friend { ...f%d } } }", i, i+1, i+1, i+1)
		}
		b.WriteString(" fragment f8 on Pet { ... on Dog { size } ... on Cat { size } }")
		return b.String()
	}, CodeValidation},
	{"exclusive and overlapping parents, equal shapes", func() string {
		var b strings.Builder
		b.WriteString("{ pet { ...f0 } }")
		for i := range 8 {
			fmt.Fprintf(&b, " fragment f%d on Pet { friend { ...f%d } ... on Dog { friend { ...f%d } } ... on Cat { friend { ...f%d } } }", i, i+1, i+1, i+1)
		}
		b.WriteString(" fragment f8 on Pet { ... on Dog { sound(loud: true) } ... on Cat { sound(loud: false) } }")
		return b.String()
	}, CodeMaxSelections},

	{"aliases", func() string { return "{" + numbered(" x%d: a", 4_900) + " }" }, CodeMaxAliases},
	{"a megabyte of aliases", func() string { return "{" + numbered(" x%d: a", 100_000) + " }" }, CodeMaxTokens},
	{"directives", func() string { return "{ a" + strings.Repeat(" @tag", 7_000) + " }" }, CodeMaxDirectives},
	{"unknown directives", func() string { return "{ a" + strings.Repeat(" @x", 900) + " }" }, CodeValidation},
	{"a megabyte of directives", func() string { return "{ a " + strings.Repeat("@a", 500_000) }, CodeMaxTokens},
	{"directives of a variable", func() string { return "query ($n: Int" + strings.Repeat(" @tag", 2_000) + ") { a(n: $n) }" }, CodeMaxDirectives},

	{"braces", func() string { return strings.Repeat("{ a", 100_000) }, CodeMaxDepth},
	{"fields in fields", func() string {
		return "{ dog " + strings.Repeat("{ best ", 300) + "{ bark }" + strings.Repeat(" }", 300) + " }"
	}, CodeMaxDepth},
	{"inline fragments in one another", func() string { return strings.Repeat("{ ... ", 700) + "{ a }" + strings.Repeat(" }", 700) }, CodeMaxDepth},
	{"lists", func() string { return "{ a(any: " + strings.Repeat("[", 100_000) + " }" }, CodeMaxDepth},
	{"closed lists", func() string { return "{ a(any: " + strings.Repeat("[", 900) + strings.Repeat("]", 900) + ") }" }, CodeMaxDepth},
	{"objects", func() string {
		return "{ a(any: " + strings.Repeat("{x: ", 900) + "1" + strings.Repeat("}", 900) + ") }"
	}, CodeMaxDepth},
	{"list types", func() string {
		return "query ($n: " + strings.Repeat("[", 900) + "Int" + strings.Repeat("]", 900) + ") { a }"
	}, CodeMaxDepth},

	{"a name of a megabyte", func() string { return "{ " + strings.Repeat("a", 1_000_000) + " }" }, CodeMaxName},
	{"an operation name of a megabyte", func() string { return "query " + strings.Repeat("a", 1_000_000) + " { a }" }, CodeMaxName},
	{"an enum value of a megabyte", func() string { return "{ a(color: " + strings.Repeat("A", 1_000_000) + ") }" }, CodeMaxName},
	{"a string of a megabyte", func() string { return `{ a(n: "` + strings.Repeat("a", 1_000_000) + `") }` }, CodeValidation},
	{"a string of a megabyte that fits", func() string { return `{ a(s: "` + strings.Repeat("a", 1_000_000) + `") }` }, ""},
	{"a comment of a megabyte", func() string { return "{ a } #" + strings.Repeat("a", 1_000_000) }, ""},
	{"unknown names", func() string { return "{ dog {" + numbered(" wrong%d", 14_000) + " } }" }, CodeValidation},
	{"unknown types", func() string { return "{" + numbered(" ... on Wrong%d { a }", 2_000) + " }" }, CodeMaxRootFields},
	{"unknown variables", func() string { return "{ a(any: [" + numbered(" $x%d", 7_000) + "]) }" }, CodeValidation},
	{"variables", func() string {
		return "query (" + numbered(" $x%d: Int", 2_000) + ") { a(any: [" + numbered(" $x%d", 2_000) + "]) }"
	}, ""},
	{"operations", func() string { return numbered(" query q%d { a }", 2_900) }, CodeUnknownOperationName},
	{"introspection bomb", func() string {
		return "{ __schema { types { fields { type { fields { type { fields { type { name } } } } } } } } }"
	}, CodeIntrospectionDepth},
	{"introspection bomb in fragments", func() string {
		return "{ __schema { types { ...A } } } fragment A on __Type { fields { type { ...B } } } fragment B on __Type { interfaces { ...C } } fragment C on __Type { possibleTypes { name } }"
	}, CodeIntrospectionDepth},
}

func TestAdversarialDocuments(t *testing.T) {
	schema := loadSchema(t, petsSDL)
	for _, tt := range adversarial {
		t.Run(tt.name, func(t *testing.T) {
			op, errs := Prepare(schema, tt.document(), "", DefaultLimits())
			if len(errs) > maxErrors {
				t.Errorf("%d errors", len(errs))
			}
			code := ""
			if len(errs) > 0 {
				code, _ = errs[0].Extensions["code"].(string)
				if len(errs[0].Message) > maxMessage+10 {
					t.Errorf("a message of %d bytes", len(errs[0].Message))
				}
			}
			if code != tt.code {
				t.Fatalf("code %q, want %q: %s", code, tt.code, truncate(show(errs), 500))
			}
			if op != nil {
				op.Select(nil)
			}
		})
	}
}

// fragmentTree is depth fragments, each of which spreads the next one width
// times; the last one has the selection leaf.
func fragmentTree(depth, width int, leaf string) string {
	var b strings.Builder
	b.WriteString("{ ...f0 }")
	for i := range depth {
		fmt.Fprintf(&b, " fragment f%d on Query {%s }", i, strings.Repeat(fmt.Sprintf(" ...f%d", i+1), width))
	}
	fmt.Fprintf(&b, " fragment f%d on Query { %s }", depth, leaf)
	return b.String()
}

// numbered repeats format with the numbers from 0.
func numbered(format string, n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, format, i)
	}
	return b.String()
}
