package mock

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestHTTP goes through a real server.
func TestHTTP(t *testing.T) {
	s := withData(t, `type Query { a(x: Int): Int b: Int! } type Mutation { m: Int }`, `{"Query": {"a": "{{$x}}"}, "Mutation": {"m": 1}}`)
	server := httptest.NewServer(s)
	defer server.Close()
	get := func(params ...string) string {
		values := url.Values{}
		for i := 0; i < len(params); i += 2 {
			values.Set(params[i], params[i+1])
		}
		return "/?" + values.Encode()
	}
	for _, tt := range []struct {
		name, method, path, contentType, accept, body string
		wantStatus                                    int
		wantType, want                                string
	}{
		{name: "post", method: "POST", path: "/graphql", contentType: "application/json; charset=utf-8", body: `{"query": "{ a(x: 1) }"}`,
			wantStatus: 200, wantType: "application/json", want: `{"data":{"a":1}}`},
		{name: "the newer media type", method: "POST", accept: "application/graphql-response+json, application/json;q=0.9", body: `{"query": "{ a(x: 1) }"}`,
			wantStatus: 200, wantType: "application/graphql-response+json", want: `{"data":{"a":1}}`},
		{name: "null data", method: "POST", body: `{"query": "{ b }"}`,
			wantStatus: 200, want: `{"errors":[{"message":"null in a position of type Int!","path":["b"],"locations":[{"line":1,"column":3}],"extensions":{"code":"NULL_VALUE"}}],"data":null}`},
		{name: "get", method: "GET", path: get("query", "query Q($x: Int) { a(x: $x) }", "variables", `{"x": 3}`, "operationName", "Q"),
			wantStatus: 200, want: `{"data":{"a":3}}`},
		{name: "get of a mutation", method: "GET", path: get("query", "mutation { m }"),
			wantStatus: 400, want: `{"errors":[{"message":"a GET can only be a query","extensions":{"code":"BAD_REQUEST"}}]}`},
		{name: "get without a query", method: "GET", path: "/",
			wantStatus: 400, want: `{"errors":[{"message":"the request has no query","extensions":{"code":"BAD_REQUEST"}}]}`},
		{name: "put", method: "PUT", body: `{"query": "{ a }"}`,
			wantStatus: 405, want: `{"errors":[{"message":"the method is neither POST nor GET","extensions":{"code":"BAD_REQUEST"}}]}`},
		{name: "content type", method: "POST", contentType: "text/plain", body: `{"query": "{ a }"}`,
			wantStatus: 415, want: `{"errors":[{"message":"the content type is not application/json","extensions":{"code":"BAD_REQUEST"}}]}`},
		{name: "no JSON", method: "POST", body: `{ a }`,
			wantStatus: 400, want: `{"errors":[{"message":"the body is no GraphQL request: invalid character 'a' looking for beginning of object key string","extensions":{"code":"BAD_REQUEST"}}]}`},
		{name: "a batch", method: "POST", body: `[{"query": "{ a }"}]`,
			wantStatus: 400, want: `{"errors":[{"message":"the body is no GraphQL request: not an object","extensions":{"code":"BAD_REQUEST"}}]}`},
		{name: "wrong kind", method: "POST", body: `{"query": 7}`,
			wantStatus: 400, want: `{"errors":[{"message":"the body is no GraphQL request: query is not a string","extensions":{"code":"BAD_REQUEST"}}]}`},
		{name: "no query", method: "POST", body: `{"variables": {}}`,
			wantStatus: 400, want: `{"errors":[{"message":"the request has no query","extensions":{"code":"BAD_REQUEST"}}]}`},
		{name: "variables", method: "POST", body: `{"query": "{ a }", "variables": [1]}`,
			wantStatus: 400, want: `{"errors":[{"message":"variables: not an object","extensions":{"code":"BAD_REQUEST"}}]}`},
		{name: "syntax", method: "POST", body: `{"query": "{"}`,
			wantStatus: 400, want: `{"errors":[{"message":"Expected Name, found <EOF>","locations":[{"line":1,"column":2}],"extensions":{"code":"GRAPHQL_PARSE_FAILED"}}]}`},
		{name: "too many tokens", method: "POST", body: `{"query": "{` + strings.Repeat(" a", maxDocumentTokens) + `}"}`,
			wantStatus: 400, want: `{"errors":[{"message":"exceeded token limit of 50000","extensions":{"code":"GRAPHQL_PARSE_FAILED"}}]}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			req, err := http.NewRequestWithContext(t.Context(), tt.method, server.URL+tt.path, strings.NewReader(tt.body))
			if err != nil {
				t.Fatal(err)
			}
			if tt.contentType != "" {
				req.Header.Set("Content-Type", tt.contentType)
			}
			if tt.accept != "" {
				req.Header.Set("Accept", tt.accept)
			}
			resp, err := server.Client().Do(req)
			if err != nil {
				t.Fatal(err)
			}
			defer resp.Body.Close()
			body, err := io.ReadAll(resp.Body)
			if err != nil {
				t.Fatal(err)
			}
			if resp.StatusCode != tt.wantStatus {
				t.Errorf("status %d, want %d", resp.StatusCode, tt.wantStatus)
			}
			if got := resp.Header.Get("Content-Type"); tt.wantType != "" && got != tt.wantType {
				t.Errorf("content type %q, want %q", got, tt.wantType)
			}
			if diff := cmp.Diff(tt.want, string(body)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestBodyTooLarge(t *testing.T) {
	s := withData(t, `type Query { a: Int }`, `{}`)
	req := post(t, strings.Repeat(" ", maxBodyBytes+10))
	resp, err := s.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusRequestEntityTooLarge {
		t.Errorf("status %d", resp.StatusCode)
	}
}

type brokenBody struct{ closed bool }

func (*brokenBody) Read([]byte) (int, error) { return 0, errors.New("broken pipe") }
func (b *brokenBody) Close() error           { b.closed = true; return nil }

func TestRoundTrip(t *testing.T) {
	s := withData(t, `type Query { a: Int }`, `{"Query": {"a": 1}}`)
	body := &brokenBody{}
	req := post(t, "")
	req.Body = body
	resp, err := s.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusBadRequest || resp.Status != "400 Bad Request" || !body.closed {
		t.Errorf("status %q, closed %v", resp.Status, body.closed)
	}
	// A request without a body is left as it is.
	bare, err := http.NewRequestWithContext(context.Background(), http.MethodGet, "http://x/?query={a}", nil)
	if err != nil {
		t.Fatal(err)
	}
	if got := do(t, s, bare); got != `{"data":{"a":1}}` || bare.Body != nil {
		t.Errorf("got %s, body %v", got, bare.Body)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := s.RoundTrip(post(t, `{"query": "{ a }"}`).WithContext(ctx)); !errors.Is(err, context.Canceled) {
		t.Errorf("got error %v", err)
	}
	recorder := httptest.NewRecorder()
	s.ServeHTTP(recorder, post(t, `{"query": "{ a }"}`).WithContext(ctx))
	if recorder.Code != statusClientGone {
		t.Errorf("status %d", recorder.Code)
	}
	if got := s.Stats(); got.Cancelled != 2 || got.InFlight != 0 || got.Total != 3 {
		t.Errorf("stats %+v", got)
	}
}
