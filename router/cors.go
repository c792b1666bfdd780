package router

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"time"

	"github.com/rs/cors"

	"github.com/weft-graphql/weft/config"
)

// maxOrigin is the length in bytes of the longest origin that is looked at: a
// host name has at most 253.
const maxOrigin = 300

// A corsPolicy is a policy of the configuration: whose pages may read answers,
// and what these may do.
type corsPolicy struct {
	origins []string
	match   []*regexp.Regexp
	cors    *cors.Cors
}

// allows tells whether the policy has the origin.
func (p *corsPolicy) allows(origin string) bool {
	return slices.Contains(p.origins, origin) ||
		slices.ContainsFunc(p.match, func(re *regexp.Regexp) bool { return re.MatchString(origin) })
}

// newCORS returns the middleware that tells browsers which pages may read
// answers, and answers their questions beforehand. It is nil if none may, which
// is what browsers take for granted.
//
// The answer to a page of an origin that is not allowed has no header that
// allows anything; that the browser does not send such requests in the first
// place is the CSRF check's to see to.
//
// Fetch standard, "CORS protocol".
func newCORS(c config.CORS) (func(http.Handler) http.Handler, error) {
	if !c.AllowAnyOrigin && len(c.Policies) == 0 {
		return nil, nil
	}
	policies := make([]*corsPolicy, 0, len(c.Policies))
	for _, p := range c.Policies {
		policy := &corsPolicy{origins: p.Origins}
		for _, pattern := range p.MatchOrigins {
			// The whole origin: shop.example would match shop.example.evil too.
			re, err := regexp.Compile("^(?:" + pattern + ")$")
			if err != nil {
				return nil, fmt.Errorf("cors policy: %w", err)
			}
			policy.match = append(policy.match, re)
		}
		o := corsOptions(c.RulesOf(p))
		o.AllowOriginFunc = policy.allows
		policy.cors = cors.New(o)
		policies = append(policies, policy)
	}

	// What is left has the rules for any origin, or for none.
	rest := corsOptions(c.RulesOf(config.CORSPolicy{}))
	rest.AllowCredentials = false
	if c.AllowAnyOrigin {
		rest.AllowedOrigins = []string{"*"}
	} else {
		rest.AllowOriginFunc = func(string) bool { return false }
	}
	return func(next http.Handler) http.Handler {
		handlers := make([]http.Handler, len(policies))
		for i, p := range policies {
			handlers[i] = p.cors.Handler(next)
		}
		others := cors.New(rest).Handler(next)
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			origins := r.Header["Origin"]
			if len(origins) > 1 || len(origins) == 1 && len(origins[0]) > maxOrigin {
				// No browser does that; nobody is allowed anything.
				r.Header.Del("Origin")
			} else if len(origins) == 1 {
				for i, p := range policies {
					if p.allows(origins[0]) {
						handlers[i].ServeHTTP(w, r)
						return
					}
				}
			}
			others.ServeHTTP(w, r)
		})
	}, nil
}

func corsOptions(r config.CORSRules) cors.Options {
	o := cors.Options{
		AllowedMethods:      r.Methods,
		AllowedHeaders:      r.AllowHeaders,
		ExposedHeaders:      r.ExposeHeaders,
		AllowCredentials:    *r.AllowCredentials,
		AllowPrivateNetwork: *r.AllowPrivateNetwork,
		MaxAge:              int(r.MaxAge.Std() / time.Second),
	}
	if len(o.AllowedHeaders) == 0 {
		o.AllowedHeaders = []string{"*"} // those that are asked for
	}
	if o.MaxAge == 0 {
		o.MaxAge = -1 // of this library 0 is to say nothing
	}
	return o
}
