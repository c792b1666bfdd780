package differential

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"
	"go.uber.org/zap"
	"pgregory.net/rapid"

	"github.com/weft-graphql/weft/config"
	"github.com/weft-graphql/weft/operation"
	"github.com/weft-graphql/weft/router"
	"github.com/weft-graphql/weft/subgraphs"
)

// settings are ways to run a router that must not change an answer.
var settings = []struct {
	name  string
	graph func(b *Bench, o *router.GraphOptions)
}{
	{"as it is", func(*Bench, *router.GraphOptions) {}},
	{"entities are reused", func(_ *Bench, o *router.GraphOptions) { o.ReuseEntities = func(string) bool { return true } }},
	{"one entity a request", func(_ *Bench, o *router.GraphOptions) { o.MaxEntities = func(string) int { return 1 } }},
	{"requests are shared", func(b *Bench, o *router.GraphOptions) { o.QueryFetcher = subgraphs.NewSharing(b) }},
	{"nothing fits a cache", func(_ *Bench, o *router.GraphOptions) { o.OperationBytes, o.PlanBytes = 1, 1 }},
}

// A served is what a router answers to an operation: the data as it is written,
// and the paths of the errors.
type served struct {
	data   string
	errors []string
}

func serve(rt http.Handler, op *Operation) (served, error) {
	body, err := json.Marshal(map[string]any{"query": op.String(), "variables": json.RawMessage(op.Values())})
	if err != nil {
		return served{}, err
	}
	request := httptest.NewRequest(http.MethodPost, "/graphql", bytes.NewReader(body))
	request.Header.Set("Content-Type", "application/json")
	w := httptest.NewRecorder()
	rt.ServeHTTP(w, request)
	var answer struct {
		Data   json.RawMessage
		Errors []struct{ Path ast.Path }
	}
	if err := json.Unmarshal(w.Body.Bytes(), &answer); err != nil {
		return served{}, fmt.Errorf("%w: %s", err, w.Body)
	}
	if w.Code != http.StatusOK || answer.Data == nil {
		return served{}, fmt.Errorf("HTTP %d: %s", w.Code, w.Body)
	}
	out := served{data: string(answer.Data)}
	for _, e := range answer.Errors {
		out.errors = append(out.errors, fmt.Sprint(pathOf(e.Path)))
	}
	out.errors = sorted(out.errors)
	return out, nil
}

func (s served) equals(o served) bool { return s.data == o.data && slices.Equal(s.errors, o.errors) }

// TestSettingsDoNotChangeAnswers: batching, sharing and reusing, caches that are
// cold, warm or useless, other requests at the same time, and the order of the
// subgraphs never change what a client gets.
func TestSettingsDoNotChangeAnswers(t *testing.T) {
	asked, failed, refused := 0, 0, 0
	rapid.Check(t, func(t *rapid.T) {
		draw := bitsOf(t)
		w := Generate(draw)
		if !(&drawer{draw}).chance(2) {
			return // the others are as good, and there is not the time for all
		}
		b, err := NewBench(w)
		if err != nil {
			t.Fatalf("%v\n%s", err, Report(w, nil))
		}
		plain := newRouter(t, b, settings[0].graph)
		defer plain.Close()
		var ops []*Operation
		var want []served
		for range operations {
			op := MakeOperation(draw, w, b.Super)
			inOnePiece(op)
			answer, err := serve(plain, op)
			for _, all := range []bool{false, true} {
				if err != nil {
					op.Rename(all)
					answer, err = serve(plain, op)
				}
			}
			if err != nil {
				refused++ // it is not valid, or cannot be answered
				continue
			}
			asked++
			failed += min(1, len(answer.errors))
			ops, want = append(ops, op), append(want, answer)
		}
		routers := map[string]*router.Router{}
		for _, s := range settings {
			rt := newRouter(t, b, s.graph)
			defer rt.Close()
			routers[s.name] = rt
			for i, op := range ops {
				for _, cache := range []string{"cold", "warm"} {
					got, err := serve(rt, op)
					if err != nil {
						t.Fatalf("%s, %s: %v\n%s", s.name, cache, err, Report(w, op))
					}
					if !got.equals(want[i]) {
						t.Fatalf("%s, %s:\n%+v\ninstead of\n%+v\n%s", s.name, cache, got, want[i], Report(w, op))
					}
				}
			}
		}
		together(t, routers["requests are shared"], ops, want)
		order(t, &drawer{draw}, w, ops, want)
	})
	if failed == 0 || refused > asked/2 {
		t.Errorf("%d operations were asked, %d of them had errors; %d were refused", asked, failed, refused)
	}
	t.Logf("%d operations, %d with errors, %d refused", asked, failed, refused)
}

// inOnePiece takes @defer out of an operation.
func inOnePiece(op *Operation) {
	var walk func([]*Selection)
	walk = func(set []*Selection) {
		for _, s := range set {
			s.Conditions = slices.DeleteFunc(s.Conditions, func(c Condition) bool { return c.Directive == "defer" })
			walk(s.Set)
		}
	}
	walk(op.Set)
	for _, f := range op.Fragments {
		walk(f.Set)
	}
}

func newRouter(t *rapid.T, b *Bench, change func(*Bench, *router.GraphOptions)) *router.Router {
	rt, err := router.New(router.Options{Config: config.Default(false), Logger: zap.NewNop()})
	if err != nil {
		t.Fatal(err)
	}
	o := router.GraphOptions{Fetcher: b, Limits: operation.DefaultLimits(), OverrideLabels: b.World.Labels}
	change(b, &o)
	rt.Swap(router.NewGraph(b.Super, o))
	return rt
}

// together asks everything at once, thrice.
func together(t *rapid.T, rt http.Handler, ops []*Operation, want []served) {
	var wg sync.WaitGroup
	wrong := make([]string, 3*len(ops))
	for i := range wrong {
		wg.Go(func() {
			op := i % len(ops)
			if got, err := serve(rt, ops[op]); err != nil || !got.equals(want[op]) {
				wrong[i] = fmt.Sprintf("%v: %+v\ninstead of\n%+v\n%s", err, got, want[op], ops[op])
			}
		})
	}
	wg.Wait()
	for _, text := range wrong {
		if text != "" {
			t.Fatalf("together: %s", text)
		}
	}
}

// order asks once more when the subgraphs have exchanged their names, which is
// what puts them in order.
func order(t *rapid.T, d *drawer, w *World, ops []*Operation, want []served) {
	for i := range w.Subgraphs {
		other := w.Subgraphs[i+d.below(len(w.Subgraphs)-i)]
		w.Subgraphs[i].Name, other.Name = other.Name, w.Subgraphs[i].Name
	}
	b, err := NewBench(w)
	if err != nil {
		t.Fatalf("in another order: %v\n%s", err, Report(w, nil))
	}
	rt := newRouter(t, b, settings[0].graph)
	defer rt.Close()
	for i, op := range ops {
		if got, err := serve(rt, op); err != nil || !got.equals(want[i]) {
			t.Fatalf("in another order: %v: %+v\ninstead of\n%+v\n%s", err, got, want[i], Report(w, op))
		}
	}
}
