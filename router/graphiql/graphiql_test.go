package graphiql

import (
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
)

var options = Options{Endpoint: "/api", AssetPath: "/-/graphiql/", Query: `{ a(b: "<&'") }`}

func serve(t *testing.T, h http.HandlerFunc, path string, header http.Header) *http.Response {
	t.Helper()
	r := httptest.NewRequest("GET", path, nil)
	r.Header = header
	w := httptest.NewRecorder()
	h(w, r)
	return w.Result()
}

func text(t *testing.T, r io.Reader) string {
	t.Helper()
	b, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestPage(t *testing.T) {
	p := New(options)
	resp := serve(t, p.ServeHTTP, "/", nil)
	body := text(t, resp.Body)
	if resp.StatusCode != 200 || resp.Header.Get("Content-Type") != "text/html; charset=utf-8" {
		t.Errorf("status %d, %v", resp.StatusCode, resp.Header)
	}
	for _, want := range []string{
		`data-endpoint="/api"`,
		`data-query="{ a(b: &#34;&lt;&amp;&#39;&#34;) }"`,
		`<script src="/-/graphiql/page-`,
	} {
		if !strings.Contains(body, want) {
			t.Errorf("%s is missing in\n%s", want, body)
		}
	}
	policy := resp.Header.Get("Content-Security-Policy")
	if strings.Contains(policy, "unsafe") || strings.Contains(policy, "http") || !strings.Contains(policy, "default-src 'none'") {
		t.Errorf("policy %s", policy)
	}
	nonce := regexp.MustCompile(`'nonce-([^']+)'`).FindStringSubmatch(policy)
	if nonce == nil || strings.Count(body, nonce[1]) != 2 {
		t.Errorf("nonce %v of the policy is not that of the page", nonce)
	}
	if again := serve(t, p.ServeHTTP, "/", nil).Header.Get("Content-Security-Policy"); again == policy {
		t.Error("two answers have the same nonce")
	}
	if regexp.MustCompile(`(?:src|href)="(?:https?:)?//`).MatchString(body) {
		t.Error("the page loads something from elsewhere")
	}
}

// What the page names is served, with and without compression.
func TestAssets(t *testing.T) {
	p := New(options)
	body := text(t, serve(t, p.ServeHTTP, "/", nil).Body)
	names := regexp.MustCompile(`/-/graphiql/[^"]+`).FindAllString(body, -1)
	if len(names) != 2 {
		t.Fatalf("the page names %v", names)
	}
	for _, name := range names {
		plain := serve(t, p.ServeAsset, name, nil)
		packed := serve(t, p.ServeAsset, name, http.Header{"Accept-Encoding": {"br, gzip"}})
		if plain.StatusCode != 200 || packed.Header.Get("Content-Encoding") != "gzip" {
			t.Errorf("%s: status %d, %v", name, plain.StatusCode, packed.Header)
		}
		z, err := gzip.NewReader(packed.Body)
		if err != nil {
			t.Fatal(err)
		}
		want := text(t, plain.Body)
		if text(t, z) != want || len(want) < 10_000 {
			t.Errorf("%s: %d bytes, and not the same packed", name, len(want))
		}
		// Fetching fonts, images or code from elsewhere would be refused by
		// the policy; better not to try.
		if found := regexp.MustCompile(`url\(["']?https?:[^)]*|@import[^;]*`).FindAllString(want, -1); strings.HasSuffix(name, ".css") && found != nil {
			t.Errorf("%s refers to %v", name, found)
		}
	}
	if resp := serve(t, p.ServeAsset, "/-/graphiql/page.js", nil); resp.StatusCode != 404 {
		t.Errorf("an unknown asset has status %d", resp.StatusCode)
	}
}

func TestAcceptsGzip(t *testing.T) {
	for header, want := range map[string]bool{
		"":                    false,
		"gzip":                true,
		"deflate, GZIP ;q=.5": true,
		"br;q=1.0, gzip;q=0":  false,
		"gzip;q=0.000":        false,
		"gzip;q=1":            true,
		"identity":            false,
		"xgzip":               false,
	} {
		r := &http.Request{Header: http.Header{"Accept-Encoding": {header}}}
		if got := acceptsGzip(r); got != want {
			t.Errorf("%q: %v, want %v", header, got, want)
		}
	}
}
