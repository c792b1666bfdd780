package chaos_test

import (
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/weft-graphql/weft/config"
	"github.com/weft-graphql/weft/internal/chaos"
)

// TestTrap20Headers: a client sends every header it can think of, and the
// configuration passes on all there are. What belongs to the client's own
// connection or body does not pass, and what the subgraph answers in its
// headers does not reach the client.
func TestTrap20Headers(t *testing.T) {
	var seen atomic.Pointer[http.Header]
	s, err := chaos.Start(roundTripper(func(r *http.Request) (*http.Response, error) {
		seen.Store(&r.Header)
		return &http.Response{StatusCode: 200, Body: io.NopCloser(strings.NewReader(`{"data":{"product":{"name":"A"}}}`))}, nil
	}))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	b := newBed(t)
	r := b.router(t, func(c *config.Config) {
		c.Subgraphs["catalogue"] = config.Subgraph{URL: s.URL()}
		c.Headers.All.Request = []config.RequestRule{{Propagate: &config.Propagate{Matching: ".*"}}}
	})
	address := serve(t, r)
	const body = `{"query":"{ product(id: \"1\") { name } }"}`
	request := strings.Join([]string{
		"POST /graphql HTTP/1.1",
		"Host: shop.example",
		"Accept: application/json",
		"Accept-Charset: utf-8",
		"Accept-Encoding: gzip, br",
		"Accept-Language: de",
		"Authorization: Bearer one",
		"Cache-Control: no-cache",
		"Connection: keep-alive, X-For-This-Hop",
		"Content-Length: 43",
		"Content-Type: application/json; charset=utf-8",
		"Cookie: a=1; b=2",
		"Forwarded: for=192.0.2.7",
		"Keep-Alive: timeout=5",
		"Origin: https://shop.example",
		"Proxy-Authenticate: Basic",
		"Proxy-Authorization: Basic c2VjcmV0",
		"Proxy-Connection: keep-alive",
		"Referer: https://shop.example/",
		"TE: trailers",
		"Traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
		"User-Agent: test",
		"X-For-This-Hop: secret",
		"X-Request-Id: 17",
		"X-Twice: one",
		"X-Twice: two",
		"", body,
	}, "\r\n")
	c, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if _, err := io.WriteString(c, request); err != nil {
		t.Fatal(err)
	}
	text := make([]byte, 4096)
	n, err := io.ReadAtLeast(c, text, 1)
	if err != nil || !strings.HasPrefix(string(text[:n]), "HTTP/1.1 200 ") {
		t.Fatalf("answer %q (%v)", text[:n], err)
	}
	header := maps.Clone(*seen.Load())
	delete(header, "Content-Length")
	delete(header, "Weft-Deadline-Ms") // is of a number that differs
	want := http.Header{
		"Accept":          {"application/graphql-response+json, application/json;q=0.9"},
		"Accept-Language": {"de"},
		"Authorization":   {"Bearer one"},
		"Cache-Control":   {"no-cache"},
		"Content-Type":    {"application/json"},
		"Cookie":          {"a=1; b=2"},
		"Forwarded":       {"for=192.0.2.7"},
		"Origin":          {"https://shop.example"},
		"Referer":         {"https://shop.example/"},
		"Traceparent":     {"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"},
		"User-Agent":      {"test"},
		"X-Request-Id":    {"17"},
		"X-Twice":         {"one", "two"},
	}
	if diff := cmp.Diff(want, header); diff != "" {
		t.Errorf("the subgraph's request (-want +got):\n%s", diff)
	}
}

// TestTrap20SubgraphHeadersStay: nothing of a subgraph's header reaches the
// client, whether it is right or not.
func TestTrap20SubgraphHeadersStay(t *testing.T) {
	b := newBed(t)
	r := b.router(t, nil)
	defer r.Close()
	for _, answer := range []string{
		`{"data":{"product":{"name":"A"}}}`, `{"data":null,"errors":[{"message":"no"}]}`, `<html>`,
	} {
		b.servers["catalogue"].Set(chaos.Raw("headers", func([]byte) string {
			return "HTTP/1.1 200 OK\r\nSet-Cookie: session=1\r\nCache-Control: public, max-age=60\r\nServer: secret/1.0\r\n" +
				"Content-Encoding: identity\r\nTransfer-Encoding: chunked\r\nLocation: http://internal/\r\n\r\n" +
				fmt.Sprintf("%x\r\n%s\r\n0\r\n\r\n", len(answer), answer)
		}))
		response, _ := ask(t.Context(), r, `{ product(id: "1") { name } }`)
		names := slices.Sorted(maps.Keys(response.Header))
		if diff := cmp.Diff([]string{"Cache-Control", "Content-Length", "Content-Type", "Vary", "X-Content-Type-Options", "X-Request-Id"}, names); diff != "" {
			t.Errorf("headers after %s (-want +got):\n%s", answer, diff)
		}
		if got := response.Header.Get("Cache-Control"); got != "no-store" {
			t.Errorf("Cache-Control %q", got)
		}
	}
}
