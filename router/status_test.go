package router

import (
	"testing"

	"github.com/weft-graphql/weft/config"
)

// The status of what is refused before execution, by media type and by the
// switch for clients that look at it.
func TestRequestErrorStatus(t *testing.T) {
	const json, graphql = "application/json", "application/graphql-response+json"
	always := newBench(t, func(c *config.Config) { c.RequestErrorStatus = config.StatusAlways400 })
	byMedia := newBench(t, nil)
	for name, tt := range map[string]struct {
		body                  string
		json, graphql, always int
	}{
		"answered":       {`{"query":"{ __typename }"}`, 200, 200, 200},
		"syntax":         {`{"query":"{"}`, 200, 400, 400},
		"validation":     {`{"query":"{ nope }"}`, 200, 400, 400},
		"operation name": {`{"query":"{ __typename }","operationName":"X"}`, 200, 400, 400},
		"variable":       {`{"query":"query ($n: Int!) { echo(n: $n) }"}`, 200, 400, 400},
		"limit":          {`{"query":"{ __schema { description } }"}`, 200, 400, 400},
		"not a request":  {`{}`, 400, 400, 400},
		"not JSON":       {`{`, 400, 400, 400},
	} {
		for _, c := range []struct {
			b     *bench
			media string
			want  int
		}{{byMedia, json, tt.json}, {byMedia, graphql, tt.graphql}, {always, json, tt.always}, {always, graphql, tt.graphql}} {
			w := c.b.post(tt.body, "Accept", c.media)
			if got := w.Header().Get("Content-Type"); w.Code != c.want || got != c.media+"; charset=utf-8" {
				t.Errorf("%s with %s: %d %s, want %d", name, c.media, w.Code, got, c.want)
			}
		}
	}
	// What went wrong in a subgraph is no request error.
	always.fetcher.answers["a"] = answer(`{"errors":[{"message":"no"}],"data":null}`)
	if w := always.post(`{"query":"{ echo }"}`); w.Code != 200 {
		t.Errorf("a subgraph's error: %d %s", w.Code, w.Body)
	}
}
