package operation

import (
	"runtime"
	"strings"
	"testing"
)

// Refusing costs memory in proportion to the document, and not to what it would
// become: every adversarial document, and a megabyte of each thing that can be
// repeated or nested, within a hundred times its own length and a fixed part.
func TestRefusingCostsLittleMemory(t *testing.T) {
	const mega = 1 << 20
	repeated := func(before, part, after string) func() string {
		return func() string { return before + strings.Repeat(part, mega/len(part)) + after }
	}
	documents := map[string]func() string{
		"1 MB of aliases":    repeated("{ ", "x: a ", "}"),
		"1 MB of directives": repeated("{ a ", "@tag ", "}"),
		"1 MB of comments":   repeated("{ a ", "#\n", "}"),
		"1 MB of braces":     repeated("", "{a", ""),
		"1 MB of brackets":   repeated("{ a(any: ", "[", ""),
		"1 MB of spreads":    repeated("{ ", "...F ", "} fragment F on Query { a }"),
		"1 MB of variables":  repeated("query (", "$n: Int ", ") { a }"),
		"1 MB of operations": repeated("", "query q { a } ", ""),
		"1 MB of one name":   repeated("{ ", "a", " }"),
		"1 MB of one string": repeated(`{ a(any: "`, "a", `") }`),
		"a list 100,000 deep": func() string {
			return "{ a(any: " + strings.Repeat("[", 100_000) + strings.Repeat("]", 100_000) + ") }"
		},
		"a type 100,000 deep": func() string {
			return "query ($n: " + strings.Repeat("[", 100_000) + "Int" + strings.Repeat("]", 100_000) + ") { a }"
		},
		"selections 100,000 deep":   func() string { return strings.Repeat("{ ... ", 100_000) + "{ a }" + strings.Repeat("}", 100_000) },
		"a fragment chain, 100,000": func() string { return fragmentTree(100_000, 1, "a") },
	}
	for _, tt := range adversarial {
		if tt.code != "" {
			documents[tt.name] = tt.document
		}
	}
	schema := loadSchema(t, petsSDL)
	for name, document := range documents {
		t.Run(name, func(t *testing.T) {
			text := document()
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			_, errs := Prepare(schema, text, "", DefaultLimits())
			runtime.ReadMemStats(&after)
			if name != "1 MB of one string" && len(errs) == 0 {
				t.Error("it is not refused")
			}
			if spent, most := after.TotalAlloc-before.TotalAlloc, uint64(100*len(text)+16<<20); spent > most {
				t.Errorf("%d bytes of memory for a document of %d, want at most %d", spent, len(text), most)
			}
		})
	}
}
