package router

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"go.uber.org/zap"

	"github.com/weft-graphql/weft/config"
)

// BenchmarkServe is the whole way of a request through the edge, with
// subgraphs that answer from memory at once.
func BenchmarkServe(b *testing.B) {
	for _, bb := range []struct{ name, body string }{
		{"two fetches", `{"query":"query Q($id: ID!) { product(id: $id) { name price } }","variables":{"id":"1"}}`},
		{"one fetch", `{"query":"{ echo }"}`},
	} {
		b.Run(bb.name, func(b *testing.B) {
			bench := newBench(b, func(c *config.Config) { c.Log.Access = false })
			bench.Router.log = zap.NewNop()
			h := http.Header{"Content-Type": {"application/json"}}
			b.ReportAllocs()
			for b.Loop() {
				r := httptest.NewRequest("POST", "/graphql", strings.NewReader(bb.body))
				r.Header = h
				w := httptest.NewRecorder()
				bench.ServeHTTP(w, r)
				if w.Code != http.StatusOK {
					b.Fatal(w.Body)
				}
			}
		})
	}
}
