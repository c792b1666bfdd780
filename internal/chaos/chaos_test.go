package chaos_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/weft-graphql/weft/config"
	"github.com/weft-graphql/weft/internal/chaos"
	"github.com/weft-graphql/weft/merge"
)

// A position is a place in a federated request that one subgraph serves.
type position struct {
	name     string
	subgraph string
	query    string
	entities bool   // the subgraph is asked for entities
	fine     string // data
	lost     string // data if the subgraph has nothing to say
	path     string // of errors then
}

var positions = []position{
	{"root", "catalogue", `{ product(id: "1") { id name } }`, false,
		`{"product":{"id":"1","name":"Aurora Wireless Headphones"}}`, `{"product":null}`, `["product"]`},
	{"one of two roots", "inventory", `{ product(id: "1") { name } warehouse(id: "1") { city } }`, false,
		`{"product":{"name":"Aurora Wireless Headphones"},"warehouse":{"city":"Rotterdam"}}`,
		`{"product":{"name":"Aurora Wireless Headphones"},"warehouse":null}`, `["warehouse"]`},
	{"entity", "pricing", `{ product(id: "1") { name price } }`, true,
		`{"product":{"name":"Aurora Wireless Headphones","price":29.99}}`,
		`{"product":{"name":"Aurora Wireless Headphones","price":null}}`, `["product"]`},
	{"entities of a list", "pricing", `{ topProducts(first: 3) { name price } }`, true,
		`{"topProducts":[{"name":"Aurora Wireless Headphones","price":29.99},{"name":"Halo Desk Lamp","price":89},{"name":"Hasami Pour-Over Set","price":44.5}]}`,
		`{"topProducts":[{"name":"Aurora Wireless Headphones","price":null},{"name":"Halo Desk Lamp","price":null},{"name":"Hasami Pour-Over Set","price":null}]}`,
		`["topProducts"]`},
	{"one of two siblings", "pricing", `{ product(id: "1") { availability price } }`, true,
		`{"product":{"availability":"In Stock","price":29.99}}`, `{"product":{"availability":"In Stock","price":null}}`, `["product"]`},
	// An e-mail address must not be null, nor anything above it up to the
	// product.
	{"nested entity", "accounts", `{ product(id: "1") { reviews(first: 2) { nodes { rating author { email } } } } }`, true,
		`{"product":{"reviews":{"nodes":[{"rating":4,"author":{"email":"dario.bauer329@example.com"}},{"rating":3,"author":{"email":"luca.fischer302@example.com"}}]}}}`,
		`{"product":null}`, `["product","reviews","nodes"]`},
	{"entity that must not be null", "pricing", `{ product(id: "1") { name currency } }`, true,
		`{"product":{"name":"Aurora Wireless Headphones","currency":"USD"}}`, `{"product":null}`, `["product"]`},
}

// An outcome is what a fault does to the answer, wherever it strikes.
type outcome struct {
	// lost: the subgraph's fields are null.
	lost bool
	// errors have the position's subgraph and path. Those of weft's own begin
	// with "subgraph" and its name, which are left out here.
	errors []failure
	// silent: there is nothing that would make on_error fail_fast act.
	silent bool
}

const (
	noCompleteAnswer = "gave no complete answer"
	wrongAnswer      = "gave a wrong answer"
)

func fine(position) outcome { return outcome{silent: true} }

// broken: what came over the wire is not a whole HTTP response.
func broken(position) outcome {
	return outcome{lost: true, errors: []failure{{Code: merge.CodeHTTP, Message: noCompleteAnswer}}}
}

func hangs(position) outcome {
	return outcome{lost: true, errors: []failure{{Code: merge.CodeTimeout, Message: "did not answer in time"}}}
}

// status: an HTTP response that is not a GraphQL response, nor claims to be.
func status(code int) func(position) outcome {
	return func(position) outcome {
		return outcome{lost: true, errors: []failure{{
			Code: merge.CodeHTTP, Message: fmt.Sprint("answered with HTTP status ", code), Status: code,
		}}}
	}
}

// malformed: it claims to be one.
func malformed(code int) func(position) outcome {
	return func(position) outcome {
		return outcome{lost: true, errors: []failure{{Code: merge.CodeMalformed, Message: wrongAnswer, Status: code}}}
	}
}

// reported: the subgraph has errors of its own.
func reported(lost bool, code string, messages ...string) func(position) outcome {
	o := outcome{lost: lost}
	for _, m := range messages {
		o.errors = append(o.errors, failure{Code: code, Message: "said " + m})
	}
	return func(position) outcome { return o }
}

// outcomes by the fault's name.
var outcomes = map[string]func(position) outcome{
	"delay 5ms":                   fine,
	"hang":                        hangs,
	"hang in the head":            hangs,
	"hang in the body":            hangs,
	"hang before the last byte":   hangs,
	"close before the first byte": broken,
	"reset before the first byte": broken,
	"close after the first byte":  broken,
	"reset after the first byte":  broken,
	"close in the head":           broken,
	"close before the body":       broken,
	"close in the body":           broken,
	"reset in the body":           broken,
	"close in a chunk":            broken,
	"close before the last chunk": broken,
	"close after the answer":      fine,
	"drip":                        fine,
	"drip for ever":               hangs,

	"not HTTP":                         broken,
	"HTTP/2 preface":                   broken,
	"HTTP/0.9":                         broken,
	"no status":                        broken,
	"header without a colon":           broken,
	"length is no number":              broken,
	"length is negative":               broken,
	"lengths that differ":              broken,
	"length beyond all limits":         broken,
	"chunk size is no number":          broken,
	"chunk size is negative":           broken,
	"chunk size overflows":             broken,
	"chunk longer than its size":       broken,
	"unknown transfer encoding":        broken,
	"endless head":                     broken,
	"endless header line":              broken,
	"endless status line":              broken,
	"endless interim responses":        broken,
	"endless body":                     broken,
	"endless chunks":                   broken,
	"endless chunk extension":          broken,
	"endless trailer":                  broken,
	"interim responses":                fine,
	"chunked":                          fine,
	"HTTP/1.0":                         fine,
	"a second answer nobody asked for": fine,
	"more than the length says":        fine,
	"gzip":                             fine,
	"gzip cut short":                   broken,
	"gzip with a wrong checksum":       broken,
	"gzip in name only":                broken,
	"gzip bomb":                        broken,
	"brotli":                           broken,
	"redirect 301":                     status(301), // and nobody follows it
	"redirect 302":                     status(302),
	"redirect 307":                     status(307),
	"redirect 308":                     status(308),
	"page with status 401":             status(401),
	"page with status 404":             status(404),
	"page with status 429":             status(429),
	"page with status 500":             status(500),
	"page with status 502":             status(502),
	"page with status 503":             status(503),
	"no body with status 204":          malformed(204),
	"no body with status 304":          status(304),
	// A body that is a GraphQL response counts, whatever is around it.
	"right body as text/html":                fine,
	"right body as text/plain":               fine,
	"right body as application/octet-stream": fine,
	"right body as nonsense":                 fine,
	"right body with status 500":             fine,

	"page with status 200":    malformed(200),
	"empty body":              malformed(200),
	"null":                    malformed(200),
	"a list":                  malformed(200),
	"a number":                malformed(200),
	"neither data nor errors": malformed(200),
	"Data in capitals":        malformed(200),
	"data is a list":          malformed(200),
	"data is a string":        malformed(200),
	"data is null":            malformed(0),
	"data is empty": func(p position) outcome {
		if p.entities {
			return malformed(0)(p)
		}
		return outcome{lost: true, silent: true} // a field that is absent is null
	},
	"two answers":                       malformed(200),
	"a byte order mark":                 fine,
	"UTF-16":                            malformed(200),
	"nested too deeply":                 malformed(200),
	"nested too deeply beside the data": malformed(200),
	"white space":                       fine,
	"errors without data":               reported(true, "BROKEN", "out of order"),
	"errors and null":                   reported(true, "BROKEN", "out of order"),
	"errors of no form": reported(true, merge.CodeDownstream, "plain", "17",
		"the subgraph reported an error without a message", "the subgraph reported an error without a message",
		"the subgraph reported an error without a message", `["a","list"]`),
	"an error storm": func(position) outcome {
		o := outcome{lost: true}
		for range merge.MaxErrors {
			o.errors = append(o.errors, failure{Code: merge.CodeDownstream, Message: "said storm"})
		}
		o.errors = append(o.errors, failure{Code: merge.CodeTooMany, Message: "at least 4900 more errors were left out"})
		return o
	},
	"errors beside the data":          reported(false, "NOTE", "by the way"),
	"no errors in a list":             fine,
	"errors are null":                 fine,
	"names nobody asked for":          fine,
	"data twice, the first one wrong": fine,
	"byte 0x00 in front":              malformed(200),
	"byte 0x1f in front":              malformed(200),
	"byte 0x7f in front":              malformed(200),
	"byte 0x80 in front":              malformed(200),
	"byte 0xff in front":              malformed(200),
}

// answer is what the client gets at a position.
func (o outcome) answer(p position, mode config.OnError) answer {
	a := answer{Status: 200, Data: p.fine}
	if o.lost {
		a.Data = p.lost
	}
	if mode == config.FailFast && !o.silent {
		a.Data = "null"
	}
	for _, f := range o.errors {
		if said, ok := strings.CutPrefix(f.Message, "said "); ok {
			f.Message, f.Service, f.Path = said, p.subgraph, p.path
		} else if f.Code != merge.CodeTooMany {
			f.Message, f.Service, f.Path = fmt.Sprintf("subgraph %q %s", p.subgraph, f.Message), p.subgraph, p.path
		}
		a.Errors = append(a.Errors, f)
	}
	return a
}

// TestEveryFaultHasAnOutcome, and every outcome a fault.
func TestEveryFaultHasAnOutcome(t *testing.T) {
	var names []string
	for _, f := range chaos.Faults() {
		if slices.Contains(names, f.Name) {
			t.Errorf("there are two faults with the name %q", f.Name)
		}
		if outcomes[f.Name] == nil {
			t.Errorf("fault %q has no outcome", f.Name)
		}
		names = append(names, f.Name)
	}
	for name := range outcomes {
		if !slices.Contains(names, name) {
			t.Errorf("there is no fault %q", name)
		}
	}
}

// TestChaos puts every fault at every position in both modes: the answer is
// exactly what it has to be, and afterwards everything is as before.
func TestChaos(t *testing.T) {
	b := newBed(t)
	faults := chaos.Faults()
	want := func(f *chaos.Fault, p position, mode config.OnError) answer {
		return outcomes[f.Name](p).answer(p, mode)
	}
	for _, mode := range modes {
		t.Run(string(mode), func(t *testing.T) {
			b.strikeEverywhere(t, positions, faults, want, func(c *config.Config) { c.OnError = mode })
		})
	}
	// The other way of asking subgraphs by HTTP/1.1, with less to go wrong
	// that is weft's. But net/http looks for what comes unasked only when a
	// connection is idle, and a request that is sent in the moment before gets
	// it for its answer.
	t.Run("net_http", func(t *testing.T) {
		faults := slices.DeleteFunc(faults, func(f *chaos.Fault) bool {
			return f.Name == "a second answer nobody asked for" || f.Name == "more than the length says"
		})
		b.strikeEverywhere(t, positions[2:3], faults, want, func(c *config.Config) { c.AllSubgraphs.Transport = "net_http" })
	})
}

// modes are the ways to treat errors.
var modes = []config.OnError{config.Partial, config.FailFast}

func (b *bed) strikeEverywhere(t *testing.T, positions []position, faults []*chaos.Fault,
	want func(*chaos.Fault, position, config.OnError) answer, change func(*config.Config)) {
	mode := config.Partial
	patient := b.router(t, func(c *config.Config) {
		change(c)
		mode = c.OnError
	})
	defer patient.Close()
	for _, p := range positions {
		t.Run(p.name, func(t *testing.T) {
			b.wantFine(t, patient, p) // fills caches, opens connections
			inUse := heap()
			before := b.measure()
			for _, f := range faults {
				t.Run(f.Name, func(t *testing.T) {
					b.strike(t, patient, change, p, f, want(f, p, mode))
					// Whatever is left on a connection shows in the next answer.
					b.wantFine(t, patient, p)
					before.goroutines++ // of the subtest
					b.wantBaseline(t, before)
					before.goroutines--
				})
			}
			wantHeap(t, inUse)
		})
	}
}

// wantFine asks for what is at the position while there is no fault.
func (b *bed) wantFine(t *testing.T, h http.Handler, p position) {
	t.Helper()
	response, body := ask(t.Context(), h, p.query)
	if diff := cmp.Diff(answer{Status: 200, Data: p.fine}, decode(t, response, body)); diff != "" {
		t.Fatalf("without a fault (-want +got):\n%s", diff)
	}
}

// strike lets a fault happen at a position.
func (b *bed) strike(t *testing.T, patient http.Handler, change func(*config.Config), p position, f *chaos.Fault, want answer) {
	t.Helper()
	r := patient
	if f.Hangs {
		// Only the subgraph that hangs has little time.
		hasty := b.router(t, func(c *config.Config) {
			change(c)
			s := c.Subgraphs[p.subgraph]
			s.Timeout = config.Duration(20 * time.Millisecond)
			c.Subgraphs[p.subgraph] = s
		})
		defer hasty.Close()
		r = hasty
	}
	b.servers[p.subgraph].Set(f)
	defer b.servers[p.subgraph].Set(nil)
	response, body := ask(t.Context(), r, p.query)
	if diff := cmp.Diff(want, decode(t, response, body)); diff != "" {
		t.Errorf("answer (-want +got):\n%s", diff)
	}
}
