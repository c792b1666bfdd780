package router

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/weft-graphql/weft/config"
	"github.com/weft-graphql/weft/router/ratelimit"
)

func limited(change func(*config.RateLimit)) func(*config.Config) {
	return func(c *config.Config) {
		c.RateLimit.Enabled, c.RateLimit.Rate, c.RateLimit.Per, c.RateLimit.Burst = true, 1, config.Duration(10*time.Second), 2
		if change != nil {
			change(&c.RateLimit)
		}
	}
}

func TestRateLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, limited(func(r *config.RateLimit) { r.Report = config.ReportAlways }))
		want := func(status int, retryAfter, body string) {
			t.Helper()
			w := b.query(`{ echo }`)
			if w.Code != status || w.Header().Get("Retry-After") != retryAfter {
				t.Errorf("status %d, Retry-After %q; want %d, %q", w.Code, w.Header().Get("Retry-After"), status, retryAfter)
			}
			if diff := cmp.Diff(body, w.Body.String()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		}
		fine := func(remaining, retry, reset int) string {
			return fmt.Sprintf(`{"data":{"echo":7},"extensions":{"rateLimit":{"limit":2,"remaining":%d,"retryAfterMs":%d,"resetAfterMs":%d}}}`+"\n", remaining, retry, reset)
		}
		trim := func(s string) string { return strings.TrimSuffix(s, "\n") }
		want(200, "", trim(fine(1, 0, 10000)))
		want(200, "", trim(fine(0, 10000, 20000)))
		want(429, "10", `{"errors":[{"message":"too many requests; come back later","extensions":{"code":"RATE_LIMIT_EXCEEDED"}}],"extensions":{"rateLimit":{"limit":2,"remaining":0,"retryAfterMs":10000,"resetAfterMs":20000}}}`)
		time.Sleep(9500 * time.Millisecond)
		want(429, "1", `{"errors":[{"message":"too many requests; come back later","extensions":{"code":"RATE_LIMIT_EXCEEDED"}}],"extensions":{"rateLimit":{"limit":2,"remaining":0,"retryAfterMs":500,"resetAfterMs":10500}}}`)
		time.Sleep(500 * time.Millisecond)
		want(200, "", trim(fine(0, 10000, 20000)))
	})
}

func TestRateLimitStatus(t *testing.T) {
	for _, status := range []int{200, 429, 503} {
		b := newBench(t, limited(func(r *config.RateLimit) { r.Burst, r.Status = 1, status }))
		if w := b.query(`{ echo }`); w.Code != 200 || strings.Contains(w.Body.String(), "rateLimit") {
			t.Errorf("the first: %d %s", w.Code, w.Body)
		}
		w := b.query(`{ echo }`)
		if w.Code != status || w.Header().Get("Retry-After") == "" || !strings.Contains(w.Body.String(), CodeRateLimited) {
			t.Errorf("%d %v %s, want status %d", w.Code, w.Header(), w.Body, status)
		}
	}
}

func token(claims string) string {
	part := base64.RawURLEncoding.EncodeToString
	return "Bearer " + part([]byte(`{"alg":"none"}`)) + "." + part([]byte(claims)) + "." + part([]byte("x"))
}

// Which requests count together. Each case is two requests; the limit is one.
func TestRateLimitKeys(t *testing.T) {
	type asked struct {
		from   string
		header []string
	}
	proxies := []string{"10.0.0.0/8", "fd00::1"}
	tests := []struct {
		name     string
		by       config.RateLimitKey
		key      string
		one, two asked
		together bool
	}{
		{"one address", config.ByIP, "", asked{from: "1.2.3.4:5"}, asked{from: "1.2.3.4:6"}, true},
		{"two addresses", config.ByIP, "", asked{from: "1.2.3.4:5"}, asked{from: "1.2.3.5:5"}, false},
		{"one network of IPv6", config.ByIP, "", asked{from: "[2001:db8::1]:5"}, asked{from: "[2001:db8::ffff:1]:5"}, true},
		{"two networks of IPv6", config.ByIP, "", asked{from: "[2001:db8::1]:5"}, asked{from: "[2001:db8:0:1::1]:5"}, false},
		{"IPv4 in IPv6", config.ByIP, "", asked{from: "[::ffff:1.2.3.4]:5"}, asked{from: "1.2.3.4:5"}, true},
		{"a header anybody can send", config.ByIP, "", asked{"1.2.3.4:5", []string{"X-Forwarded-For", "9.9.9.9"}}, asked{"1.2.3.4:5", []string{"X-Forwarded-For", "8.8.8.8"}}, true},
		{"behind a proxy", config.ByIP, "", asked{"10.0.0.1:5", []string{"X-Forwarded-For", "9.9.9.9"}}, asked{"10.0.0.2:5", []string{"X-Forwarded-For", "8.8.8.8"}}, false},
		{"the same behind two proxies", config.ByIP, "", asked{"10.0.0.1:5", []string{"X-Forwarded-For", "9.9.9.9, 10.1.1.1"}}, asked{"[fd00::1]:5", []string{"X-Forwarded-For", "9.9.9.9"}}, true},
		{"what the client says it is behind", config.ByIP, "", asked{"10.0.0.1:5", []string{"X-Forwarded-For", "1.1.1.1, 9.9.9.9"}}, asked{"10.0.0.1:5", []string{"X-Forwarded-For", "2.2.2.2", "X-Forwarded-For", "9.9.9.9"}}, true},
		{"nonsense behind a proxy", config.ByIP, "", asked{"10.0.0.1:5", []string{"X-Forwarded-For", "you"}}, asked{"10.0.0.1:5", []string{"X-Forwarded-For", "me"}}, true},
		{"one key", config.ByHeader, "x-api-key", asked{"1.2.3.4:5", []string{"X-Api-Key", "a"}}, asked{"1.2.3.5:5", []string{"X-Api-Key", "a"}}, true},
		{"two keys", config.ByHeader, "x-api-key", asked{"1.2.3.4:5", []string{"X-Api-Key", "a"}}, asked{"1.2.3.4:5", []string{"X-Api-Key", "b"}}, false},
		{"no key", config.ByHeader, "x-api-key", asked{from: "1.2.3.4:5"}, asked{from: "1.2.3.4:5"}, true},
		{"no key and a key that is an address", config.ByHeader, "x-api-key", asked{from: "1.2.3.4:5"}, asked{"1.2.3.5:5", []string{"X-Api-Key", "1.2.3.4"}}, false},
		{"one subject", config.ByClaim, "sub", asked{"1.2.3.4:5", []string{"Authorization", token(`{"sub":"u","n":1}`)}}, asked{"1.2.3.5:5", []string{"Authorization", token(`{"sub":"u","n":2}`)}}, true},
		{"two subjects", config.ByClaim, "sub", asked{"1.2.3.4:5", []string{"Authorization", token(`{"sub":"u"}`)}}, asked{"1.2.3.4:5", []string{"Authorization", token(`{"sub":"v"}`)}}, false},
		{"two numbers", config.ByClaim, "id", asked{"1.2.3.4:5", []string{"Authorization", token(`{"id":1}`)}}, asked{"1.2.3.4:5", []string{"Authorization", token(`{"id":2}`)}}, false},
		{"claims that are none", config.ByClaim, "sub", asked{"1.2.3.4:5", []string{"Authorization", token(`{"sub":{"a":1}}`)}}, asked{"1.2.3.4:5", []string{"Authorization", "Bearer x.!.y"}}, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b := newBench(t, limited(func(r *config.RateLimit) { r.Burst, r.By, r.Name, r.TrustedProxies = 1, tt.by, tt.key, proxies }))
			send := func(a asked) int {
				r := newRequestWith("POST", "/graphql", `{"query":"{ echo }"}`, append([]string{"Content-Type", "application/json"}, a.header...)...)
				r.RemoteAddr = a.from
				return b.do(r).Code
			}
			if code := send(tt.one); code != 200 {
				t.Fatalf("the first: %d", code)
			}
			if code := send(tt.two); (code == 429) != tt.together {
				t.Errorf("the second: %d", code)
			}
		})
	}
}

// brokenStore is one that cannot be reached.
type brokenStore struct{}

func (brokenStore) Take(context.Context, string, ratelimit.Limit) (ratelimit.State, error) {
	return ratelimit.State{}, errors.New("no route to host")
}

// A store that is out of order does not make weft so.
func TestRateLimitStoreFails(t *testing.T) {
	b := newBench(t, limited(nil))
	b.rates.store = brokenStore{}
	for range 5 {
		w := b.query(`{ echo }`)
		if w.Code != 200 || !json.Valid(w.Body.Bytes()) {
			t.Errorf("%d %s", w.Code, w.Body)
		}
	}
	if n := b.logs.FilterMessage("rate limit not applied").Len(); n != 5 {
		t.Errorf("%d warnings, want 5", n)
	}
}

// FuzzRateLimitKey: whatever a client says about itself, its key has one form,
// and who is not behind a trusted proxy cannot choose whose it is.
func FuzzRateLimitKey(f *testing.F) {
	token := func(claims string) string {
		return "Bearer e30." + base64.RawURLEncoding.EncodeToString([]byte(claims)) + ".sig"
	}
	f.Add("192.0.2.7:4000", "", "", "")
	f.Add("10.0.0.1:4000", "192.0.2.7, 10.0.0.2", token(`{"sub":"anna"}`), "k")
	f.Add("[2001:db8::1%eth0]:80", "::ffff:10.0.0.1,, ,", token(`{"sub":17}`), "")
	f.Add("@", "10.0.0.1", "bearer a.b.c", strings.Repeat("k", 1000))
	f.Add("10.0.0.1:1", "unknown, 10.0.0.1:80, [::1]", token(`{"sub":["anna"],"sub":null}`), ",")
	f.Add("10.255.255.255:1", strings.Repeat("10.0.0.1,", 500), "Bearer ..", "")
	limiters := map[config.RateLimitKey]*rateLimiter{}
	for by, name := range map[config.RateLimitKey]string{config.ByIP: "", config.ByHeader: "X-Key", config.ByClaim: "sub"} {
		c := config.Default(false).RateLimit
		c.Enabled, c.By, c.Name, c.TrustedProxies = true, by, name, []string{"10.0.0.0/8", "fd00::/8"}
		l, err := newRateLimiter(c)
		if err != nil {
			f.Fatal(err)
		}
		limiters[by] = l
	}
	f.Fuzz(func(t *testing.T, remote, forwarded, authorization, key string) {
		request := func(forwarded string) *http.Request {
			return &http.Request{RemoteAddr: remote, Header: http.Header{
				"X-Forwarded-For": {forwarded}, "Authorization": {authorization}, "X-Key": {key},
			}}
		}
		r := request(forwarded)
		for by, l := range limiters {
			if k := l.key(r); len(k) != 32 || k != l.key(r) {
				t.Errorf("by %s: %x", by, k)
			}
		}
		byIP := limiters[config.ByIP]
		host, _, err := net.SplitHostPort(remote)
		if err != nil {
			host = remote
		}
		direct, err := netip.ParseAddr(host)
		if err != nil || !byIP.trusts(direct) {
			// Nobody is believed who comes from elsewhere.
			if byIP.key(r) != byIP.key(request("198.51.100.1")) {
				t.Errorf("%q chooses its own key by %q", remote, forwarded)
			}
			return
		}
		// Whatever a client has written there itself, its proxy appends the
		// address it came from.
		if got := byIP.address(request(forwarded + ", 198.51.100.9")); got != "198.51.100.9" {
			t.Errorf("behind a proxy, having said %q: %s", forwarded, got)
		}
		if got := claim(authorization, "sub"); got != "" && !strings.EqualFold(authorization[:7], "bearer ") {
			t.Errorf("a claim of %q: %q", authorization, got)
		}
	})
}
