package router

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"go.uber.org/zap/zapcore"
)

// FuzzRequest sends anything as a request: an HTTP method, two headers, a
// target and a body. Whatever it is, there is an answer in JSON that has data
// or errors, and no stage panics.
func FuzzRequest(f *testing.F) {
	f.Add("POST", "/graphql", "application/json", "*/*", `{"query":"{ product(id: 1) { name price } }"}`)
	f.Add("POST", "/graphql", "application/json", "application/graphql-response+json", `{"query":"query($n:Int){echo(n:$n)}","variables":{"n":1},"operationName":null,"extensions":{}}`)
	f.Add("POST", "/graphql", "application/json", "", `{"query":"subscription{ticks}"}`)
	f.Add("POST", "/graphql", "text/plain", "text/html", `[]`)
	f.Add("POST", "/graphql", "application/json", "", `null`)
	f.Add("GET", "/graphql?query={echo}&variables={}", "application/json", "*/*", "")
	f.Add("GET", "/graphql?query=mutation{touch}", "", "", "")
	f.Add("OPTIONS", "/graphql", "", "", "")
	f.Add("PURGE", "/", "", "", "")
	b := newBench(f, nil)
	f.Fuzz(func(t *testing.T, method, target, contentType, accept, body string) {
		r, err := http.NewRequest(method, target, strings.NewReader(body))
		if err != nil || r.URL.Path != "/graphql" || r.URL.Host != "" {
			return
		}
		r.Header.Set("Content-Type", contentType)
		r.Header.Set("Accept", accept)
		w := b.do(r)
		for _, entry := range b.logs.TakeAll() {
			if entry.Level >= zapcore.ErrorLevel {
				t.Fatalf("%s: %v", entry.Message, entry.ContextMap())
			}
		}
		if w.Code == http.StatusNoContent {
			return
		}
		var response map[string]json.RawMessage
		if err := json.Unmarshal(w.Body.Bytes(), &response); err != nil {
			t.Fatalf("status %d, %v: %q", w.Code, err, w.Body)
		}
		if response["data"] == nil && len(codesIn(t, w.Body.Bytes())) == 0 {
			t.Errorf("neither data nor errors: %s", w.Body)
		}
	})
}
