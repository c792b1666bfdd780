package config

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"
)

// CORS says which pages of other origins may read answers of the GraphQL
// endpoint: none without a policy. The first policy that has the page's origin
// decides.
type CORS struct {
	// AllowAnyOrigin lets pages of every origin read answers, those that no
	// policy has, without credentials.
	AllowAnyOrigin bool `yaml:"allow_any_origin"`

	// CORSRules are those of any origin, and of policies that do not say
	// otherwise.
	CORSRules `yaml:",inline"`

	Policies []CORSPolicy `yaml:"policies"`
}

// A CORSPolicy has rules for some origins. What it leaves out is as in CORS.
type CORSPolicy struct {
	// Origins as browsers write them: https://shop.example, with a port if
	// it is not the scheme's own.
	Origins []string `yaml:"origins" doc:"The origins that the policy is for, as browsers write them: in lower case, nothing behind the host and the port."`

	// MatchOrigins are regular expressions for the whole of an origin.
	MatchOrigins []string `yaml:"match_origins" doc:"Regular expressions for the whole of an origin that the policy is for."`

	CORSRules `yaml:",inline"`
}

// CORSRules say what a page may do. nil is not set.
type CORSRules struct {
	// AllowCredentials lets browsers send cookies along. Default: false.
	AllowCredentials *bool `yaml:"allow_credentials"`

	// AllowHeaders are the headers that a page may set; none is any.
	AllowHeaders []string `yaml:"allow_headers"`

	// ExposeHeaders are the answer's headers that a page may read.
	ExposeHeaders []string `yaml:"expose_headers"`

	// Methods that a page may use. Default: GET and POST.
	Methods []string `yaml:"methods"`

	// MaxAge is how long browsers remember what they have asked. Default: 2h.
	MaxAge *Duration `yaml:"max_age"`

	// AllowPrivateNetwork lets pages of public sites reach weft at a private
	// address. Default: false.
	AllowPrivateNetwork *bool `yaml:"allow_private_network"`
}

const defaultCORSMaxAge = Duration(2 * time.Hour)

// RulesOf returns the rules of a policy, what it leaves out filled in. Nothing
// in them is nil but lists that say so.
func (c *CORS) RulesOf(p CORSPolicy) CORSRules {
	return p.over(c.CORSRules).over(CORSRules{
		AllowCredentials:    new(false),
		Methods:             []string{http.MethodGet, http.MethodPost},
		MaxAge:              new(defaultCORSMaxAge),
		AllowPrivateNetwork: new(false),
	})
}

// over fills in what r leaves out.
func (r CORSRules) over(below CORSRules) CORSRules {
	if r.AllowCredentials == nil {
		r.AllowCredentials = below.AllowCredentials
	}
	if r.AllowHeaders == nil {
		r.AllowHeaders = below.AllowHeaders
	}
	if r.ExposeHeaders == nil {
		r.ExposeHeaders = below.ExposeHeaders
	}
	if r.Methods == nil {
		r.Methods = below.Methods
	}
	if r.MaxAge == nil {
		r.MaxAge = below.MaxAge
	}
	if r.AllowPrivateNetwork == nil {
		r.AllowPrivateNetwork = below.AllowPrivateNetwork
	}
	return r
}

func (v *validation) cors() {
	v.corsRules("cors", v.CORS.CORSRules)
	// Development allows any origin without being asked to, and without
	// credentials, whatever policies have.
	asked := !v.Dev || v.source.wrote("cors.allow_any_origin")
	if asked && v.CORS.AllowAnyOrigin && v.CORS.AllowCredentials != nil && *v.CORS.AllowCredentials {
		v.report("cors.allow_credentials", "cannot be together with allow_any_origin: every page could act in the name of its visitors; name the origins in policies")
	}
	for i, p := range v.CORS.Policies {
		at := fmt.Sprintf("cors.policies[%d]", i)
		if len(p.Origins)+len(p.MatchOrigins) == 0 {
			v.report(at, "a policy has origins or match_origins")
		}
		for j, origin := range p.Origins {
			if problem := checkOrigin(origin); problem != "" {
				v.report(fmt.Sprintf("%s.origins[%d]", at, j), "%s; got %s", problem, quote(origin))
			}
		}
		for j, pattern := range p.MatchOrigins {
			if _, err := regexp.Compile(pattern); err != nil {
				v.report(fmt.Sprintf("%s.match_origins[%d]", at, j), "is not a regular expression: %v", err)
			}
		}
		v.corsRules(at, p.CORSRules)
	}
}

// checkOrigin says what is wrong with an origin. Browsers write it in lower
// case, without a path and without the scheme's own port. Fetch standard,
// "Origin header".
func checkOrigin(origin string) string {
	u, err := url.Parse(origin)
	switch {
	case origin == "*":
		return "any origin is allow_any_origin"
	case origin == "null":
		return "null is the origin of every page that hides its own, so it cannot be allowed"
	case err != nil || u.Scheme == "" || u.Host == "":
		return "want an origin such as https://shop.example"
	case u.Scheme+"://"+u.Host != origin:
		return "an origin is a scheme and a host and nothing more, not even a slash"
	case strings.ToLower(origin) != origin:
		return "browsers write origins in lower case"
	case u.Scheme == "https" && u.Port() == "443" || u.Scheme == "http" && u.Port() == "80":
		return "browsers leave out the port that the scheme has anyway"
	}
	return ""
}

func (v *validation) corsRules(at string, r CORSRules) {
	for _, list := range []struct {
		key   string
		names []string
	}{{"allow_headers", r.AllowHeaders}, {"expose_headers", r.ExposeHeaders}} {
		for i, name := range list.names {
			if path := fmt.Sprintf("%s.%s[%d]", at, list.key, i); name == "*" {
				v.report(path, "name the headers; without any in allow_headers a page may set all")
			} else if !isToken(name) {
				v.report(path, "%s is not a header name", quote(name))
			}
		}
	}
	if r.Methods != nil && len(r.Methods) == 0 {
		v.report(Join(at, "methods"), "name at least one, or leave it out for GET and POST")
	}
	for i, m := range r.Methods {
		if !slices.Contains([]string{http.MethodGet, http.MethodPost, http.MethodHead, http.MethodOptions}, m) {
			v.report(fmt.Sprintf("%s.methods[%d]", at, i), "%s is no method of GraphQL over HTTP; want GET, POST, HEAD or OPTIONS", quote(m))
		}
	}
	if r.MaxAge != nil && *r.MaxAge > Duration(24*time.Hour) {
		v.report(Join(at, "max_age"), "browsers remember for 24h at most")
	}
}
