package router

import (
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/weft-graphql/weft/config"
	"github.com/weft-graphql/weft/router/persisted"
)

// apq is the body of a request with a hash; without a query if that is "".
func apq(hash, query string) string {
	body := map[string]any{"extensions": map[string]any{"persistedQuery": map[string]any{"version": 1, "sha256Hash": hash}}}
	if query != "" {
		body["query"] = query
	}
	text, _ := json.Marshal(body)
	return string(text)
}

const (
	notFound = `{"errors":[{"message":"PersistedQueryNotFound","extensions":{"code":"PERSISTED_QUERY_NOT_FOUND"}}]}`
	echo     = `{ echo }`
	echoed   = `{"data":{"echo":7}}`
)

func hashOf(text string) string { return persisted.HashOf(text).String() }

func TestAPQ(t *testing.T) {
	b := newBench(t, nil)
	w := b.post(apq(hashOf(echo), ""))
	wantBody(t, w, notFound)
	if got := w.Header().Get("Cache-Control"); w.Code != 200 || got != "private, no-cache, must-revalidate" {
		t.Errorf("status %d, cache-control %q", w.Code, got)
	}
	wantBody(t, b.post(apq(hashOf(echo), echo)), echoed)
	wantBody(t, b.post(apq(hashOf(echo), "")), echoed)

	// By GET, as caches between like it; and for any order of use.
	get := func(values url.Values) *httptest.ResponseRecorder {
		return b.do(newRequestWith("GET", "/graphql?"+values.Encode(), "", "apollo-require-preflight", "1"))
	}
	extensions := func(hash string) string { return `{"persistedQuery":{"version":1,"sha256Hash":"` + hash + `"}}` }
	wantBody(t, get(url.Values{"extensions": {extensions(hashOf(echo))}}), echoed)
	other := `query Other { echo(n: 2) }`
	wantBody(t, get(url.Values{"extensions": {extensions(hashOf(other))}}), notFound)
	wantBody(t, get(url.Values{"extensions": {extensions(hashOf(other))}, "query": {other}}), echoed)
	wantBody(t, get(url.Values{"extensions": {extensions(hashOf(other))}}), echoed)

	// An id lifts no other rule.
	if w := b.do(newRequestWith("GET", "/graphql?"+url.Values{"extensions": {extensions(hashOf(echo))}}.Encode(), "")); w.Code != 400 {
		t.Errorf("CSRF: status %d", w.Code)
	}
	mutation := `mutation { touch }`
	wantBody(t, b.post(apq(hashOf(mutation), mutation)), `{"data":{"touch":1}}`)
	if w := get(url.Values{"extensions": {extensions(hashOf(mutation))}}); w.Code != 405 {
		t.Errorf("a mutation by GET: status %d, %s", w.Code, w.Body)
	}
}

// Every way in which a hash can be wrong, and what is said of it. None of them
// reaches a subgraph.
func TestAPQRefusals(t *testing.T) {
	const malformed = "INVALID_GRAPHQL_REQUEST"
	for _, tt := range []struct {
		name, body, code string
		status           int
	}{
		{"of another query", apq(hashOf("{ other }"), echo), CodePersistedMismatch, 400},
		{"upper case", apq(strings.ToUpper(hashOf(echo)), echo), malformed, 400},
		{"upper case, alone", apq(strings.ToUpper(hashOf(echo)), ""), malformed, 400},
		{"short", apq(hashOf(echo)[:63], ""), malformed, 400},
		{"long", apq(hashOf(echo)+"0", ""), malformed, 400},
		{"path", apq("../../../../etc/passwd", ""), malformed, 400},
		{"full-width digits", apq(strings.Repeat("０", 64), ""), malformed, 400},
		{"empty", apq("", ""), malformed, 400},
		{"missing", `{"extensions":{"persistedQuery":{"version":1}}}`, malformed, 400},
		{"other case", `{"extensions":{"persistedQuery":{"version":1,"SHA256Hash":"` + hashOf(echo) + `"}}}`, malformed, 400},
		{"a number", `{"extensions":{"persistedQuery":{"version":1,"sha256Hash":5}}}`, malformed, 400},
		{"version 2", `{"extensions":{"persistedQuery":{"version":2,"sha256Hash":"` + hashOf(echo) + `"}}}`, malformed, 400},
		{"no version", `{"extensions":{"persistedQuery":{"sha256Hash":"` + hashOf(echo) + `"}}}`, malformed, 400},
		{"no object", `{"extensions":{"persistedQuery":"` + hashOf(echo) + `"}}`, malformed, 400},
		{"null", `{"extensions":{"persistedQuery":null}}`, malformed, 400},
		{"two ids", `{"documentId":"a","extensions":{"persistedQuery":{"version":1,"sha256Hash":"b"}}}`, malformed, 400},
		{"documentId a number", `{"documentId":1}`, malformed, 400},
		{"documentId and query", `{"documentId":"` + hashOf(echo) + `","query":"{ echo }"}`, CodeIDAndBody, 200},
		{"no document", apq(hashOf("{ nothing }"), "{ nothing }"), "GRAPHQL_VALIDATION_FAILED", 200},
		{"no document, and then its hash", apq(hashOf("{ nothing }"), ""), CodePersistedNotFound, 200},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := newBench(t, nil)
			if strings.Contains(tt.name, "and then") {
				b.post(apq(hashOf("{ nothing }"), "{ nothing }"))
			}
			w := b.post(tt.body)
			if got := codesIn(t, w.Body.Bytes()); w.Code != tt.status || len(got) != 1 || got[0] != tt.code {
				t.Errorf("status %d, codes %v; want %d, %s\n%s", w.Code, got, tt.status, tt.code, w.Body)
			}
			if n := len(b.fetcher.requests()); n > 0 {
				t.Errorf("%d requests to subgraphs", n)
			}
		})
	}
}

func TestAPQSwitchedOff(t *testing.T) {
	b := newBench(t, func(c *config.Config) { c.APQ.Enabled = false })
	wantBody(t, b.post(apq(hashOf(echo), "")), `{"errors":[{"message":"PersistedQueryNotSupported","extensions":{"code":"PERSISTED_QUERY_NOT_SUPPORTED"}}]}`)
	wantBody(t, b.post(apq(hashOf(echo), echo)), echoed)
	wantBody(t, b.post(apq(hashOf(echo), "")), `{"errors":[{"message":"PersistedQueryNotSupported","extensions":{"code":"PERSISTED_QUERY_NOT_SUPPORTED"}}]}`)
}

// Clients can register as much as they like: what is kept stays within bounds.
func TestAPQIsBounded(t *testing.T) {
	const most = 64 << 10
	b := newBench(t, func(c *config.Config) { c.Caches.APQ = most })
	documents := make([]string, 200)
	for i := range documents {
		documents[i] = fmt.Sprintf("{ echo(n: %d) } #%s", i, strings.Repeat("x", 2000))
		wantBody(t, b.post(apq(hashOf(documents[i]), documents[i])), echoed)
	}
	kept := 0
	for _, d := range documents {
		if strings.Contains(b.post(apq(hashOf(d), "")).Body.String(), `"data"`) {
			kept += len(d)
		}
	}
	if kept > most || kept == 0 {
		t.Errorf("%d bytes are kept, want some and at most %d", kept, most)
	}
	huge := "{ echo } #" + strings.Repeat("x", most)
	wantBody(t, b.post(apq(hashOf(huge), huge)), echoed)
	wantBody(t, b.post(apq(hashOf(huge), "")), notFound)
}

// With a warm cache, each part of a request that chooses the document or what
// becomes of it is flipped, and nothing of the other answer shows.
func TestPersistedKeysAreKeptApart(t *testing.T) {
	b := newBench(t, func(c *config.Config) { c.Introspection = true })
	one, two := `query A { a: echo } query B { b: echo }`, `query A($p: Boolean! = true) { c: echo @include(if: $p) __typename }`
	request := func(document, name, variables string) string {
		hash := `"extensions":{"persistedQuery":{"version":1,"sha256Hash":"` + hashOf(document) + `"}}`
		return `{"operationName":"` + name + `","variables":` + variables + `,` + hash + `}`
	}
	b.fetcher.answers["a"] = answer(`{"data":{"a":7,"b":7,"c":7}}`)
	for _, d := range []string{one, two} {
		b.post(`{"operationName":"A","query":` + quoted(d) + `,"extensions":{"persistedQuery":{"version":1,"sha256Hash":"` + hashOf(d) + `"}}}`)
	}
	for range 2 {
		wantBody(t, b.post(request(one, "A", "{}")), `{"data":{"a":7}}`)
		wantBody(t, b.post(request(one, "B", "{}")), `{"data":{"b":7}}`)
		wantBody(t, b.post(request(two, "A", "{}")), `{"data":{"c":7,"__typename":"Query"}}`)
		wantBody(t, b.post(request(two, "A", `{"p":false}`)), `{"data":{"__typename":"Query"}}`)
	}
}

func quoted(s string) string {
	b, _ := json.Marshal(s)
	return string(b)
}

// writeManifest returns the name of a file with the documents by id.
func writeManifest(t *testing.T, documents map[string]string) string {
	t.Helper()
	text, err := json.Marshal(documents)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "manifest.json")
	if err := os.WriteFile(file, text, 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

func TestPersistedQueries(t *testing.T) {
	file := writeManifest(t, map[string]string{"echo": echo, hashOf(echo): echo, "bad": "{ nothing }", "touch": "mutation { touch }"})
	known, unknown := `{"documentId":"echo"}`, `{"documentId":"other"}`
	text := `{"query":"{ echo }"}`
	spaced := `{"query":"{\n  echo # same\n}"}`
	stranger := `{"query":"{ echo __typename }"}`
	strangerAnswer := `{"data":{"echo":7,"__typename":"Query"}}`
	inList, outside, byID := CodePersistedNotInList, CodeNotInSafelist, CodePersistedIDRequired
	type want map[string]string // body to answer, or to the code of an error
	for _, tt := range []struct {
		name   string
		change func(*config.Config)
		want   want
	}{
		{"with APQ", func(*config.Config) {}, want{
			known: echoed, text: echoed, spaced: echoed, stranger: strangerAnswer,
			unknown:                      inList, // no hash, so nothing to register
			apq(hashOf(echo), ""):        echoed,
			apq("echo", ""):              echoed,
			apq(hashOf("{ other }"), ""): CodePersistedNotFound,
			apq(hashOf("{ __typename }"), "{ __typename }"): `{"data":{"__typename":"Query"}}`,
			`{"documentId":"bad"}`:                          "GRAPHQL_VALIDATION_FAILED",
			`{"documentId":"echo","query":"{ echo }"}`:      CodeIDAndBody,
		}},
		{"without APQ", func(c *config.Config) { c.APQ.Enabled = false }, want{
			known: echoed, text: echoed, stranger: strangerAnswer, unknown: inList,
			apq(hashOf(echo), ""):                 echoed,
			apq(hashOf(echo), echo):               echoed,
			apq("echo", "{ __typename }"):         CodeIDAndBody,
			apq(hashOf("{ other }"), ""):          inList,
			apq(hashOf("{ other }"), "{ other }"): CodeIDAndBody,
		}},
		{"safelist", func(c *config.Config) { c.PersistedQueries.Safelist.Enabled = true }, want{
			known: echoed, text: echoed, spaced: echoed, stranger: outside, unknown: inList,
			apq(hashOf(echo), ""):                                  echoed,
			apq(hashOf(echo), echo):                                echoed,
			`{"query":"{ nothing }"}`:                              "GRAPHQL_VALIDATION_FAILED", // it is in the list
			`{"query":"{ __schema { queryType { name } } }"}`:      outside,
			apq(hashOf("{ __typename }"), "{ __typename }"):        CodeIDAndBody,
			`{"query":"{ echo } query Other { echo __typename }"}`: outside,
			`{"query":"{ echo "}`:                                  outside,
		}},
		{"ids only", func(c *config.Config) {
			c.PersistedQueries.Safelist = config.Safelist{Enabled: true, RequireID: true}
		}, want{
			known: echoed, text: byID, spaced: byID, stranger: byID, unknown: inList,
			apq(hashOf(echo), ""):   echoed,
			apq(hashOf(echo), echo): echoed,
			`{}`:                    "INVALID_GRAPHQL_REQUEST",
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			b := newBench(t, func(c *config.Config) {
				c.PersistedQueries.Enabled = true
				c.PersistedQueries.LocalManifests = []string{file}
				tt.change(c)
			})
			for body, want := range tt.want {
				w := b.post(body)
				if strings.HasPrefix(want, "{") {
					wantBody(t, w, want)
				} else if got := codesIn(t, w.Body.Bytes()); len(got) != 1 || got[0] != want {
					t.Errorf("%s: codes %v, want %s\n%s", body, got, want, w.Body)
				}
			}
			if w := b.do(newRequestWith("GET", "/graphql?documentId=echo", "", "apollo-require-preflight", "1")); w.Body.String() != echoed {
				t.Errorf("by GET: %s", w.Body)
			}
			if w := b.do(newRequestWith("GET", "/graphql?documentId=touch", "", "apollo-require-preflight", "1")); w.Code != 405 {
				t.Errorf("a mutation by GET: status %d", w.Code)
			}
		})
	}
}

// An unknown document is logged by its hash, without its text.
func TestLogUnknown(t *testing.T) {
	file := writeManifest(t, map[string]string{"echo": echo})
	b := newBench(t, func(c *config.Config) {
		c.PersistedQueries = config.PersistedQueries{Enabled: true, LocalManifests: []string{file}, LogUnknown: true}
	})
	b.query(echo)
	b.post(`{"documentId":"echo"}`)
	if lines := b.logs.FilterMessage("unknown persisted query").All(); len(lines) > 0 {
		t.Errorf("a known one is logged: %v", lines)
	}
	document := `query Q { product(id: "sesame") { name } }`
	b.post(`{"operationName":"Q","query":`+quoted(document)+`}`, "apollographql-client-name", "ios", "X-Request-Id", "r1")
	lines := b.logs.FilterMessage("unknown persisted query").All()
	if len(lines) != 1 {
		t.Fatalf("%d lines, want 1", len(lines))
	}
	want := map[string]any{"id": hashOf(document), "operation": "Q", "client": "ios", "request_id": "r1"}
	if diff := cmp.Diff(want, lines[0].ContextMap()); diff != "" {
		t.Errorf("line (-want +got):\n%s", diff)
	}
}

func TestManifestOfOneClient(t *testing.T) {
	file := filepath.Join(t.TempDir(), "m.json")
	manifest := `{"format":"apollo-persisted-query-manifest","version":1,"operations":[
		{"id":"1","body":"{ echo }"},{"id":"1","clientName":"ios","body":"{ __typename }"}]}`
	if err := os.WriteFile(file, []byte(manifest), 0o600); err != nil {
		t.Fatal(err)
	}
	b := newBench(t, func(c *config.Config) {
		c.PersistedQueries.Enabled, c.PersistedQueries.LocalManifests = true, []string{file}
		c.Clients.NameHeaders = []string{"x-client", "graphql-client-name"}
	})
	for range 2 {
		wantBody(t, b.post(`{"documentId":"1"}`), echoed)
		wantBody(t, b.post(`{"documentId":"1"}`, "x-client", "ios"), `{"data":{"__typename":"Query"}}`)
		wantBody(t, b.post(`{"documentId":"1"}`, "graphql-client-name", "ios"), `{"data":{"__typename":"Query"}}`)
		wantBody(t, b.post(`{"documentId":"1"}`, "x-client", "web", "graphql-client-name", "ios"), echoed)
	}
}

func TestManifestThatCannotBeRead(t *testing.T) {
	c := config.Default(false)
	c.PersistedQueries.Enabled, c.PersistedQueries.LocalManifests = true, []string{"testdata/none.json"}
	if _, err := New(Options{Config: c}); err == nil || err.Error() != "there is no manifest testdata/none.json" {
		t.Errorf("got %v", err)
	}
}
