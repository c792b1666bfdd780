package operation

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestMeasurements(t *testing.T) {
	schema := loadSchema(t, petsSDL)
	op := prepare(t, schema, "query Q @tag { x: a(n: 1) dog { ...F } dog { ...F } } fragment F on Dog { n: name best { bark @tag } }")
	want := Measurements{Depth: 3, Height: 5, Aliases: 3, RootFields: 3, Directives: 3, Selections: 11, Nesting: 4, Expanded: 11}
	if diff := cmp.Diff(want, op.Measurements()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	lifted, _ := op.Lift()
	if diff := cmp.Diff(want, lifted.Measurements()); diff != "" {
		t.Errorf("lifted (-want +got):\n%s", diff)
	}
	rebuilt, err := lifted.Rebuild()
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, rebuilt.Measurements()); diff != "" {
		t.Errorf("rebuilt (-want +got):\n%s", diff)
	}
}

// An operation that was prepared under other limits is held against those of
// the moment.
func TestCheck(t *testing.T) {
	schema := loadSchema(t, petsSDL)
	wide := Limits{Introspection: true, Depth: 1, Height: 1, Aliases: 1, RootFields: 1, Directives: 1,
		MeasureOnly: MeasureOnly{Depth: true, Height: true, Aliases: true, RootFields: true, Directives: true}}
	op, errs := Prepare(schema, "query Q {\n x: dog @tag { y: name @tag }\n __schema { description } }", "", wide)
	if len(errs) > 0 {
		t.Fatalf("what is only measured is refused: %v", errs)
	}
	const refusal = " 1:1 query Q has too many "
	tests := []struct {
		name     string
		limits   Limits
		refused  string
		measured []Excess
	}{
		{"measure", wide, "", []Excess{{CodeMaxDepth, 2, 1}, {CodeMaxHeight, 4, 1}, {CodeMaxAliases, 2, 1}, {CodeMaxRootFields, 2, 1}, {CodeMaxDirectives, 2, 1}}},
		{"enforce one", func() Limits {
			l := wide
			l.MeasureOnly = MeasureOnly{Depth: true}
			l.Height, l.Aliases, l.RootFields = 4, 2, 0
			return l
		}(),
			"MAX_DIRECTIVES_LIMIT" + refusal + "directives, more than the 1 allowed\n", []Excess{{CodeMaxDepth, 2, 1}}},
		{"enforce all", Limits{Introspection: true, Depth: 1, Height: 3, Aliases: 1, RootFields: 1, Directives: 1},
			"MAX_DEPTH_LIMIT" + refusal + "levels of fields, more than the 1 allowed\n" +
				"MAX_HEIGHT_LIMIT" + refusal + "fields, more than the 3 allowed\n" +
				"MAX_ALIASES_LIMIT" + refusal + "aliases, more than the 1 allowed\n" +
				"MAX_ROOT_FIELDS_LIMIT" + refusal + "root fields, more than the 1 allowed\n" +
				"MAX_DIRECTIVES_LIMIT" + refusal + "directives, more than the 1 allowed\n", nil},
		{"introspection off", Limits{}, "INTROSPECTION_DISABLED 3:2 introspection is disabled, so \"__schema\" cannot be asked for\n", nil},
		{"unlimited", Limits{Introspection: true}, "", nil},
		{"default", DefaultLimits(), "", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			refused, measured := op.Check(tt.limits)
			if diff := cmp.Diff(tt.refused, show(refused)); diff != "" {
				t.Errorf("refused (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(tt.measured, measured); diff != "" {
				t.Errorf("measured (-want +got):\n%s", diff)
			}
		})
	}
}

func TestCheckAllocatesNothing(t *testing.T) {
	op := prepare(t, loadSchema(t, petsSDL), "query Q { dog { name } }")
	limits := DefaultLimits()
	if n := testing.AllocsPerRun(100, func() { op.Check(limits) }); n > 0 {
		t.Errorf("%.0f allocations", n)
	}
}
