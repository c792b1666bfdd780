package router

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/weft-graphql/weft/executor"
	"github.com/weft-graphql/weft/planner/plan"
)

// explainHeader asks for extensions.explain.
const explainHeader = "Weft-Explain"

// An explainMode is what the request's weft-explain header says.
type explainMode int

const (
	explainNot    explainMode = iota
	explainTrue               // "true": execute, and explain
	explainDryRun             // "dry-run": explain the plan and execute nothing
)

// explainRequested reads the header. Who asks without being allowed to is told
// so: a plan shows how the graph is built.
func explainRequested(r *http.Request, allowed bool) (explainMode, *refusal) {
	value := strings.ToLower(strings.TrimSpace(r.Header.Get(explainHeader)))
	mode := explainNot
	switch value {
	case "", "false":
		return explainNot, nil
	case "true":
		mode = explainTrue
	case "dry-run":
		mode = explainDryRun
	default:
		return explainNot, invalid("the header weft-explain is %q; it can be true or dry-run", headerWord(value))
	}
	if !allowed {
		return explainNot, refuse(http.StatusForbidden, CodeExplainDisabled,
			"explain is not enabled here; set explain: true in the configuration, or leave out the header weft-explain")
	}
	return mode, nil
}

// An explanation is extensions.explain. Times are milliseconds, those of
// fetches since execution began.
type explanation struct {
	Operation struct {
		Name   string `json:"name,omitempty"`
		Type   string `json:"type"`
		Hash   string `json:"hash"`
		Cached bool   `json:"cached"`
	} `json:"operation"`
	Plan struct {
		Text   string `json:"text"`
		Cached bool   `json:"cached"`
		// Planning is how long it took when it was made.
		Planning milliseconds `json:"planning"`
		// OverrideLabels are those that are active for this request.
		OverrideLabels []string `json:"overrideLabels,omitempty"`
	} `json:"plan"`
	Fetches []explainedFetch        `json:"fetches"`
	Stages  map[string]milliseconds `json:"stages"`
}

type explainedFetch struct {
	ID        int      `json:"id"`
	Subgraph  string   `json:"subgraph"`
	Paths     []string `json:"paths,omitempty"`
	DependsOn []int    `json:"dependsOn"`
	Reasons   []string `json:"reasons,omitempty"`
	Document  string   `json:"document"`

	// How it went; nil in a dry run.
	*fetchOutcome
}

type fetchOutcome struct {
	State    string       `json:"state"`
	Start    milliseconds `json:"start"`
	End      milliseconds `json:"end"`
	Requests int          `json:"requests"`
	Entities int          `json:"entities"`
	Repeated int          `json:"repeated,omitempty"` // times that a request was sent again
	Reused   int          `json:"reused,omitempty"`   // entities taken from earlier answers
	Joined   int          `json:"joined,omitempty"`   // requests that equal ones of others have answered
	Bytes    int          `json:"bytes"`
	Status   int          `json:"status,omitempty"`
	Failure  string       `json:"failure,omitempty"`
}

// milliseconds prints with three digits after the point.
type milliseconds time.Duration

func (m milliseconds) MarshalJSON() ([]byte, error) {
	return fmt.Appendf(nil, "%.3f", float64(m)/float64(time.Millisecond)), nil
}

func (x *exchange) explanation() *explanation {
	e := &explanation{Fetches: []explainedFetch{}, Stages: map[string]milliseconds{}}
	e.Operation.Name = x.operation.Name
	e.Operation.Type = string(x.operation.Kind)
	e.Operation.Hash = x.operation.Hash()
	e.Operation.Cached = x.cachedOperation
	p := x.program.Plan()
	e.Plan.Text = p.Text()
	e.Plan.Cached = x.cachedPlan
	e.Plan.Planning = milliseconds(x.program.planned)
	e.Plan.OverrideLabels = x.graph.overrides.active(x.labels)
	for i, f := range p.Fetches {
		explained := explainFetch(f)
		if x.response != nil {
			explained.fetchOutcome = explainOutcome(&x.response.Fetches[i])
		}
		e.Fetches = append(e.Fetches, explained)
	}
	for _, t := range x.timings {
		e.Stages[t.stage] = milliseconds(t.took)
	}
	return e
}

func explainFetch(f *plan.Fetch) explainedFetch {
	out := explainedFetch{
		ID:        f.ID,
		Subgraph:  f.Subgraph,
		DependsOn: f.DependsOn,
		Reasons:   f.Reasons,
		Document:  f.Document,
	}
	if out.DependsOn == nil {
		out.DependsOn = []int{}
	}
	if len(f.Path) > 0 {
		out.Paths = append(out.Paths, f.Path.String())
	}
	for _, l := range f.Lookups {
		for _, p := range l.Paths {
			out.Paths = append(out.Paths, p.String())
		}
	}
	return out
}

func explainOutcome(r *executor.FetchReport) *fetchOutcome {
	out := &fetchOutcome{
		State:    string(r.State),
		Start:    milliseconds(r.Start),
		End:      milliseconds(r.End),
		Requests: r.Requests,
		Entities: r.Entities,
		Repeated: r.Repeated,
		Reused:   r.Reused,
		Joined:   r.Joined,
		Bytes:    r.Bytes,
		Status:   r.Status,
	}
	if r.Failure != nil {
		out.Failure = r.Failure.Code
	}
	return out
}

// dryRunBody is a response without an execution: null data, and extensions.
func dryRunBody(extensions map[string]any) ([]byte, error) {
	return json.Marshal(struct {
		Data       any            `json:"data"`
		Extensions map[string]any `json:"extensions"`
	}{nil, extensions})
}
