package router

import (
	"context"
	"errors"
	"fmt"
	"hash/maphash"
	"net/http"
	"reflect"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"github.com/weft-graphql/weft/operation"
	"github.com/weft-graphql/weft/planner"
	"github.com/weft-graphql/weft/supergraph"
)

// get is find and fill.
func get[K comparable, V any](c *cache[K, V], ctx context.Context, key K, work func(context.Context) (V, error)) (v V, hit bool, err error) {
	if v, ok := c.find(key); ok {
		return v, true, nil
	}
	v, err = c.fill(ctx, key, work)
	return v, false, err
}

func TestCache(t *testing.T) {
	c := newCache(1000, maphash.String, func(_ string, v int) int { return v })
	made := 0
	ask := func(key string, size int) bool {
		t.Helper()
		v, hit, err := get(c, t.Context(), key, func(context.Context) (int, error) {
			made++
			return size, nil
		})
		if err != nil || v != size {
			t.Errorf("%s: %d, %v", key, v, err)
		}
		return hit
	}
	if ask("a", 100) || !ask("a", 100) || made != 1 {
		t.Error("an entry is not kept")
	}
	for i := range 100 {
		ask(strings.Repeat("k", i+1), 100)
	}
	if weight := c.entries.WeightedSize(); weight > 1000 {
		t.Errorf("the cache holds %d, want at most 1000", weight)
	}
	if ask("huge", 1001); ask("huge", 1001) {
		t.Error("an entry larger than the cache is kept")
	}
	fail := errors.New("no")
	for range 2 {
		if _, hit, err := get(c, t.Context(), "bad", func(context.Context) (int, error) { return 0, fail }); hit || !errors.Is(err, fail) {
			t.Errorf("hit %v, error %v: failures are not kept", hit, err)
		}
	}
}

// With a hash that gives one value for all keys, each key still gets its own
// value or none: also when several are made at once.
func TestCacheCollisions(t *testing.T) {
	weak := func(maphash.Seed, string) uint64 { return 7 }
	c := newCache(1<<20, weak, func(string, string) int { return 1 })
	work := func(value string) func(context.Context) (string, error) {
		return func(context.Context) (string, error) { return value, nil }
	}
	for _, key := range []string{"a", "b", "a", "b", "b"} {
		want := key == "b" && func() bool { _, ok := c.find("b"); return ok }()
		v, hit, err := get(c, t.Context(), key, work("value of "+key))
		if err != nil || v != "value of "+key || hit != want {
			t.Errorf("%s: %q, hit %t, %v", key, v, hit, err)
		}
	}
	if _, ok := c.find("a"); ok {
		t.Error("b has not taken the place of a")
	}

	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			for n := range 200 {
				key := fmt.Sprint((i + n) % 5)
				if v, _, err := get(c, t.Context(), key, work("value of "+key)); err != nil || v != "value of "+key {
					t.Errorf("%s: %q, %v", key, v, err)
				}
			}
		})
	}
	wg.Wait()
}

// The plan cache under a weak hash: never a foreign plan.
func TestPlanCacheCollisions(t *testing.T) {
	b := newBench(t, nil)
	g := b.graph.Load()
	g.programs.hash = func(maphash.Seed, planKey) uint64 { return 1 }
	g.operations.hash = func(maphash.Seed, operationKey) uint64 { return 1 }
	answers := map[string]string{
		`{ echo(n: 1) }`:                                    `{"data":{"echo":7}}`,
		`{ product(id: "1") { name } }`:                     `{"data":{"product":{"name":"Lamp"}}}`,
		`{ product(id: "1") { price } }`:                    `{"data":{"product":{"price":3}}}`,
		`{ product(id: "1") { id name @skip(if: true) } }`:  `{"data":{"product":{"id":"1"}}}`,
		`{ product(id: "1") { id name @skip(if: false) } }`: `{"data":{"product":{"id":"1","name":"Lamp"}}}`,
	}
	for range 3 {
		for document, want := range answers {
			wantBody(t, b.query(document), want)
		}
	}
	if n := g.programs.entries.EstimatedSize(); n != 1 {
		t.Errorf("%d plans under one hash", n)
	}
}

// Who asks at the same time waits for one piece of work, and does not lose it
// when the first one leaves.
func TestCacheFillsOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCache(1<<20, maphash.String, func(string, int) int { return 1 })
		var made atomic.Int32
		release := make(chan struct{})
		work := func(ctx context.Context) (int, error) {
			<-release
			return int(made.Add(1)), ctx.Err()
		}
		first, leave := context.WithCancel(t.Context())
		var wg sync.WaitGroup
		wg.Go(func() {
			if _, _, err := get(c, first, "k", work); !errors.Is(err, context.Canceled) {
				t.Errorf("the first: %v", err)
			}
		})
		synctest.Wait()
		for range 9 {
			wg.Go(func() {
				if v, hit, err := get(c, t.Context(), "k", work); v != 1 || hit || err != nil {
					t.Errorf("got %d, hit %t, %v", v, hit, err)
				}
			})
		}
		synctest.Wait()
		leave()
		synctest.Wait()
		close(release)
		wg.Wait()
		if v, hit, err := get(c, t.Context(), "k", work); v != 1 || !hit || err != nil {
			t.Errorf("afterwards %d, hit %t, %v", v, hit, err)
		}
	})
}

// What is cached holds nothing of a request: no type that is reached from it
// can.
func TestCachedTypesHoldNoRequest(t *testing.T) {
	of := func(v any) reflect.Type { return reflect.TypeOf(v).Elem() }
	ofRequests := []reflect.Type{
		of((*operation.Variables)(nil)), of((*exchange)(nil)), of((*request)(nil)), of((*record)(nil)),
		of((*http.Request)(nil)), of((*http.Header)(nil)), of((*context.Context)(nil)), of((*http.ResponseWriter)(nil)),
	}
	// The values of a document's literals go with the document, not the plan.
	ofDocuments := append(ofRequests, of((*operation.Literals)(nil)), of((*prepared)(nil)))
	for _, tt := range []struct {
		cached    reflect.Type
		forbidden []reflect.Type
	}{
		{of((*prepared)(nil)), ofRequests},
		{of((*operationKey)(nil)), ofRequests},
		{of((*program)(nil)), ofDocuments},
		{of((*planKey)(nil)), ofDocuments},
	} {
		reached := map[reflect.Type]string{}
		reach(tt.cached, tt.cached.String(), reached)
		for _, f := range tt.forbidden {
			if path, ok := reached[f]; ok {
				t.Errorf("%s is reached by %s", f, path)
			}
		}
	}
	// The test would see it.
	reached := map[reflect.Type]string{}
	reach(of((*exchange)(nil)), "exchange", reached)
	for _, f := range ofRequests[:5] {
		if _, ok := reached[f]; !ok {
			t.Errorf("%s is not reached from an exchange", f)
		}
	}
}

// reach notes the types that a value of type t can hold, other than behind
// interfaces.
func reach(t reflect.Type, path string, reached map[reflect.Type]string) {
	if _, ok := reached[t]; ok {
		return
	}
	reached[t] = path
	switch t.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Array, reflect.Chan:
		reach(t.Elem(), path, reached)
	case reflect.Map:
		reach(t.Key(), path, reached)
		reach(t.Elem(), path, reached)
	case reflect.Struct:
		for i := range t.NumField() {
			reach(t.Field(i).Type, path+"."+t.Field(i).Name, reached)
		}
	}
}

// The plan does not change with what it must not depend on, and does with all
// that it depends on: each input is flipped with a warm cache, and the program
// compared with that of a cold one.
func TestPlanKey(t *testing.T) {
	super, err := supergraph.Parse("labels.graphql", labelSDL)
	if err != nil {
		t.Fatal(err)
	}
	newGraph := func() *Graph {
		return NewGraph(super, GraphOptions{Limits: operation.DefaultLimits()})
	}
	warm := newGraph()
	if diff := cmp.Diff([]string{"next"}, warm.overrides.labels); diff != "" {
		t.Fatalf("labels (-want +got):\n%s", diff)
	}
	type input struct {
		document, name, variables string
		labels                    flags
	}
	text := func(t *testing.T, g *Graph, in input) (string, bool) {
		op, _, err := g.prepare(t.Context(), in.document, in.name)
		if err != nil {
			t.Fatal(err)
		}
		vars, errs := op.Coerce([]byte(in.variables))
		if len(errs) > 0 {
			t.Fatal(errs)
		}
		p, hit, err := g.plan(t.Context(), op, vars.With(op.literals), in.labels)
		if err != nil {
			t.Fatal(err)
		}
		return p.Plan().Text(), hit
	}
	inputs := []struct {
		name string
		in   input
		hit  bool // after the ones before
	}{
		{"first", input{document: `{ item(id: 1) { size } }`}, false},
		{"again", input{document: `{ item(id: 1) { size } }`}, true},
		{"another literal", input{document: `{ item(id: "a") { size } }`}, true},
		{"another layout", input{document: `query { item ( id: 1 ) { size } } # `}, true},
		{"active label", input{document: `{ item(id: 1) { size } }`, labels: flags{first: 1}}, false},
		{"label without a field", input{document: `{ item(id: 1) { id } }`}, false},
		{"active label without a field", input{document: `{ item(id: 1) { id } }`, labels: flags{first: 1}}, true},
		{"another alias", input{document: `{ x: item(id: 1) { size } }`}, false},
		{"another name", input{document: `query N { item(id: 1) { size } }`}, false},
		{"condition off", input{document: `query ($x: Boolean!) { item(id: 1) { id size @include(if: $x) } }`, variables: `{"x":false}`}, false},
		{"condition on", input{document: `query ($x: Boolean!) { item(id: 1) { id size @include(if: $x) } }`, variables: `{"x":true}`}, false},
		{"condition off again", input{document: `query ($x: Boolean!) { item(id: 2) { id size @include(if: $x) } }`, variables: `{"x":false}`}, true},
		{"one of two operations", input{document: `query A { item(id: 1) { id } } query B { item(id: 1) { size } }`, name: "A"}, false},
		{"the other", input{document: `query A { item(id: 1) { id } } query B { item(id: 1) { size } }`, name: "B"}, false},
		{"alone", input{document: `query A { item(id: 3) { id } }`}, true},
	}
	for _, tt := range inputs {
		t.Run(tt.name, func(t *testing.T) {
			got, hit := text(t, warm, tt.in)
			want, _ := text(t, newGraph(), tt.in)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("plan (-cold +warm):\n%s", diff)
			}
			if hit != tt.hit {
				t.Errorf("hit %t", hit)
			}
		})
	}
	// A planner is of one schema and has its options.
	if warm.planner == newGraph().planner {
		t.Error("graphs share a planner")
	}
	key := planKey{planner: warm.planner, operation: "{ a }"}
	other := key
	other.planner = planner.New(super, planner.Options{NoBatching: true})
	if key == other {
		t.Error("the planner is not in the key")
	}
}

func TestFlags(t *testing.T) {
	var names []string
	want := map[string]bool{}
	for i := range 200 {
		name := fmt.Sprint("n", i)
		names = append(names, name)
		want[name] = i%3 == 0 || i%7 == 0
	}
	seen := map[flags]int{}
	for n := range names {
		f := flagsOf(names[:n], func(name string) bool { return want[name] })
		for name, value := range f.of(names[:n]) {
			if value != want[name] {
				t.Fatalf("of %d: %s is %t", n, name, value)
			}
		}
	}
	for i := range names {
		f := flagsOf(names, func(name string) bool { return name == names[i] })
		if j, ok := seen[f]; ok {
			t.Fatalf("%d and %d have equal flags", i, j)
		}
		seen[f] = i
	}
}

// A lookup of what is cached allocates nothing.
func TestFindAllocatesNothing(t *testing.T) {
	b := newBench(t, nil)
	g := b.graph.Load()
	const document = `query Q($x: Boolean!) { product(id: "1") { name price @include(if: $x) } }`
	op, _, err := g.prepare(t.Context(), document, "")
	if err != nil {
		t.Fatal(err)
	}
	vars, errs := op.Coerce([]byte(`{"x": true}`))
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	vars = vars.With(op.literals)
	if _, _, err := g.plan(t.Context(), op, vars, flags{}); err != nil {
		t.Fatal(err)
	}
	ctx := t.Context()
	n := testing.AllocsPerRun(200, func() {
		op, hit, err := g.prepare(ctx, document, "")
		if !hit || err != nil {
			t.Fatal(err)
		}
		if refused, _ := op.Check(g.limits); refused != nil {
			t.Fatal(refused)
		}
		if _, hit, err := g.plan(ctx, op, vars, flags{}); !hit || err != nil {
			t.Fatal(err)
		}
	})
	if n > 0 {
		t.Errorf("%.0f allocations", n)
	}
}

// The caches are as large as they say, whatever the operations look like.
func TestWeights(t *testing.T) {
	many := func(format string, n int) string {
		var w strings.Builder
		for i := range n {
			fmt.Fprintf(&w, format, i)
		}
		return w.String()
	}
	tests := []struct{ name, document string }{
		{"small", "{ echo(n: %d) }"},
		{"named", "query Product%d { product(id: 1) { id name price } }"},
		{"many fields", "query F%d {" + many(" p%[1]d: product(id: 1) { id name price }", 100) + " }"},
		{"equal fields", "query F%d { product(id: 1) {" + strings.Repeat(" id", 3000) + " } }"},
		{"many literals", "query L%d {" + many(" e%[1]d: echo(n: %[1]d)", 300) + " }"},
		{"many variables", "query V%d(" + many(" $v%[1]d: Int = 5", 300) + ") {" + many(" e%[1]d: echo(n: $v%[1]d)", 300) + " }"},
		{"comments", "query C%d { echo } " + strings.Repeat("#\n", 5000)},
		{"long string", "{ p%d: product(id: \"" + strings.Repeat("x", 10_000) + "\") { id } }"},
		{"fragments", "query G%d { product(id: 1) {" + many(" ...f%[1]d", 100) + " } }" + many(" fragment f%[1]d on Product { name id price }", 100)},
		{"introspection", "query I%d { __schema { types { name fields { name type { name kind } } } } }"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b := newBench(t, nil)
			g := b.graph.Load()
			g.limits.Aliases, g.limits.RootFields, g.limits.Introspection = 0, 0, true
			const n = 20
			before := heap()
			for i := range n {
				op, _, err := g.prepare(t.Context(), strings.Clone(strings.Replace(tt.document, "%d", fmt.Sprint(i), 1)), "")
				if err != nil {
					t.Fatal(err)
				}
				vars, errs := op.Coerce(nil)
				if len(errs) > 0 {
					t.Fatal(errs)
				}
				if _, _, err := g.plan(t.Context(), op, vars.With(op.literals), flags{}); err != nil {
					t.Fatal(err)
				}
			}
			both := heap() - before
			plans := int64(g.programs.entries.WeightedSize())
			g.programs.entries.InvalidateAll()
			g.programs.entries.CleanUp()
			operations := heap() - before
			weight := int64(g.operations.entries.WeightedSize())
			t.Logf("per operation: %d bytes weighed as %d; per plan: %d weighed as %d", operations/n, weight/n, (both-operations)/n, plans/n)
			if operations > weight+weight/4 {
				t.Errorf("operations take %d bytes and weigh %d", operations, weight)
			}
			if both-operations > plans+plans/4 {
				t.Errorf("plans take %d bytes and weigh %d", both-operations, plans)
			}
			runtime.KeepAlive(g)
		})
	}
}

// Operations without end, each a little different: memory stays what it is.
func TestCachesAreBounded(t *testing.T) {
	super, err := supergraph.Parse("test.graphql", testSDL)
	if err != nil {
		t.Fatal(err)
	}
	const most = 1 << 20
	g := NewGraph(super, GraphOptions{Limits: operation.DefaultLimits(), OperationBytes: most, PlanBytes: most})
	before := heap()
	for i := range 2000 {
		op, _, err := g.prepare(t.Context(), fmt.Sprintf("query Q%d { a: product(id: %[1]d) { name x%[1]d: price } __type(name: \"T%[1]d\") { name } }", i), "")
		if err != nil {
			t.Fatal(err)
		}
		vars, _ := op.Coerce(nil)
		if _, _, err := g.plan(t.Context(), op, vars.With(op.literals), flags{}); err != nil {
			t.Fatal(err)
		}
	}
	if grown := heap() - before; grown > 2*most+most/2 {
		t.Errorf("the heap has grown by %d bytes, and the caches hold %d each", grown, most)
	}
	for _, weight := range []uint64{g.operations.entries.WeightedSize(), g.programs.entries.WeightedSize()} {
		if weight > most || weight < most/2 {
			t.Errorf("a cache of %d bytes holds %d", most, weight)
		}
	}
	if n := len(g.operations.flight.calls) + len(g.programs.flight.calls); n > 0 {
		t.Errorf("%d calls are left", n)
	}
	runtime.KeepAlive(g)
}

// heap returns the bytes in use.
func heap() int64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.GC()
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// labelSDL has a progressive override: size moves from a to b with a label.
const labelSDL = `
schema
  @link(url: "https://specs.apollo.dev/link/v1.0")
  @link(url: "https://specs.apollo.dev/join/v0.4", for: EXECUTION)
{ query: Query }

directive @join__enumValue(graph: join__Graph!) repeatable on ENUM_VALUE
directive @join__field(graph: join__Graph, requires: join__FieldSet, provides: join__FieldSet, type: String, external: Boolean, override: String, usedOverridden: Boolean, overrideLabel: String) repeatable on FIELD_DEFINITION | INPUT_FIELD_DEFINITION
directive @join__graph(name: String!, url: String!) on ENUM_VALUE
directive @join__implements(graph: join__Graph!, interface: String!) repeatable on OBJECT | INTERFACE
directive @join__type(graph: join__Graph!, key: join__FieldSet, extension: Boolean! = false, resolvable: Boolean! = true, isInterfaceObject: Boolean! = false) repeatable on OBJECT | INTERFACE | UNION | ENUM | INPUT_OBJECT | SCALAR
directive @join__unionMember(graph: join__Graph!, member: String!) repeatable on UNION
directive @link(url: String, as: String, for: link__Purpose, import: [link__Import]) repeatable on SCHEMA

scalar join__FieldSet
scalar link__Import
enum link__Purpose { SECURITY EXECUTION }
enum join__Graph {
  A @join__graph(name: "a", url: "http://a.internal/graphql")
  B @join__graph(name: "b", url: "http://b.internal/graphql")
}

type Query @join__type(graph: A) @join__type(graph: B) {
  item(id: ID!): Item @join__field(graph: A)
}
type Item @join__type(graph: A, key: "id") @join__type(graph: B, key: "id") {
  id: ID!
  size: Int @join__field(graph: A, overrideLabel: "next") @join__field(graph: B, override: "a", overrideLabel: "next")
}
`
