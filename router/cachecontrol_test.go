package router

import "testing"

func TestCacheControl(t *testing.T) {
	type answer struct {
		value string
		age   int64
	}
	for _, tt := range []struct {
		name    string
		answers []answer
		want    string
	}{
		{"none", nil, "no-store"},
		{"one", []answer{{"public, max-age=60", 0}}, "public, max-age=60"},
		{"least max-age", []answer{{"public, max-age=60", 0}, {"max-age=10, public", 0}, {"public,max-age=30", 0}}, "public, max-age=10"},
		{"public only if all are", []answer{{"public, max-age=60", 0}, {"max-age=60", 0}}, "max-age=60"},
		{"private wins", []answer{{"public, max-age=60", 0}, {"private, max-age=90", 0}}, "private, max-age=60"},
		{"private takes away s-maxage", []answer{{"public, s-maxage=60", 0}, {"private, max-age=90", 0}}, "private, max-age=0"},
		{"no-store wins", []answer{{"public, max-age=60", 0}, {"no-store", 0}, {"private", 0}}, "no-store"},
		{"no-cache stays", []answer{{"public, max-age=60", 0}, {"no-cache, public, max-age=5", 0}}, "no-cache, public, max-age=5"},
		{"no-cache of a field", []answer{{`max-age=60, no-cache="x-a, x-b"`, 0}}, "no-cache, max-age=60"},
		{"one does not say how long", []answer{{"public, max-age=60", 0}, {"public", 0}}, "public, max-age=0"},
		{"none says how long", []answer{{"public", 0}}, "public"},
		{"s-maxage, and max-age in its place", []answer{{"max-age=60, s-maxage=600", 0}, {"max-age=90", 0}}, "max-age=60, s-maxage=90"},
		{"revalidation", []answer{{"max-age=60, must-revalidate", 0}, {"max-age=60, proxy-revalidate, no-transform", 0}}, "max-age=60, must-revalidate, proxy-revalidate, no-transform"},
		{"age is over already", []answer{{"public, max-age=60", 45}}, "public, max-age=15"},
		{"older than allowed", []answer{{"public, max-age=60", 90}}, "public, max-age=0"},
		{"case and space", []answer{{" PUBLIC ,  Max-Age = 60 ,,", 0}}, "public, max-age=60"},
		{"quoted", []answer{{`max-age="60"`, 0}}, "max-age=60"},
		{"malformed is stale", []answer{{"max-age=soon", 0}}, "max-age=0"},
		{"negative is stale", []answer{{"max-age=-5", 0}}, "max-age=0"},
		{"huge", []answer{{"max-age=999999999999999999", 0}}, "max-age=2147483648"},
		{"longer than any number", []answer{{"max-age=9999999999999999999999999", 0}}, "max-age=0"},
		{"twice in one answer", []answer{{"max-age=60, max-age=10", 0}}, "max-age=10"},
		{"unknown directives are nobody's leave", []answer{{"stale-while-revalidate=60, x", 0}}, "max-age=0"},
		{"empty", []answer{{"", 0}}, "max-age=0"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			// In any order.
			for _, turned := range []bool{false, true} {
				var c cacheControl
				for i := range tt.answers {
					a := tt.answers[i]
					if turned {
						a = tt.answers[len(tt.answers)-1-i]
					}
					c.add([]string{a.value}, a.age)
				}
				if got := c.String(); got != tt.want {
					t.Errorf("turned %v: got %q, want %q", turned, got, tt.want)
				}
			}
		})
	}
}
