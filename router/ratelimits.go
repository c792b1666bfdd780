package router

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"sync/atomic"

	"go.uber.org/zap"

	"github.com/weft-graphql/weft/config"
	"github.com/weft-graphql/weft/router/ratelimit"
)

// A rateLimiter turns away clients that ask too often.
type rateLimiter struct {
	store   ratelimit.Store
	limit   ratelimit.Limit
	by      config.RateLimitKey
	name    string // of the header or claim
	trusted []netip.Prefix
	status  int
	always  bool // every answer tells the state
	refused atomic.Int64
}

// newRateLimiter returns that of the configuration, which has been validated;
// nil if it is off.
func newRateLimiter(c config.RateLimit) (*rateLimiter, error) {
	if !c.Enabled {
		return nil, nil
	}
	l := &rateLimiter{
		store:  ratelimit.NewMemory(c.Keys),
		limit:  ratelimit.Limit{Rate: c.Rate, Per: c.Per.Std(), Burst: c.Burst},
		by:     c.By,
		name:   c.Name,
		status: c.Status,
		always: c.Report == config.ReportAlways,
	}
	for _, text := range c.TrustedProxies {
		p, err := config.ParseNetwork(text)
		if err != nil {
			return nil, fmt.Errorf("rate limit: %w", err)
		}
		l.trusted = append(l.trusted, p)
	}
	return l, nil
}

// limitRate counts the request and turns it away if there have been too many.
func (x *exchange) limitRate(ctx context.Context) *refusal {
	l := x.router.rates
	if l == nil {
		return nil
	}
	state, err := l.store.Take(ctx, l.key(x.http), l.limit)
	if err != nil {
		// A store that is out of order must not be an outage.
		x.router.log.Warn("rate limit not applied", zap.String("request_id", requestIDFrom(x.http.Context())), zap.Error(err))
		return nil
	}
	if state.Allowed {
		if l.always {
			x.rate = l.report(state)
		}
		return nil
	}
	l.refused.Add(1)
	f := refuse(l.status, CodeRateLimited, "too many requests; come back later")
	f.retryAfter = state.RetryAfter
	f.extensions = map[string]any{"rateLimit": l.report(state)}
	return f
}

// A rateReport is extensions.rateLimit.
type rateReport struct {
	// Limit is how many requests may come at once, Remaining how many still.
	Limit     int `json:"limit"`
	Remaining int `json:"remaining"`
	// RetryAfter is when one more may come, Reset when all may.
	RetryAfter int64 `json:"retryAfterMs"`
	Reset      int64 `json:"resetAfterMs"`
}

func (l *rateLimiter) report(s ratelimit.State) *rateReport {
	return &rateReport{l.limit.Burst, s.Remaining, s.RetryAfter.Milliseconds(), s.Reset.Milliseconds()}
}

// key says whose request it is. It is a digest: what it is made of may be a
// secret and of any length. Without the header or claim it is the address's.
func (l *rateLimiter) key(r *http.Request) string {
	kind, value := "ip", ""
	switch l.by {
	case config.ByHeader:
		kind, value = "header", strings.Join(r.Header.Values(l.name), ",")
	case config.ByClaim:
		kind, value = "claim", claim(r.Header.Get("Authorization"), l.name)
	}
	if value == "" {
		kind, value = "ip", l.address(r)
	}
	sum := sha256.Sum256([]byte(kind + ":" + value))
	return string(sum[:])
}

// address is that of the client: the last hop that is no trusted proxy. Of IPv6
// it is the network, since whoever has one has all its addresses.
func (l *rateLimiter) address(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		host = r.RemoteAddr
	}
	client, err := netip.ParseAddr(host)
	if err != nil {
		return host // of a unix socket, say
	}
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for len(hops) > 0 && l.trusts(client) {
		last := len(hops) - 1
		hop, err := netip.ParseAddr(strings.TrimSpace(hops[last]))
		if err != nil {
			break // a proxy that is trusted would not say so
		}
		client, hops = hop, hops[:last]
	}
	client = client.Unmap().WithZone("")
	if client.Is6() {
		if network, err := client.Prefix(64); err == nil {
			return network.String()
		}
	}
	return client.String()
}

func (l *rateLimiter) trusts(a netip.Addr) bool {
	a = a.Unmap()
	return slices.ContainsFunc(l.trusted, func(p netip.Prefix) bool { return p.Contains(a) })
}

// claim reads a claim of the bearer token, a string or a number; "" if there is
// none. Whether the token is genuine is not looked at here.
func claim(authorization, name string) string {
	scheme, token, _ := strings.Cut(authorization, " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return ""
	}
	parts := strings.Split(strings.TrimSpace(token), ".")
	if len(parts) != 3 {
		return ""
	}
	payload, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		return ""
	}
	var claims map[string]json.RawMessage
	if json.Unmarshal(payload, &claims) != nil {
		return ""
	}
	var text string
	if json.Unmarshal(claims[name], &text) == nil {
		return text
	}
	var number json.Number
	if json.Unmarshal(claims[name], &number) == nil {
		return number.String()
	}
	return ""
}
