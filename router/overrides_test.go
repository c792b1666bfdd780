package router

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/zap"

	"github.com/weft-graphql/weft/config"
	"github.com/weft-graphql/weft/operation"
	"github.com/weft-graphql/weft/subgraphs"
	"github.com/weft-graphql/weft/supergraph"
)

// overrideSDL returns two subgraphs of which b is taking over n from a, under a
// label, and m from it under another.
func overrideSDL(label, other string) string {
	head := testSDL[:strings.Index(testSDL, "type Query")]
	head = strings.Replace(head, "join/v0.3", "join/v0.5", 1)
	head = strings.Replace(head, "usedOverridden: Boolean)", "usedOverridden: Boolean, overrideLabel: String)", 1)
	return head + strings.NewReplacer("LABEL", label, "OTHER", other).Replace(`
type Query @join__type(graph: A) @join__type(graph: B) {
  n: Int @join__field(graph: A, overrideLabel: "LABEL") @join__field(graph: B, override: "a", overrideLabel: "LABEL")
  m: Int @join__field(graph: A, overrideLabel: "OTHER") @join__field(graph: B, override: "a", overrideLabel: "OTHER")
  l: Int @join__field(graph: A)
}
type Mutation @join__type(graph: A) { t: Int }
type Subscription @join__type(graph: A) { s: Int }
`)
}

// newOverridden is a router on overrideSDL. a answers 1 to each field and b 2,
// so what n and m are tells who was asked.
func newOverridden(t *testing.T, label, other string, fixed map[string]bool) *bench {
	t.Helper()
	c := config.Default(true)
	rt, err := New(Options{Config: c, Logger: zap.NewNop()})
	if err != nil {
		t.Fatal(err)
	}
	super, err := supergraph.Parse("overrides.graphql", overrideSDL(label, other))
	if err != nil {
		t.Fatal(err)
	}
	f := &fetcher{answers: map[string]func(context.Context, *subgraphs.Request) (*subgraphs.Response, error){
		"a": answer(`{"data":{"n":1,"m":1,"l":1}}`),
		"b": answer(`{"data":{"n":2,"m":2}}`),
	}}
	rt.Swap(NewGraph(super, GraphOptions{Fetcher: f, Limits: operation.DefaultLimits(), OverrideLabels: fixed}))
	t.Cleanup(rt.Close)
	return &bench{Router: rt, fetcher: f}
}

// Each field is resolved by the owner that the labels decide for, and nobody
// else is asked for it.
func TestOverrideLabels(t *testing.T) {
	tests := []struct {
		name         string
		label, other string
		fixed        map[string]bool
		draw         float64
		n, m         int      // the owner: 1 is a, 2 is b
		active       []string // as explained
	}{
		{name: "inactive by default", label: "next", other: "later", n: 1, m: 1},
		{name: "active", label: "next", other: "later", fixed: map[string]bool{"next": true}, n: 2, m: 1, active: []string{"next"}},
		{name: "not active", label: "next", other: "later", fixed: map[string]bool{"next": false, "later": true}, n: 1, m: 2, active: []string{"later"}},
		{name: "no percent and all percent", label: "percent(0)", other: "percent(100)", draw: 99.99, n: 1, m: 2, active: []string{"percent(100)"}},
		{name: "no percent of the least draw", label: "percent(0)", other: "percent(100)", draw: 0, n: 1, m: 2, active: []string{"percent(100)"}},
		{name: "among the first 2.5 percent", label: "percent(2.5)", other: "percent(50)", draw: 2.4, n: 2, m: 2, active: []string{"percent(2.5)", "percent(50)"}},
		{name: "not among 2.5 percent", label: "percent(2.5)", other: "percent(50)", draw: 2.5, n: 1, m: 2, active: []string{"percent(50)"}},
		{name: "among none", label: "percent(2.5)", other: "percent(50)", draw: 50, n: 1, m: 1},
		{name: "percent fixed", label: "percent(0)", other: "percent(100)", fixed: map[string]bool{"percent(0)": true, "percent(100)": false}, n: 2, m: 1, active: []string{"percent(0)"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b := newOverridden(t, tt.label, tt.other, tt.fixed)
			b.graph.Load().overrides.draw = func() float64 { return tt.draw }
			w := b.query(`{ n m l }`, "Weft-Explain", "true")
			var got struct {
				Data       map[string]int
				Extensions struct {
					Explain struct {
						Plan struct{ OverrideLabels []string }
					}
				}
			}
			if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(map[string]int{"n": tt.n, "m": tt.m, "l": 1}, got.Data); diff != "" {
				t.Errorf("owners (-want +got):\n%s\n%s", diff, w.Body)
			}
			if diff := cmp.Diff(tt.active, got.Extensions.Explain.Plan.OverrideLabels); diff != "" {
				t.Errorf("active labels (-want +got):\n%s", diff)
			}
			for _, r := range b.fetcher.requests() {
				for field, owner := range map[string]int{"n": tt.n, "m": tt.m} {
					if owner == 1 == (r.Subgraph == "b") && strings.Contains(documentOf(t, r.Body), field) {
						t.Errorf("%s was asked for %s: %s", r.Subgraph, field, r.Body)
					}
				}
			}
		})
	}
}

// Operations that do not touch a label share their plan, whoever of the draw.
func TestLabelsOfTheOperation(t *testing.T) {
	b := newOverridden(t, "percent(40)", "percent(60)", nil)
	drawn := 0.0
	b.graph.Load().overrides.draw = func() float64 { return drawn }
	for _, tt := range []struct {
		document string
		plans    int // for draws below 40, below 60, and above
	}{
		{`{ l }`, 1}, {`{ n l }`, 2}, {`{ m }`, 2}, {`{ n m }`, 3},
		{`query ($x: Boolean = false) { l ...F @include(if: $x) } fragment F on Query { n }`, 2},
	} {
		plans := 0
		for _, drawn = range []float64{10, 50, 90} {
			var got struct {
				Extensions struct {
					Explain struct{ Plan struct{ Cached bool } }
				}
			}
			w := b.query(tt.document, "Weft-Explain", "true")
			if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil {
				t.Fatal(err)
			}
			if !got.Extensions.Explain.Plan.Cached {
				plans++
			}
		}
		if plans != tt.plans {
			t.Errorf("%s was planned %d times, want %d", tt.document, plans, tt.plans)
		}
	}
}

func documentOf(t *testing.T, body []byte) string {
	t.Helper()
	var request struct{ Query string }
	if err := json.Unmarshal(body, &request); err != nil {
		t.Fatal(err)
	}
	_, fields, _ := strings.Cut(request.Query, "{")
	return fields
}

// One number is drawn for a request, whatever it asks for; and none where no
// label needs it.
func TestOneDrawPerRequest(t *testing.T) {
	tests := []struct {
		name  string
		fixed map[string]bool
		want  int
	}{
		{"percent", nil, 3},
		{"one is fixed", map[string]bool{"percent(40)": true}, 3},
		{"all are fixed", map[string]bool{"percent(40)": true, "percent(60)": false}, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b := newOverridden(t, "percent(40)", "percent(60)", tt.fixed)
			draws := 0
			b.graph.Load().overrides.draw = func() float64 { draws++; return 50 }
			for range 3 {
				b.query(`{ n m a: n b: m }`)
			}
			if draws != tt.want {
				t.Errorf("%d draws for 3 requests, want %d", draws, tt.want)
			}
		})
	}
}

func TestDrawIsInRange(t *testing.T) {
	super, err := supergraph.Parse("overrides.graphql", overrideSDL("percent(0)", "percent(100)"))
	if err != nil {
		t.Fatal(err)
	}
	o := newOverrides(super, nil)
	seen := map[bool]bool{}
	for range 1000 {
		n := o.draw()
		if n < 0 || n >= 100 {
			t.Fatalf("drew %v", n)
		}
		seen[n < 50] = true
	}
	if len(seen) != 2 {
		t.Error("all draws are in one half")
	}
}

func TestPercent(t *testing.T) {
	for label, want := range map[string]float64{
		"percent(0)": 0, "percent(7)": 7, "percent(2.5)": 2.5, "percent(0.00000001)": 1e-8, "percent(100)": 100,
		"percent": 0, "percent()": 0, "percent(101)": 0, "percent(-1)": 0, "percent(1e1)": 0, "percent(0x10)": 0,
		"percent(inf)": 0, "percent(nan)": 0, "percent(1_0)": 0, "percent(10": 0, "Percent(10)": 0, "10": 0, "": 0,
		"percent(1.2.3)": 0, "percent(" + strings.Repeat("9", 400) + ")": 0,
	} {
		if got := percent(label); got != want {
			t.Errorf("%.40s is %v, want %v", label, got, want)
		}
	}
}
