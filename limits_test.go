package weft

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/weft-graphql/weft/config"
	"github.com/weft-graphql/weft/operation"
)

// Each limit of the configuration bounds what it names, and each that is only
// measured refuses nothing.
func TestLimits(t *testing.T) {
	c := config.Default(false)
	c.Limits = config.Limits{
		Tokens: 1, Nesting: 2, Selections: 3, IntrospectionBytes: 4,
		Depth: 5, Height: 6, Aliases: 7, RootFields: 8, Directives: 9,
		IntrospectionDepth: 10,
	}
	want := operation.Limits{
		Tokens: 1, Nesting: 2, Selections: 3, IntrospectionBytes: 4,
		Depth: 5, Height: 6, Aliases: 7, RootFields: 8, Directives: 9,
		IntrospectionDepth: 10,
	}
	if diff := cmp.Diff(want, limits(c)); diff != "" {
		t.Errorf("limits (-want +got):\n%s", diff)
	}
	for measured, want := range map[config.MeasuredLimit]operation.MeasureOnly{
		config.MeasureTokens:     {Tokens: true},
		config.MeasureNesting:    {Nesting: true},
		config.MeasureSelections: {Selections: true},
		config.MeasureDepth:      {Depth: true},
		config.MeasureHeight:     {Height: true},
		config.MeasureAliases:    {Aliases: true},
		config.MeasureRootFields: {RootFields: true},
		config.MeasureDirectives: {Directives: true},

		config.MeasureIntrospectionDepth: {IntrospectionDepth: true},
	} {
		c.Limits.Measure = []config.MeasuredLimit{measured}
		if diff := cmp.Diff(want, limits(c).MeasureOnly); diff != "" {
			t.Errorf("measuring %s (-want +got):\n%s", measured, diff)
		}
	}
}
