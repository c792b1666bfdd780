package router

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/zap/zapcore"

	"github.com/weft-graphql/weft/config"
)

// corsHeaders are the headers of an answer that say something to browsers.
func corsHeaders(h http.Header) map[string]string {
	out := map[string]string{}
	for name, values := range h {
		if strings.HasPrefix(name, "Access-Control-") || name == "Vary" {
			out[strings.TrimPrefix(name, "Access-Control-")] = strings.Join(values, ", ")
		}
	}
	return out
}

func policies(c *config.Config) {
	c.Compression.Responses = false
	c.CORS = config.CORS{
		CORSRules: config.CORSRules{ExposeHeaders: []string{"x-request-id"}, MaxAge: new(config.Duration(time.Minute))},
		Policies: []config.CORSPolicy{
			{
				Origins:      []string{"https://shop.example"},
				MatchOrigins: []string{`https://[a-z0-9-]+\.shop\.example`},
				CORSRules:    config.CORSRules{AllowCredentials: new(true), AllowHeaders: []string{"content-type", "x-tenant"}},
			},
			{
				MatchOrigins: []string{`https://.*\.example`},
				CORSRules: config.CORSRules{
					Methods: []string{"POST"}, ExposeHeaders: []string{}, MaxAge: new(config.Duration(0)), AllowPrivateNetwork: new(true),
				},
			},
		},
	}
}

func TestCORS(t *testing.T) {
	closed := func(*config.Config) {}
	open := func(c *config.Config) {
		*c = *config.Default(true)
		c.Compression.Responses = false
	}
	both := func(c *config.Config) {
		policies(c)
		c.CORS.AllowAnyOrigin = true
	}
	const post, get, preflight = "POST", "GET", "OPTIONS"
	const vary, varyPreflight = "Origin", "Origin, Access-Control-Request-Method, Access-Control-Request-Headers"
	const varyPrivate = varyPreflight + ", Access-Control-Request-Private-Network"
	tests := []struct {
		name   string
		change func(*config.Config)
		method string
		header []string // besides those of a request that is answered
		want   map[string]string
	}{
		{"closed", closed, post, []string{"Origin", "https://shop.example"}, map[string]string{"Vary": "Accept-Encoding"}},
		{"closed, asked beforehand", closed, preflight, []string{"Origin", "https://shop.example", "Access-Control-Request-Method", "POST"},
			map[string]string{"Vary": "Accept-Encoding"}},

		{"exact origin", policies, post, []string{"Origin", "https://shop.example"}, map[string]string{
			"Vary": vary, "Allow-Origin": "https://shop.example", "Allow-Credentials": "true", "Expose-Headers": "X-Request-Id"}},
		{"origin by pattern", policies, get, []string{"Origin", "https://blue-1.shop.example"}, map[string]string{
			"Vary": vary, "Allow-Origin": "https://blue-1.shop.example", "Allow-Credentials": "true", "Expose-Headers": "X-Request-Id"}},
		{"second policy", policies, post, []string{"Origin", "https://a.b.example"}, map[string]string{
			"Vary": vary, "Allow-Origin": "https://a.b.example"}},
		{"a method that the policy has not", policies, get, []string{"Origin", "https://a.b.example"}, map[string]string{"Vary": vary}},
		{"no origin", policies, post, nil, map[string]string{"Vary": vary}},
		{"another origin", policies, post, []string{"Origin", "https://evil.test"}, map[string]string{"Vary": vary}},
		{"an origin that only begins so", policies, post, []string{"Origin", "https://blue.shop.example.evil.test"}, map[string]string{"Vary": vary}},
		{"an origin that only ends so", policies, post, []string{"Origin", "evil+https://shop.example"}, map[string]string{"Vary": vary}},
		{"another scheme", policies, post, []string{"Origin", "http://shop.example"}, map[string]string{"Vary": vary}},
		{"another port", policies, post, []string{"Origin", "https://shop.example:8443"}, map[string]string{"Vary": vary}},
		{"null", policies, post, []string{"Origin", "null"}, map[string]string{"Vary": vary}},
		{"two origins", policies, post, []string{"Origin", "https://shop.example", "Origin", "https://evil.test"}, map[string]string{"Vary": vary}},
		{"endless origin", policies, post, []string{"Origin", "https://" + strings.Repeat("a", 5000) + ".example"}, map[string]string{"Vary": vary}},

		{"preflight", policies, preflight, []string{"Origin", "https://shop.example", "Access-Control-Request-Method", "POST", "Access-Control-Request-Headers", "content-type,x-tenant"},
			map[string]string{"Vary": varyPreflight, "Allow-Origin": "https://shop.example", "Allow-Credentials": "true",
				"Allow-Methods": "POST", "Allow-Headers": "content-type,x-tenant", "Max-Age": "60"}},
		{"preflight for a header too many", policies, preflight, []string{"Origin", "https://shop.example", "Access-Control-Request-Method", "POST", "Access-Control-Request-Headers", "authorization,content-type"},
			map[string]string{"Vary": varyPreflight}},
		{"preflight for a method too many", policies, preflight, []string{"Origin", "https://shop.example", "Access-Control-Request-Method", "DELETE"},
			map[string]string{"Vary": varyPreflight}},
		{"preflight of another origin", policies, preflight, []string{"Origin", "https://evil.test", "Access-Control-Request-Method", "POST"},
			map[string]string{"Vary": varyPreflight}},
		{"preflight, any header", policies, preflight, []string{"Origin", "https://a.b.example", "Access-Control-Request-Method", "POST", "Access-Control-Request-Headers", "authorization,content-type"},
			map[string]string{"Vary": varyPrivate, "Allow-Origin": "https://a.b.example", "Allow-Methods": "POST", "Allow-Headers": "authorization,content-type", "Max-Age": "0"}},
		{"preflight into a private network", policies, preflight, []string{"Origin", "https://a.b.example", "Access-Control-Request-Method", "POST", "Access-Control-Request-Private-Network", "true"},
			map[string]string{"Vary": varyPrivate, "Allow-Origin": "https://a.b.example", "Allow-Methods": "POST", "Allow-Private-Network": "true", "Max-Age": "0"}},
		{"no preflight into a private network", policies, preflight, []string{"Origin", "https://shop.example", "Access-Control-Request-Method", "POST", "Access-Control-Request-Private-Network", "true"},
			map[string]string{"Vary": varyPreflight, "Allow-Origin": "https://shop.example", "Allow-Credentials": "true", "Allow-Methods": "POST", "Max-Age": "60"}},
		{"OPTIONS that is no preflight", policies, preflight, []string{"Origin", "https://shop.example"}, map[string]string{
			"Vary": vary, "Allow-Origin": "https://shop.example", "Allow-Credentials": "true", "Expose-Headers": "X-Request-Id"}},

		{"development", open, post, []string{"Origin", "https://anything.test"}, map[string]string{"Vary": vary, "Allow-Origin": "*"}},
		{"development, asked beforehand", open, preflight, []string{"Origin", "null", "Access-Control-Request-Method", "POST", "Access-Control-Request-Headers", "content-type"},
			map[string]string{"Vary": varyPreflight, "Allow-Origin": "*", "Allow-Methods": "POST", "Allow-Headers": "content-type", "Max-Age": "7200"}},
		{"any origin, and a policy for this one", both, post, []string{"Origin", "https://shop.example"}, map[string]string{
			"Vary": vary, "Allow-Origin": "https://shop.example", "Allow-Credentials": "true", "Expose-Headers": "X-Request-Id"}},
		{"any origin, and policies for others", both, post, []string{"Origin", "https://evil.test"}, map[string]string{
			"Vary": vary, "Allow-Origin": "*", "Expose-Headers": "X-Request-Id"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b := newBench(t, tt.change)
			target, body := "/graphql", ""
			switch tt.method {
			case post:
				body = `{"query":"{ __typename }"}`
			case get:
				target += "?query=%7B__typename%7D"
			}
			r := newRequestWith(tt.method, target, body, "Content-Type", "application/json")
			for i := 0; i < len(tt.header); i += 2 {
				r.Header.Add(tt.header[i], tt.header[i+1])
			}
			w := b.do(r)
			if diff := cmp.Diff(tt.want, corsHeaders(w.Header())); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if want := map[string]int{post: 200, get: 200, preflight: 204}[tt.method]; w.Code != want {
				t.Errorf("status %d, want %d: %s", w.Code, want, w.Body)
			}
		})
	}
}

// Whatever becomes of a request, the page that may read answers may read it.
func TestCORSOnErrors(t *testing.T) {
	b := newBench(t, policies)
	for _, r := range []*http.Request{
		newRequestWith("POST", "/graphql", `{`, "Content-Type", "application/json", "Origin", "https://shop.example"),
		newRequestWith("POST", "/graphql", `{"query":"{ nope }"}`, "Content-Type", "application/json", "Origin", "https://shop.example"),
		newRequestWith("POST", "/graphql", `{}`, "Content-Type", "text/plain", "Origin", "https://shop.example"),
		newRequestWith("POST", "/graphql", `{}`, "Content-Type", "application/json", "Accept", "text/csv", "Origin", "https://shop.example"),
	} {
		w := b.do(r)
		if got := w.Header().Get("Access-Control-Allow-Origin"); got != "https://shop.example" {
			t.Errorf("%d %s: allowed is %q", w.Code, w.Body, got)
		}
	}
	w := b.do(newRequestWith("GET", "/health", "", "Origin", "https://shop.example"))
	if got := corsHeaders(w.Header()); len(got) > 0 {
		t.Errorf("health says %v", got)
	}
}

// FuzzCORS: of all that pages can send, only the origins of the policies are
// told that they may read answers, each only its own, and never with "*" where
// credentials go along.
func FuzzCORS(f *testing.F) {
	f.Add("POST", "https://shop.example", "", "", "")
	f.Add("OPTIONS", "https://a-1.shop.example", "POST", "content-type,x-tenant", "")
	f.Add("OPTIONS", "https://a.b.example", "GET", "x,,y, *", "true")
	f.Add("GET", "https://shop.example.evil.test", "", "", "")
	f.Add("POST", "https://shop.example\n.example", "", "", "")
	f.Add("OPTIONS", "null", "\x00", "\xff", "yes")
	f.Add("POST", "https://evil.test/.example", "", "", "")
	f.Add("POST", "HTTPS://SHOP.EXAMPLE", "", "", "")
	b := newBench(f, policies)
	f.Fuzz(func(t *testing.T, method, origin, wants, headers, private string) {
		r, err := http.NewRequest(method, "/graphql", strings.NewReader(`{"query":"{ __typename }"}`))
		if err != nil {
			return
		}
		r.Header = http.Header{"Content-Type": {"application/json"}, "Origin": {origin}}
		for name, value := range map[string]string{"Access-Control-Request-Method": wants, "Access-Control-Request-Headers": headers, "Access-Control-Request-Private-Network": private} {
			if value != "" {
				r.Header[name] = []string{value}
			}
		}
		w := b.do(r)
		got := corsHeaders(w.Header())
		allowed, credentials := w.Header()["Access-Control-Allow-Origin"], got["Allow-Credentials"]
		if len(allowed) > 1 || len(allowed) == 1 && allowed[0] != origin {
			t.Fatalf("origin %q: allowed are %q", origin, allowed)
		}
		// Told apart by hand, without a pattern.
		scheme, host, _ := strings.Cut(origin, "://")
		ours := scheme == "https" && len(origin) <= maxOrigin && !strings.Contains(origin, "\n")
		name, sub := strings.CutSuffix(host, ".shop.example")
		first := origin == "https://shop.example" || ours && sub && name != "" && strings.Trim(name, "abcdefghijklmnopqrstuvwxyz0123456789-") == ""
		second := ours && strings.HasSuffix(host, ".example")
		switch {
		case len(allowed) == 1 && !first && !second:
			t.Errorf("origin %q is allowed: %v", origin, got)
		case credentials != "" && (!first || len(allowed) == 0):
			t.Errorf("origin %q may send credentials: %v", origin, got)
		case len(allowed) == 0 && (got["Allow-Methods"] != "" || got["Allow-Headers"] != "" || got["Allow-Private-Network"] != ""):
			t.Errorf("origin %q is not allowed, but %v", origin, got)
		}
		for _, entry := range b.logs.TakeAll() {
			if entry.Level >= zapcore.ErrorLevel {
				t.Fatalf("%s: %v", entry.Message, entry.ContextMap())
			}
		}
	})
}
