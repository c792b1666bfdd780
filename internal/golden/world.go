package golden

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"sync"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/weft-graphql/weft/subgraphs"
	"github.com/weft-graphql/weft/subgraphs/mock"
)

// A world is the subgraphs of a case. It is an executor.Fetcher that calls them
// in the goroutine of the fetch, and it is safe for concurrent use.
type world struct {
	mocks   map[string]*mock.Subgraph
	schemas map[string]*ast.Schema
	faults  map[string]Fault

	mu sync.Mutex
	// refused are requests that a subgraph did not accept, and why.
	refused []string
}

func newWorld(c *Case) (*world, error) {
	w := &world{
		mocks:   map[string]*mock.Subgraph{},
		schemas: map[string]*ast.Schema{},
		faults:  c.Config.Faults,
	}
	for _, s := range c.Subgraphs {
		data := s.Data
		if data == nil {
			data = []byte("{}")
		}
		m, err := mock.New(mock.Options{Name: s.Name, SDL: s.SDL, Data: data, DataName: dirData + s.Name + ".json"})
		if err != nil {
			return nil, err
		}
		w.mocks[s.Name] = m
		if w.schemas[s.Name], err = subgraphSchema(s.Name, s.SDL); err != nil {
			return nil, err
		}
	}
	return w, nil
}

// refusals returns what the subgraphs have refused since it was called last, in
// a fixed order.
func (w *world) refusals() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	refused := w.refused
	w.refused = nil
	slices.Sort(refused)
	return refused
}

// Fetch implements executor.Fetcher.
func (w *world) Fetch(ctx context.Context, r *subgraphs.Request) (*subgraphs.Response, error) {
	m := w.mocks[r.Subgraph]
	if m == nil {
		return nil, fmt.Errorf("there is no subgraph %s", r.Subgraph)
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://subgraph.test/", bytes.NewReader(r.Body))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Accept", "application/graphql-response+json, application/json")
	answer, err := m.RoundTrip(request)
	if err != nil {
		return nil, &subgraphs.Error{Subgraph: r.Subgraph, Kind: subgraphs.Canceled, Err: err}
	}
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		return nil, err
	}
	w.judge(r, body)
	good := &subgraphs.Response{Status: answer.StatusCode, Header: answer.Header, Body: body}
	if fault, ok := w.faults[r.Subgraph]; ok {
		return fault.apply(r.Subgraph, good)
	}
	return good, nil
}

// ours are the codes of errors that are the router's fault: it asked for what
// it may not ask for, or left out what it has to send.
var ours = []string{
	mock.CodeBadRequest, mock.CodeParseFailed, mock.CodeValidationFailed, mock.CodeBadUserInput,
	mock.CodeExternalField, mock.CodeRequiresMissing, mock.CodeInvalidRepresentation,
}

// judge looks for errors in a subgraph's answer that are the router's fault.
func (w *world) judge(r *subgraphs.Request, body []byte) {
	var answer struct {
		Errors []struct {
			Message    string         `json:"message"`
			Extensions map[string]any `json:"extensions"`
		} `json:"errors"`
	}
	if err := json.Unmarshal(body, &answer); err != nil {
		return // the mock's own mistake shows as a malformed answer
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, e := range answer.Errors {
		if code, _ := e.Extensions["code"].(string); slices.Contains(ours, code) {
			w.refused = append(w.refused, fmt.Sprintf("subgraph %s: %s: %s\n%s", r.Subgraph, code, e.Message, r.Body))
		}
	}
}
