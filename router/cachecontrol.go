package router

import (
	"net/http"
	"strconv"
	"strings"
)

// cacheControl is what several answers allow together: whoever keeps the
// response made of them may do what each of them allows, and no more.
//
// RFC 9111, "Cache-Control". The zero value is that of no answer.
type cacheControl struct {
	answers int // that were taken in

	noStore, noCache, private, mustRevalidate, proxyRevalidate, noTransform bool

	notPublic bool  // of any answer: it does not say public
	maxAge    int64 // of the answer with the least; 0 for one that does not say
	sMaxAge   int64 // the same, with max-age for an answer that has none
	hasMaxAge bool  // of any answer
	hasShared bool  // s-maxage of any answer
}

// add takes in an answer's Cache-Control, with its Age in seconds.
func (c *cacheControl) add(lines []string, age int64) {
	var (
		public            bool
		maxAge, sMaxAge   int64
		hasMaxAge, shared bool
	)
	for _, line := range lines {
		for _, directive := range splitList(line) {
			name, value, _ := strings.Cut(strings.TrimSpace(directive), "=")
			switch strings.ToLower(strings.TrimSpace(name)) {
			case "no-store":
				c.noStore = true
			case "no-cache": // of some fields is of all: they are merged
				c.noCache = true
			case "private":
				c.private = true
			case "public":
				public = true
			case "must-revalidate":
				c.mustRevalidate = true
			case "proxy-revalidate":
				c.proxyRevalidate = true
			case "no-transform":
				c.noTransform = true
			case "max-age":
				maxAge, hasMaxAge = least(maxAge, hasMaxAge, seconds(value)-age), true
			case "s-maxage":
				sMaxAge, shared = least(sMaxAge, shared, seconds(value)-age), true
			}
		}
	}
	if !shared {
		sMaxAge = maxAge
	}
	first := c.answers == 0
	c.answers++
	c.notPublic = c.notPublic || !public
	c.maxAge = least(c.maxAge, !first, maxAge)
	c.sMaxAge = least(c.sMaxAge, !first, sMaxAge)
	c.hasMaxAge = c.hasMaxAge || hasMaxAge
	c.hasShared = c.hasShared || shared
}

// least returns the lesser of n and m, or m if there is no n, and never less
// than 0.
func least(n int64, there bool, m int64) int64 {
	m = max(m, 0)
	if there {
		return min(n, m)
	}
	return m
}

// seconds reads a time. What is malformed is 0, as RFC 9111 advises: stale.
func seconds(text string) int64 {
	text = strings.Trim(strings.TrimSpace(text), `"`)
	if text == "" || len(text) > 18 || strings.Trim(text, "0123456789") != "" {
		return 0
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return 0
	}
	// More than a year is not kept anyway, RFC 9111 "Calculating Freshness".
	return min(n, 1<<31)
}

// ageOf is how long an answer has been in caches already, in seconds.
func ageOf(answer http.Header) int64 { return seconds(answer.Get("Age")) }

// String returns the Cache-Control of the response.
func (c *cacheControl) String() string {
	if c.answers == 0 || c.noStore {
		return noStore
	}
	var out []string
	add := func(on bool, directive string) {
		if on {
			out = append(out, directive)
		}
	}
	add(c.noCache, "no-cache")
	add(c.private, "private")
	add(!c.notPublic && !c.private, "public")
	add(c.hasMaxAge || !c.hasShared && len(out) == 0, "max-age="+strconv.FormatInt(c.maxAge, 10))
	add(c.hasShared && !c.private, "s-maxage="+strconv.FormatInt(c.sMaxAge, 10))
	add(c.mustRevalidate, "must-revalidate")
	add(c.proxyRevalidate, "proxy-revalidate")
	add(c.noTransform, "no-transform")
	return strings.Join(out, ", ")
}

// noStore is the Cache-Control of a response that nobody may keep.
const noStore = "no-store"
