package config

import (
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
)

func (v *validation) headerRules() {
	v.rules("headers.all", v.Headers.All)
	for _, name := range slices.Sorted(maps.Keys(v.Headers.Subgraphs)) {
		v.rules(Join("headers.subgraphs", name), v.Headers.Subgraphs[name])
	}
}

func (v *validation) rules(path string, rules HeaderRules) {
	for i, r := range rules.Request {
		at := fmt.Sprintf("%s.request[%d]", path, i)
		v.oneRule(at, r.Propagate != nil, r.Insert != nil, r.Remove != nil)
		if p := r.Propagate; p != nil {
			v.propagation(Join(at, "propagate"), p.Named, p.Matching, p.Rename, p.Default, towardsSubgraph)
		}
		v.insertion(Join(at, "insert"), r.Insert, towardsSubgraph)
		v.removal(Join(at, "remove"), r.Remove, towardsSubgraph)
	}
	for i, r := range rules.Response {
		at := fmt.Sprintf("%s.response[%d]", path, i)
		v.oneRule(at, r.Propagate != nil, r.Insert != nil, r.Remove != nil)
		if p := r.Propagate; p != nil {
			v.propagation(Join(at, "propagate"), p.Named, p.Matching, p.Rename, p.Default, towardsClient)
			v.algorithm(Join(at, "propagate"), p)
		}
		v.insertion(Join(at, "insert"), r.Insert, towardsClient)
		v.removal(Join(at, "remove"), r.Remove, towardsClient)
	}
}

func (v *validation) oneRule(path string, kinds ...bool) {
	set := 0
	for _, k := range kinds {
		if k {
			set++
		}
	}
	if set != 1 {
		v.report(path, "a rule is exactly one of propagate, insert and remove")
	}
}

func (v *validation) propagation(path, named, matching, rename, value string, d direction) {
	v.selector(path, named, matching, d)
	if named == "" && rename != "" {
		v.report(Join(path, "rename"), "works with named only; many headers cannot become one")
	}
	if named == "" && value != "" {
		v.report(Join(path, "default"), "works with named only; a pattern names no header to set")
	}
	v.name(Join(path, "rename"), rename, d)
	v.value(Join(path, "default"), value)
}

// algorithm reports combinations without a meaning: caches act on what
// Cache-Control says, so it has one meaning only, and no other header has it.
func (v *validation) algorithm(path string, p *PropagateBack) {
	at := Join(path, "algorithm")
	if p.Algorithm != "" {
		if err := new(HeaderAlgorithm).set(string(p.Algorithm)); err != nil {
			if !v.source.wrote(at) { // else decoding has told
				v.report(at, "%s; got %s", err, quote(string(p.Algorithm)))
			}
			return
		}
	}
	from := http.CanonicalHeaderKey(p.Named)
	to := from
	if p.Rename != "" {
		to = http.CanonicalHeaderKey(p.Rename)
	}
	switch {
	case from != to && (from == "Set-Cookie" || to == "Set-Cookie" || from == "Cache-Control" || to == "Cache-Control"):
		v.report(Join(path, "rename"), "set-cookie and cache-control keep their names: their values mean something under these only")
	case to == "Cache-Control" && p.Algorithm != "" && p.Algorithm != MostRestrictive:
		v.report(at, "for cache-control it is most_restrictive: a response may not be kept longer than what it was made of")
	case to != "Cache-Control" && p.Algorithm == MostRestrictive:
		v.report(at, "most_restrictive is for cache-control only")
	}
}

func (v *validation) insertion(path string, in *Insert, d direction) {
	if in == nil {
		return
	}
	if in.Name == "" {
		v.report(path, "name says which header to set")
	}
	v.name(Join(path, "name"), in.Name, d)
	v.value(Join(path, "value"), in.Value)
}

func (v *validation) removal(path string, rm *Remove, d direction) {
	if rm != nil {
		v.selector(path, rm.Named, rm.Matching, d)
	}
}

func (v *validation) selector(path, named, matching string, d direction) {
	if (named == "") == (matching == "") {
		v.report(path, "wants either named or matching")
	}
	v.name(Join(path, "named"), named, d)
	if matching != "" {
		if _, err := regexp.Compile(matching); err != nil {
			at := Join(path, "matching")
			if v.source.expanded[at] != nil {
				v.report(at, "is not a regular expression") // the error quotes it in part
				return
			}
			v.report(at, "is not a regular expression: %v", err)
		}
	}
}

// A direction is the way a header travels.
type direction int

const (
	towardsSubgraph direction = iota
	towardsClient
)

func (v *validation) name(path, name string, d direction) {
	canonical := http.CanonicalHeaderKey(name)
	switch {
	case name == "":
	case !isToken(name):
		v.report(path, "%s is not a header name", quote(name))
	case d == towardsSubgraph && Unforwardable(canonical):
		v.report(path, "%s belongs to one connection or one body and cannot be set towards subgraphs", name)
	case d == towardsClient && Unreturnable(canonical):
		v.report(path, "%s is about one connection or one body, or is weft's own to say, and cannot be taken from subgraphs", name)
	}
}

func (v *validation) value(path, value string) {
	if !isFieldValue(value) {
		v.report(path, "the value has characters that no header can have")
	}
}

// unforwardable are the headers that mean something between two neighbours
// only (RFC 9110, "Connection"), or are about a body that weft makes itself:
// its description, and conditions and ranges, on which a subgraph would answer
// with less than was asked for.
var unforwardable = map[string]bool{
	"Connection": true, "Keep-Alive": true, "Proxy-Connection": true, "Te": true, "Trailer": true,
	"Transfer-Encoding": true, "Upgrade": true, "Http2-Settings": true, "Host": true, "Expect": true,
	"Proxy-Authorization": true, "Proxy-Authenticate": true, "Proxy-Authentication-Info": true,
	"Accept": true, "Accept-Encoding": true, "Accept-Charset": true,
	"Range": true, "If-Range": true, "If-Match": true, "If-None-Match": true,
	"If-Modified-Since": true, "If-Unmodified-Since": true,
}

// Unforwardable tells whether a header, in its canonical spelling, can never
// be sent on to a subgraph, whatever rules say.
func Unforwardable(name string) bool {
	return unforwardable[name] || strings.HasPrefix(name, "Content-") || strings.HasPrefix(name, "Sec-Websocket-")
}

// unreturnable are the headers that are about a subgraph's answer and not about
// the response that is made of several, and those by which weft itself says
// who may read it.
var unreturnable = map[string]bool{
	"Accept-Ranges": true, "Age": true, "Alt-Svc": true, "Date": true, "Etag": true, "Last-Modified": true,
	"X-Content-Type-Options": true, "X-Request-Id": true,
}

// Unreturnable tells whether a header, in its canonical spelling, can never be
// taken from a subgraph's answer to the client's response, whatever rules say.
func Unreturnable(name string) bool {
	return Unforwardable(name) || unreturnable[name] || strings.HasPrefix(name, "Access-Control-")
}
