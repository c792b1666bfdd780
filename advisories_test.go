package weft_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"github.com/weft-graphql/weft"
	"github.com/weft-graphql/weft/config"
	"github.com/weft-graphql/weft/demo"
	"github.com/weft-graphql/weft/supergraph"
)

// What the security advisories of other routers teach, each as a test. They are
// listed in docs/security.md.

// refusedWith sends a document and wants an error with the code, and no data.
func refusedWith(t *testing.T, r http.Handler, document, code string) {
	t.Helper()
	_, body := post(t.Context(), r, graphqlRequest{Query: document})
	var response struct {
		Data   any
		Errors []struct {
			Extensions struct{ Code string }
		}
	}
	if err := json.Unmarshal([]byte(body), &response); err != nil || response.Data != nil || len(response.Errors) == 0 || response.Errors[0].Extensions.Code != code {
		t.Errorf("%.60s…: %.400s, want %s", document, body, code)
	}
}

// doubling is a document whose fragments spread each other twice, depth deep.
func doubling(depth int) string {
	var b strings.Builder
	b.WriteString("{ ...F0 }")
	for i := range depth {
		fmt.Fprintf(&b, " fragment F%d on Query { a%d: __typename ...F%d b%d: __typename ...F%d }", i, i, i+1, i, i+1)
	}
	fmt.Fprintf(&b, " fragment F%d on Query { product(id: \"1\") { name } }", depth)
	return b.String()
}

// GHSA-75m2-jhh5-j5g2 / CVE-2025-32034, GHSA-q2f9-x4p4-7xmh / CVE-2025-32030:
// named fragments were expanded once per spread.
// GHSA-84m6-5m72-45fp / CVE-2025-32033: counters wrapped around.
func TestAdvisoryFragmentsAreCountedBeforeTheyAreExpanded(t *testing.T) {
	r := shop(t, nil)
	for _, depth := range []int{20, 40, 63, 64, 65, 150} {
		refusedWith(t, r, doubling(depth), "MAX_SELECTIONS_LIMIT")
	}
}

// GHSA-3j43-9v8v-cp3f / CVE-2025-32380, GHSA-7mpv-9xg6-5r79 / CVE-2025-31496:
// validation itself took exponential time for fragments that are used again.
func TestAdvisoryValidationVisitsFragmentsOnce(t *testing.T) {
	r := shop(t, nil)
	var same, nested, deep strings.Builder
	same.WriteString("{ product(id: \"1\") {")
	for i := range 500 {
		fmt.Fprintf(&same, " ...F%d", i)
	}
	same.WriteString(" } }")
	for i := range 500 {
		fmt.Fprintf(&same, " fragment F%d on Product { name price id }", i)
	}
	if _, body := post(t.Context(), r, graphqlRequest{Query: same.String()}); strings.Contains(body, `"errors"`) {
		t.Errorf("many fragments with the same fields: %.300s", body)
	}
	// Every pair of fragments has to be compared, at every level.
	nested.WriteString("{ ...F0 ...F1 }")
	for i := range 60 {
		fmt.Fprintf(&nested, " fragment F%d on Query { product(id: \"1\") { related { ...G%d ...G%d } } }", i, i, (i+1)%60)
		fmt.Fprintf(&nested, " fragment G%d on Product { name related { ...G%d ...G%d } }", i, (i+1)%60, (i+2)%60)
	}
	refusedWith(t, r, nested.String(), "GRAPHQL_VALIDATION_FAILED")
	deep.WriteString("{ product(id: \"1\") { ...G0 } }")
	for i := range 60 {
		fmt.Fprintf(&deep, " fragment G%d on Product { related { ...G%d } related { ...G%d } }", i, i+1, i+1)
	}
	deep.WriteString(" fragment G60 on Product { name }")
	refusedWith(t, r, deep.String(), "MAX_SELECTIONS_LIMIT")
}

// hostile are documents made to keep a planner busy: many fragments on the
// types of a union, each with entity fields of several subgraphs.
func hostile(seed int) string {
	var b strings.Builder
	fmt.Fprintf(&b, "query Q%d {", seed)
	for i := range 40 {
		fmt.Fprintf(&b, ` s%d: search(query: "%d") {`, i, seed)
		for _, typ := range []string{"Product", "Brand", "Category", "Article", "Listed"} {
			fmt.Fprintf(&b, " ... on %s { id ... on Product { price availability stock reviewCount wishlistCount shippingEstimate related { price availability } } }", typ)
		}
		b.WriteString(" }")
	}
	b.WriteString(" }")
	return b.String()
}

// GHSA-94hh-jmq8-2fgp / CVE-2025-32032, GHSA-p2q6-pwh5-m6jr / CVE-2025-32031:
// a few operations that were expensive to plan held up all others.
func TestAdvisoryPlanningDoesNotHoldUpCachedOperations(t *testing.T) {
	r := shop(t, nil)
	want := func() {
		t.Helper()
		if got := ask(t.Context(), r, availabilityAndPrice); got != availabilityAndPriceAnswer {
			t.Fatalf("answer %s", got)
		}
	}
	want()
	ctx, stop := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			for n := 0; ctx.Err() == nil; n++ {
				ask(ctx, r, hostile(1000*i+n))
			}
		})
	}
	for range 50 {
		want()
	}
	stop()
	wg.Wait()
}

// apollo-router#6629: one query kept a core busy for good, also when its client
// had long gone.
func TestAdvisoryPlanningEndsWithItsClient(t *testing.T) {
	r := shop(t, nil)
	for i := range 10 {
		ctx, leave := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() {
			defer close(done)
			ask(ctx, r, hostile(i))
		}()
		leave()
		<-done
	}
	// The router only closes when nothing of them is left.
}

// GHSA-fmj9-77q8-g6c4 / CVE-2024-43414: the search for a plan grew with the
// number of ways that fields could be had, multiplied.
func TestAdvisoryShareableFieldsPlanInPolynomialTime(t *testing.T) {
	const subgraphs = 16 // 16 to the power of 32 ways
	var sdl, fields, query strings.Builder
	sdl.WriteString(strings.Replace(federationSDL, `  A @join__graph(name: "a", url: "http://a.example/graphql")
  B @join__graph(name: "b", url: "http://b.example/graphql")
`, func() string {
		var graphs strings.Builder
		for i := range subgraphs {
			fmt.Fprintf(&graphs, "  G%d @join__graph(name: \"g%d\", url: \"http://g.example/graphql\")\n", i, i)
		}
		return graphs.String()
	}(), 1))
	sdl.WriteString("type Query")
	for i := range subgraphs {
		fmt.Fprintf(&sdl, " @join__type(graph: G%d)", i)
	}
	sdl.WriteString(" { t: T }\ntype T")
	for i := range subgraphs {
		fmt.Fprintf(&sdl, ` @join__type(graph: G%d, key: "id")`, i)
	}
	for i := range subgraphs {
		// Everybody but one has it.
		fmt.Fprintf(&fields, " f%d: T", i)
		for g := range subgraphs {
			if g != i {
				fmt.Fprintf(&fields, " @join__field(graph: G%d)", g)
			}
		}
		fields.WriteString("\n")
	}
	sdl.WriteString(" {\n id: ID!\n" + fields.String() + "}\n")
	query.WriteString("{ t ")
	for range 2 {
		query.WriteString("{ id ")
		for i := range subgraphs {
			fmt.Fprintf(&query, "f%d { id } ", i)
		}
		query.WriteString("x: f0 ")
	}
	query.WriteString("{ id } } } }")
	r := federate(t, sdl.String(), nil, nil)
	body, _ := json.Marshal(graphqlRequest{Query: query.String()})
	_, text := exchange(t.Context(), r, "POST", "/graphql", http.Header{"Content-Type": {"application/json"}, "Weft-Explain": {"dry-run"}}, string(body))
	var response struct {
		Extensions struct{ Explain struct{ Fetches []any } }
	}
	if err := json.Unmarshal([]byte(text), &response); err != nil || len(response.Extensions.Explain.Fetches) == 0 {
		t.Fatalf("no plan: %.300s", text)
	}
	if n := len(response.Extensions.Explain.Fetches); n != 2 {
		t.Errorf("%d fetches, want 2: of what one subgraph has, and the rest", n)
	}
}

// CVE-2023-49559: a parser without a limit of tokens.
func TestAdvisoryTokensAreCountedBeforeTheDocumentIsBuilt(t *testing.T) {
	r := shop(t, nil)
	const size = 500_000
	for _, document := range []string{
		"{ __typename " + strings.Repeat("@a", size/2) + " }",
		"{ " + strings.Repeat("a:a ", size/4) + " }",
		strings.Repeat("{a", size/2),
		"query (" + strings.Repeat("$a:a ", size/5) + ") { a }",
		"{ product(id: [" + strings.Repeat("1 ", size/2) + "]) { id } }",
		strings.Repeat("fragment a on a{a}", size/18) + "{a}",
	} {
		_, body := post(t.Context(), r, graphqlRequest{Query: document})
		if !strings.Contains(body, "_LIMIT") || len(body) > 1000 {
			t.Errorf("%.40s…: %.300s", document, body)
		}
	}
}

// GHSA-cgqf-3cq5-wvcj / CVE-2024-28101: the limit on a body counted after it
// was inflated. Here it counts before, and while it is; answers of subgraphs are
// in internal/chaos.
func TestAdvisoryCompressedBodiesAreCounted(t *testing.T) {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := io.CopyN(z, zeros{}, 100<<20); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	r := shop(t, nil)
	for encoding, want := range map[string]int{
		"gzip": 413, "GZIP": 413, "x-gzip": 413, "deflate": 400, "br": 400, "zstd": 400, "gzip, gzip": 415, "x": 415,
	} {
		before := heapInUse()
		response, body := exchange(t.Context(), r, "POST", "/graphql", http.Header{"Content-Type": {"application/json"}, "Content-Encoding": {encoding}}, b.String())
		if response.StatusCode != want {
			t.Errorf("%s: %d %s", encoding, response.StatusCode, body)
		}
		if after := heapInUse(); after > before+20<<20 {
			t.Errorf("%s: the heap grew by %d bytes", encoding, after-before)
		}
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

// GHSA-x6xq-whh3-gg32 / CVE-2024-43783: a way of reading the body that the
// limit did not apply to. There is one way here, sized or not.
func TestAdvisoryLargeBodiesAreRefused(t *testing.T) {
	r := shop(t, func(c *config.Config) { c.Limits.RequestBytes = 1000 })
	srv := httptest.NewServer(r)
	defer srv.Close()
	client := srv.Client()
	for size, want := range map[int]int{900: 200, 1000: 200, 1001: 413, 5000: 413} {
		const query = `{"query":"{__typename}"}`
		body := query + strings.Repeat(" ", size-len(query))
		for name, reader := range map[string]io.Reader{"sized": strings.NewReader(body), "chunked": io.MultiReader(strings.NewReader(body))} {
			response, err := client.Post(srv.URL+"/graphql", "application/json", reader)
			if err != nil {
				t.Fatal(err)
			}
			text, err := io.ReadAll(response.Body)
			response.Body.Close()
			if response.StatusCode != want || err != nil {
				t.Errorf("%d bytes, %s: %d %s (%v), want %d", size, name, response.StatusCode, text, err, want)
			}
		}
	}
}

// CVE-2023-41317: a subscription without a name crashed the process.
func TestAdvisorySubscriptionsAreRefused(t *testing.T) {
	sdl := strings.Replace(argumentsSDL, "{ query: Query }", "{ query: Query subscription: Subscription }", 1) + `
type Subscription @join__type(graph: A) @join__type(graph: B) { ticks: Int @join__field(graph: A) }
`
	r := federate(t, sdl, nil, nil)
	for _, document := range []string{`subscription { ticks }`, `subscription S { ticks }`, `subscription { a: ticks }`} {
		refusedWith(t, r, document, "SUBSCRIPTIONS_NOT_SUPPORTED")
	}
	refusedWith(t, r, `subscription { ticks b: ticks }`, "GRAPHQL_VALIDATION_FAILED")
	refusedWith(t, r, `subscription { __typename }`, "GRAPHQL_VALIDATION_FAILED")
}

// cosmo#2085, cosmo#2090, cosmo#2068: long strings of clients reached patterns,
// logs and labels.
func TestAdvisoryLongStringsAreCutBeforeTheyAreLogged(t *testing.T) {
	var log bytes.Buffer
	r := shop(t, nil, weft.WithLogger(zap.New(zapcore.NewCore(
		zapcore.NewJSONEncoder(zap.NewProductionEncoderConfig()), zapcore.AddSync(&log), zapcore.DebugLevel))))
	long := strings.Repeat("x", 500_000)
	for _, q := range []struct {
		method, target string
		header         http.Header
		body           string
	}{
		{"POST", "/graphql", http.Header{}, `{"query":"query ` + long + ` { __typename }"}`},
		{"POST", "/graphql", http.Header{}, `{"query":"{ __typename }","operationName":"` + long + `"}`},
		{"POST", "/graphql", http.Header{}, `{"query":"{ ` + long + ` }"}`},
		{"POST", "/graphql", http.Header{}, `{"query":"query ($` + long + `: Int) { __typename }"}`},
		{"POST", "/graphql", http.Header{"Origin": {"http://" + long}}, `{"query":"{ __typename }"}`},
		{"POST", "/graphql", http.Header{"Apollographql-Client-Name": {long}}, `{"query":"{ __typename }"}`},
		{"POST", "/graphql", http.Header{"X-Request-Id": {long}}, `{"query":"{ __typename }"}`},
		{"POST", "/graphql", http.Header{"Traceparent": {long}}, `{"query":"{ __typename }"}`},
		{"POST", "/graphql", http.Header{"Accept": {long}}, `{"query":"{ __typename }"}`},
		{"POST", "/graphql", http.Header{"Weft-Explain": {long}}, `{"query":"{ __typename }"}`},
		{"POST", "/" + long, http.Header{}, `{}`},
		{long[:1000], "/graphql", http.Header{}, `{}`},
	} {
		log.Reset()
		q.header.Set("Content-Type", "application/json")
		response, _ := exchange(t.Context(), r, q.method, q.target, q.header, q.body)
		if response.StatusCode >= 500 {
			t.Errorf("%.40s: status %d", q.body, response.StatusCode)
		}
		if log.Len() == 0 || log.Len() > 4000 {
			t.Errorf("%.40s %.40s %.40s: logged %d bytes", q.method, q.target, q.body, log.Len())
		}
		for name, values := range response.Header {
			if len(fmt.Sprint(values)) > 1000 {
				t.Errorf("%.40s: header %s has %d bytes", q.body, name, len(fmt.Sprint(values)))
			}
		}
	}
}

// apollo-router#8962: every error that could not be placed was put at every
// entity.
func TestAdvisoryErrorsDoNotMultiply(t *testing.T) {
	const entities = 5000
	sdl := federationSDL + `
type Query @join__type(graph: A) @join__type(graph: B) { all: [T] @join__field(graph: A) }
type T @join__type(graph: A, key: "id") @join__type(graph: B, key: "id") { id: ID! a: Int @join__field(graph: B) }
`
	var all, nothing, errors []string
	for i := range entities {
		all = append(all, fmt.Sprintf(`{"__typename":"T","id":"%d"}`, i))
		nothing = append(nothing, "null")
	}
	for _, path := range []string{``, `,"path":["_entities"]`, `,"path":["nowhere",9]`, `,"path":["_entities",4999,"a"]`} {
		errors = nil
		for i := range entities {
			errors = append(errors, fmt.Sprintf(`{"message":"no %d"%s}`, i, path))
		}
		r := federate(t, sdl, map[string]http.Handler{
			"a": answers(func(graphqlRequest) string { return `{"data":{"all":[` + strings.Join(all, ",") + `]}}` }),
			"b": answers(func(graphqlRequest) string {
				return `{"data":{"_entities":[` + strings.Join(nothing, ",") + `]},"errors":[` + strings.Join(errors, ",") + `]}`
			}),
		}, nil)
		_, body := post(t.Context(), r, graphqlRequest{Query: `{ all { a } }`})
		if n := strings.Count(body, `"message"`); n > 101 || n < 100 || len(body) > 1<<20 {
			t.Errorf("path %q: %d errors in %d bytes", path, n, len(body))
		}
	}
}

// cosmo#2296, apollo-router#8827: introspection that selects its way around in
// circles.
func TestAdvisoryIntrospectionIsBounded(t *testing.T) {
	r := shop(t, func(c *config.Config) { c.Limits.IntrospectionBytes = 1 << 20 })
	document := "{ __schema { types { name "
	for range 8 {
		document += "fields { name type { name ofType { name } "
	}
	document += strings.Repeat("} }", 8) + " } } }"
	_, body := post(t.Context(), r, graphqlRequest{Query: document})
	if !strings.Contains(body, "MAX_INTROSPECTION") || len(body) > 1<<20 {
		t.Errorf("%d bytes: %.300s", len(body), body)
	}
}

// hive-router#902, apollo-router#8829: limits that came late. Here the default
// configuration refuses documents that are made to exhaust, and accepts those
// that people write.
func TestAdvisoryDefaultLimits(t *testing.T) {
	c := config.Default(false)
	wide := func(n int, part func(i int) string) string {
		var b strings.Builder
		for i := range n {
			b.WriteString(part(i) + " ")
		}
		return b.String()
	}
	r := shop(t, func(d *config.Config) { d.Limits = c.Limits })
	for name, document := range map[string]string{
		"fragments":   doubling(60),
		"root fields": "{ " + wide(1000, func(i int) string { return fmt.Sprintf("a%d: __typename", i) }) + "}",
		"aliases":     `{ product(id: "1") { ` + wide(2000, func(i int) string { return fmt.Sprintf("a%d: name", i) }) + "} }",
		"depth":       "{ product(id: \"1\") " + strings.Repeat("{ related ", 300) + "{ id }" + strings.Repeat("}", 300) + " }",
		"directives":  "{ __typename " + strings.Repeat("@include(if: true) ", 2000) + "}",
	} {
		_, body := post(t.Context(), r, graphqlRequest{Query: document})
		if !strings.Contains(body, `"errors"`) || strings.Contains(body, `"data":{`) {
			t.Errorf("%s: %.300s", name, body)
		}
	}
	for _, op := range demo.Operations() {
		if _, body := post(t.Context(), r, graphqlRequest{Query: op.Text}); strings.Contains(body, `"errors"`) {
			t.Errorf("%s: %.300s", op.Name, body)
		}
	}
}

// GHSA-rr4x-crhf-8886 / CVE-2025-27097: the first client's variables were kept
// with the document and used for others.
func TestAdvisoryVariablesAreOfTheirRequest(t *testing.T) {
	r := shop(t, nil)
	var wg sync.WaitGroup
	for i := range 50 {
		wg.Go(func() {
			for range 5 {
				_, body := post(t.Context(), r, graphqlRequest{
					Query:     `query ($id: ID!) { product(id: $id) { id } }`,
					Variables: fmt.Appendf(nil, `{"id": "%d"}`, i+1),
				})
				if want := fmt.Sprintf(`{"data":{"product":{"id":"%d"}}}`, i+1); body != want {
					t.Errorf("got %s, want %s", body, want)
				}
			}
		})
	}
	wg.Wait()
}

// cosmo#2078, cosmo#2824: the hash of a persisted operation was used as a name
// without a look at it. Here it is 64 digits or nothing, and of the document
// that it came with.
func TestAdvisoryPersistedHashesAreChecked(t *testing.T) {
	r := shop(t, nil)
	ask := func(hash, query string) (status int, body string) {
		quoted, _ := json.Marshal(hash)
		response, body := exchange(t.Context(), r, "POST", "/graphql", http.Header{"Content-Type": {"application/json"}},
			`{`+query+`"extensions":{"persistedQuery":{"version":1,"sha256Hash":`+string(quoted)+`}}}`)
		return response.StatusCode, body
	}
	for _, hash := range []string{"../../../etc/passwd", "", "x", strings.Repeat("A", 64), "ａｂ", strings.Repeat("0", 63), strings.Repeat("0", 100_000)} {
		for _, query := range []string{"", `"query":"{ __typename }",`} {
			if status, body := ask(hash, query); status != 400 || !strings.Contains(body, `"INVALID_GRAPHQL_REQUEST"`) {
				t.Errorf("%.40q: %d %s", hash, status, body)
			}
		}
	}
	unknown := strings.Repeat("a", 64)
	if status, body := ask(unknown, `"query":"{ __typename }",`); status != 400 || !strings.Contains(body, `"PERSISTED_QUERY_HASH_MISMATCH"`) {
		t.Errorf("the hash of another document: %d %s", status, body)
	}
	// What was refused has left nothing behind.
	want := `{"errors":[{"message":"PersistedQueryNotFound","extensions":{"code":"PERSISTED_QUERY_NOT_FOUND"}}]}`
	if status, body := ask(unknown, ""); status != 200 || body != want {
		t.Errorf("unknown: %d %s", status, body)
	}
}

// apollo-router#8933, cosmo#1795: a partial answer was kept by caches on the
// way.
func TestAdvisoryNothingIsCacheable(t *testing.T) {
	s := show(t, nil)
	for _, fail := range []bool{false, true} {
		s.subgraphs["pricing"].SetFail(fail)
		for _, query := range []string{availabilityAndPrice, `{ nope }`} {
			response, _ := exchange(t.Context(), s, "POST", "/graphql", http.Header{"Content-Type": {"application/json"}},
				string(must(json.Marshal(graphqlRequest{Query: query}))))
			if got := response.Header.Get("Cache-Control"); got != "no-store" {
				t.Errorf("%s, pricing failing: %t: Cache-Control %q", query, fail, got)
			}
		}
	}
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// GHSA-hff2-gcpx-8f4p: a GET with an odd Content-Type got around the protection
// against requests that another origin's page makes a browser send.
func TestAdvisoryCrossSiteRequestsAreRefused(t *testing.T) {
	r := shop(t, nil)
	const get, body = "/graphql?query=%7B__typename%7D", `{"query":"{ __typename }"}`
	const mutation = "/graphql?query=mutation%7Breserve(productId:%221%22)%7Bid%7D%7D"
	preflight := "Apollo-Require-Preflight"
	tests := []struct {
		name           string
		method, target string
		header         http.Header
		body           string
		want           int
	}{
		{"plain GET", "GET", get, nil, "", 400},
		{"GET as a form", "GET", get, http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}, "", 400},
		{"GET as text", "GET", get, http.Header{"Content-Type": {"text/plain"}}, "", 400},
		{"GET as an odd type", "GET", get, http.Header{"Content-Type": {"text/plain; application/json"}}, "", 400},
		{"GET as another type", "GET", get, http.Header{"Content-Type": {"application/x-custom"}}, "", 415},
		{"GET as several", "GET", get, http.Header{"Content-Type": {"text/plain", "application/json"}}, "", 415},
		{"GET with the header", "GET", get, http.Header{preflight: {"1"}}, "", 200},
		{"GET with an empty header", "GET", get, http.Header{preflight: {""}}, "", 400},
		{"GET as JSON", "GET", get, http.Header{"Content-Type": {"application/json"}}, "", 200},
		{"mutation by GET", "GET", mutation, http.Header{preflight: {"1"}}, "", 405},
		{"POST without a type", "POST", "/graphql", nil, body, 400},
		{"POST as text", "POST", "/graphql", http.Header{"Content-Type": {"text/plain"}}, body, 400},
		{"POST as text, with the header", "POST", "/graphql", http.Header{"Content-Type": {"text/plain"}, preflight: {"1"}}, body, 415},
		{"POST as a form", "POST", "/graphql", http.Header{"Content-Type": {"multipart/form-data; boundary=x"}}, body, 400},
		{"POST as JSON", "POST", "/graphql", http.Header{"Content-Type": {"application/json"}}, body, 200},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			response, text := exchange(t.Context(), r, tt.method, tt.target, tt.header, tt.body)
			if response.StatusCode != tt.want {
				t.Errorf("status %d, want %d: %s", response.StatusCode, tt.want, text)
			}
		})
	}
}

// GHSA-pfjj-6f4p-rvmh: response names that mean something to the language. Here
// none does; what a subgraph sends of them is in internal/chaos.
func TestAdvisoryNamesMeanNothing(t *testing.T) {
	r := shop(t, nil)
	for _, name := range []string{"constructor", "prototype", "toString", "hasOwnProperty", "__proto__", "_entities", "_w0", "data", "errors", "null", "true"} {
		_, body := post(t.Context(), r, graphqlRequest{Query: fmt.Sprintf(`{ %s: product(id: "1") { %[1]s: price x: name } }`, name)})
		if want := fmt.Sprintf(`{"data":{%q:{%[1]q:29.99,"x":"Aurora Wireless Headphones"}}}`, name); body != want {
			t.Errorf("got %s, want %s", body, want)
		}
	}
}

// apollo-router#4378, apollo-router#6964, hive-router CL 0.0.89, cosmo#2345:
// internal addresses in errors, tokens in logs, headers sent where nobody had
// asked for them. The secrets here are in every place where one can be, and are
// looked for in everything that comes out.
func TestAdvisorySecretsStay(t *testing.T) {
	const canary = "canary-4711"
	var log bytes.Buffer
	var received []string
	core := zapcore.NewCore(zapcore.NewJSONEncoder(zap.NewProductionEncoderConfig()), zapcore.AddSync(&log), zapcore.DebugLevel)
	a := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		received = append(received, fmt.Sprint(r.Header, r.URL))
		w.Header().Set("X-Secret", "header-"+canary)
		w.Header().Set("Set-Cookie", canary)
		if strings.Contains(string(body), "int(") {
			_, _ = io.WriteString(w, `{"data":{"int":null},"errors":[{"message":"table message-`+canary+` is missing","extensions":{"code":"BAD","stack":"stack-`+canary+`","sessionToken":"`+canary+`"}}]}`)
			return
		}
		_, _ = io.WriteString(w, "<html>"+canary+"</html>")
	})
	srv := httptest.NewServer(a)
	defer srv.Close()
	for _, onError := range []config.OnError{config.Partial, config.FailFast} {
		t.Run(string(onError), func(t *testing.T) {
			r := federate(t, argumentsSDL, nil, func(d *config.Config) {
				address := strings.TrimPrefix(srv.URL, "http://")
				*d = *config.Default(false)
				d.OnError = onError
				d.Subgraphs = map[string]config.Subgraph{
					"a": {URL: "http://user:url-" + canary + "@" + address + "/path-" + canary},
					"b": {URL: "http://user:url-" + canary + "@192.0.2.1:1/"},
				}
				d.Log.Level = "debug"
			}, weft.WithLogger(zap.New(core)))
			for _, query := range []string{
				`query ($x: Int, $s: String) { int(x: $x) string(x: $s) }`,
				`query ($x: Int, $s: String) { string(x: $s) float json(x: [$x]) }`,
				`query ($x: Int, $s: String) { nope(x: $x) }`,
				`query ($x: Int!, $s: Int) { int(x: $x) }`,
			} {
				header := http.Header{
					"Content-Type": {"application/json"}, "Authorization": {"Bearer " + canary}, "Cookie": {"s=" + canary},
					"X-Api-Key": {canary},
				}
				body := string(must(json.Marshal(graphqlRequest{Query: query, Variables: json.RawMessage(`{"x": 1, "s": "variable-` + canary + `"}`)})))
				response, text := exchange(t.Context(), r, "POST", "/graphql?token="+canary, header, body)
				if out := fmt.Sprint(response.Header, text); strings.Contains(out, canary) || strings.Contains(out, "127.0.0.1") {
					t.Errorf("%s: the client sees %s", query, out)
				}
			}
			for _, line := range strings.Split(log.String(), "\n") {
				// What a subgraph says about itself is what logs are for.
				line = strings.ReplaceAll(line, "message-"+canary, "")
				line = strings.ReplaceAll(line, "<html>"+canary, "")
				line = strings.ReplaceAll(line, "stack-"+canary, "")
				if strings.Contains(line, canary) {
					t.Errorf("the log says %s", line)
				}
			}
			if len(received) < 2 {
				t.Errorf("the subgraph got %d requests", len(received))
			}
			for _, request := range received {
				if strings.Contains(strings.ReplaceAll(request, "/path-"+canary, ""), canary) {
					t.Errorf("the subgraph got %s", request)
				}
			}
		})
	}
}

// GHSA-g8jh-vg5j-4h3f / CVE-2025-64347: directives that were linked under
// another name were not recognised, and so not enforced. What weft cannot
// enforce it does not serve, under whatever name.
func TestAdvisoryProtectionIsNeverIgnored(t *testing.T) {
	const types = `
type Query @join__type(graph: A) @join__type(graph: B) { a: Int @join__field(graph: A) secret: Int @join__field(graph: A) %s }
`
	link := func(text string) string {
		return strings.Replace(federationSDL, "{ query: Query }", text+"\n{ query: Query }", 1)
	}
	tests := []struct{ name, sdl, want string }{
		{"authenticated", link(`@link(url: "https://specs.apollo.dev/authenticated/v0.1", for: SECURITY)`) +
			`directive @authenticated on FIELD_DEFINITION` + fmt.Sprintf(types, "@authenticated"), "Query.secret with @authenticated"},
		{"authenticated by another name", link(`@link(url: "https://specs.apollo.dev/authenticated/v0.1", as: "login", for: SECURITY)`) +
			`directive @login on FIELD_DEFINITION` + fmt.Sprintf(types, "@login"), "Query.secret with @authenticated"},
		{"scopes by import", link(`@link(url: "https://specs.apollo.dev/requiresScopes/v0.1", import: [{name: "@requiresScopes", as: "@scopes"}], for: SECURITY)`) +
			`scalar requiresScopes__Scope directive @scopes(scopes: [[requiresScopes__Scope!]!]!) on FIELD_DEFINITION` + fmt.Sprintf(types, `@scopes(scopes: [["admin"]])`), "Query.secret with @authenticated"},
		{"a newer version", link(`@link(url: "https://specs.apollo.dev/authenticated/v0.9", for: SECURITY)`) +
			`directive @authenticated on FIELD_DEFINITION` + fmt.Sprintf(types, "@authenticated"), "authenticated v0.9"},
		{"unknown", link(`@link(url: "https://example.com/vault/v1.0", for: SECURITY)`) +
			`directive @vault on FIELD_DEFINITION` + fmt.Sprintf(types, "@vault"), "which weft does not know"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := weft.New(t.Context(), config.Default(false), weft.WithSupergraph(tt.sdl), weft.WithLogger(zap.NewNop()))
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v, want %q", err, tt.want)
			}
		})
	}
	// @inaccessible weft knows, under any name.
	for _, sdl := range []string{
		link(`@link(url: "https://specs.apollo.dev/inaccessible/v0.2", for: SECURITY)`) +
			`directive @inaccessible on FIELD_DEFINITION` + fmt.Sprintf(types, "@inaccessible"),
		link(`@link(url: "https://specs.apollo.dev/inaccessible/v0.2", as: "hide", for: SECURITY)`) +
			`directive @hide on FIELD_DEFINITION` + fmt.Sprintf(types, "@hide"),
		link(`@link(url: "https://specs.apollo.dev/inaccessible/v0.2", import: [{name: "@inaccessible", as: "@hidden"}], for: SECURITY)`) +
			`directive @hidden on FIELD_DEFINITION` + fmt.Sprintf(types, "@hidden"),
	} {
		super, err := supergraph.Parse("s.graphql", sdl)
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, f := range super.API.Query.Fields {
			if !strings.HasPrefix(f.Name, "__") {
				names = append(names, f.Name)
			}
		}
		if diff := cmp.Diff([]string{"a"}, names); diff != "" {
			t.Errorf("fields that clients see (-want +got):\n%s", diff)
		}
		refusedWith(t, federate(t, sdl, nil, nil), `{ secret }`, "GRAPHQL_VALIDATION_FAILED")
	}
}
