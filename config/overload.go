package config

import (
	"errors"
	"fmt"
	"net/netip"
)

// Overload says how much goes on at a time, and what is turned away.
type Overload struct {
	// Requests are answered at a time, at most; 0 for no limit.
	Requests int `yaml:"requests"`
	// Queue is how many wait for a place, and Wait how long.
	Queue int      `yaml:"queue"`
	Wait  Duration `yaml:"wait"`

	// Plans are made at a time; 0 is one less than there are processors, and
	// at least one. PlanQueue is how many operations wait to be planned.
	Plans     int `yaml:"plans"`
	PlanQueue int `yaml:"plan_queue"`
}

// RateLimit says how often one client may ask.
type RateLimit struct {
	Enabled bool `yaml:"enabled"`

	// By says who is one client: an address, or a header or claim called
	// Name.
	By   RateLimitKey `yaml:"by"`
	Name string       `yaml:"name"`

	// TrustedProxies are addresses and networks whose X-Forwarded-For counts.
	TrustedProxies []string `yaml:"trusted_proxies"`

	// Rate requests Per time, and Burst at once.
	Rate  int      `yaml:"rate"`
	Per   Duration `yaml:"per"`
	Burst int      `yaml:"burst"`

	// Keys is how many clients are remembered.
	Keys int `yaml:"keys"`

	// Status of a refusal.
	Status int             `yaml:"status"`
	Report RateLimitReport `yaml:"report"`
}

// RateLimitKey says who is one client.
type RateLimitKey string

const (
	ByIP     RateLimitKey = "ip"
	ByHeader RateLimitKey = "header"
	ByClaim  RateLimitKey = "claim"
)

func (k *RateLimitKey) set(text string) error { return oneOf(k, text, ByIP, ByHeader, ByClaim) }

// RateLimitReport says which answers tell how many requests are left.
type RateLimitReport string

const (
	ReportRefused RateLimitReport = "refused"
	ReportAlways  RateLimitReport = "always"
)

func (r *RateLimitReport) set(text string) error { return oneOf(r, text, ReportRefused, ReportAlways) }

// ParseNetwork reads an address or a network, such as 10.0.0.1 or 10.0.0.0/8.
func ParseNetwork(text string) (netip.Prefix, error) {
	if p, err := netip.ParsePrefix(text); err == nil {
		return p.Masked(), nil
	}
	a, err := netip.ParseAddr(text)
	if err != nil || a.Zone() != "" {
		return netip.Prefix{}, errors.New("want an address or a network, such as 10.0.0.1 or 10.0.0.0/8")
	}
	a = a.Unmap()
	return netip.PrefixFrom(a, a.BitLen()), nil
}

func (v *validation) overload() {
	o := v.Overload
	for _, n := range []struct {
		key         string
		n           int
		least, most int
	}{
		{"requests", o.Requests, 0, 10_000_000},
		{"queue", o.Queue, 0, 10_000_000},
		{"plans", o.Plans, 0, 10_000},
		{"plan_queue", o.PlanQueue, 0, 1_000_000},
	} {
		if n.n < n.least || n.n > n.most {
			v.report("overload."+n.key, "must be from %d to %d; got %d", n.least, n.most, n.n)
		}
	}
	switch {
	case o.Wait < 0 || o.Wait == 0 && o.Queue > 0:
		v.report("overload.wait", "must be more than 0")
	case o.Wait >= v.Deadline && v.Deadline > 0 && v.source.wrote("overload.wait"):
		v.report("overload.wait", "%s leaves nothing of the deadline, %s", o.Wait, v.Deadline)
	}
	if o.Requests > 0 && o.PlanQueue > o.Requests/2 && v.source.wrote("overload.plan_queue") {
		v.report("overload.plan_queue", "operations that wait for a plan could take all places: at most half of requests, %d", o.Requests/2)
	}
	if o.Requests == 0 && v.source.wrote("overload.queue") && o.Queue > 0 {
		v.report("overload.queue", "there is nothing to wait for: overload.requests is 0, no limit")
	}
}

func (v *validation) rateLimit() {
	r := v.RateLimit
	for _, n := range []struct {
		key         string
		n           int
		least, most int
	}{
		{"rate", r.Rate, 1, 1_000_000},
		{"burst", r.Burst, 1, 1_000_000},
		{"keys", r.Keys, 1, 100_000_000},
	} {
		if n.n < n.least || n.n > n.most {
			v.report("rate_limit."+n.key, "must be from %d to %d; got %d", n.least, n.most, n.n)
		}
	}
	if r.Per < Duration(1e6) {
		v.report("rate_limit.per", "must be at least 1ms")
	}
	if r.Status != 200 && (r.Status < 400 || r.Status > 599) {
		v.report("rate_limit.status", "want 200, or the status of a failure, 400 to 599; got %d", r.Status)
	}
	switch named := r.By == ByHeader || r.By == ByClaim; {
	case r.By == ByHeader && !isToken(r.Name):
		v.report("rate_limit.name", "%s is not a header name", quote(r.Name))
	case named && r.Name == "":
		v.report("rate_limit.name", "name the %s by which clients are told apart", r.By)
	case !named && r.Name != "":
		v.report("rate_limit.name", "says nothing: rate_limit.by is %s", r.By)
	}
	for i, text := range r.TrustedProxies {
		if _, err := ParseNetwork(text); err != nil {
			v.report(fmt.Sprintf("rate_limit.trusted_proxies[%d]", i), "%s; got %s", err, quote(text))
		}
	}
	for _, e := range []struct {
		key, text string
		s         scalar
	}{
		{"rate_limit.by", string(r.By), new(RateLimitKey)},
		{"rate_limit.report", string(r.Report), new(RateLimitReport)},
	} {
		if err := e.s.set(e.text); err != nil && !v.source.wrote(e.key) {
			v.report(e.key, "%s; got %s", err, quote(e.text))
		}
	}
}
