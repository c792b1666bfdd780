package chaos_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/weft-graphql/weft/config"
	"github.com/weft-graphql/weft/internal/chaos"
)

// TestTrap07EveryByte spoils the answer of a subgraph at every byte, in several ways.
// What the client gets is always JSON with all the response names it asked
// for, and it has either the right data or an error that says why not.
func TestTrap07EveryByte(t *testing.T) {
	ways := []struct {
		name  string
		spoil func(body []byte, at int) []byte
		// always: what is spoilt is never a response any more.
		always bool
	}{
		{"cut", func(body []byte, at int) []byte { return body[:at] }, true},
		{"zero", func(body []byte, at int) []byte { return replaced(body, at, 0) }, false},
		{"quote", func(body []byte, at int) []byte { return replaced(body, at, '"') }, false},
		{"brace", func(body []byte, at int) []byte { return replaced(body, at, '}') }, false},
		{"backslash", func(body []byte, at int) []byte { return replaced(body, at, '\\') }, false},
		{"not UTF-8", func(body []byte, at int) []byte { return replaced(body, at, 0xff) }, false},
		{"left out", func(body []byte, at int) []byte { return append(bytes.Clone(body[:at]), body[at+1:]...) }, false},
		{"bracket put in", func(body []byte, at int) []byte {
			return append(append(bytes.Clone(body[:at]), '['), body[at:]...)
		}, false},
	}
	targets := []struct{ subgraph, query string }{
		{"catalogue", `{ product(id: "1") { name price } }`},
		{"pricing", `{ product(id: "1") { name price } }`},
	}
	for _, target := range targets {
		for _, way := range ways {
			t.Run(target.subgraph+"/"+way.name, func(t *testing.T) {
				t.Parallel()
				b := newBed(t)
				r := b.router(t, nil)
				defer r.Close()
				for at, end := 0, 1; at < end; at++ {
					spoilt, whole := "", false
					b.servers[target.subgraph].Set(chaos.Spoil(fmt.Sprint(way.name, at), func(body []byte) []byte {
						end = len(body)
						text := way.spoil(body, at)
						spoilt, whole = string(text), isResponse(text)
						return text
					}))
					response, body := ask(t.Context(), r, target.query)
					got := decode(t, response, body)
					var data struct {
						Product *struct {
							Name  *string
							Price *json.Number
						}
					}
					if err := json.Unmarshal([]byte(got.Data), &data); err != nil || !json.Valid(body) {
						t.Fatalf("at %d, %q: answer %s: %v", at, spoilt, body, err)
					}
					if !whole && len(got.Errors) == 0 {
						t.Errorf("at %d, %q: no error for what is not a response: %s", at, spoilt, body)
					}
					if whole && way.always {
						t.Errorf("at %d: %q is a response", at, spoilt)
					}
				}
			})
		}
	}
}

// TestTrap07EveryCut cuts the answer at every byte, at every position and in both
// modes: it is always the same error at the same place, and nothing stays.
func TestTrap07EveryCut(t *testing.T) {
	b := newBed(t)
	for _, mode := range modes {
		for _, p := range positions {
			t.Run(string(mode)+"/"+p.name, func(t *testing.T) {
				r := b.router(t, func(c *config.Config) { c.OnError = mode })
				defer r.Close()
				b.wantFine(t, r, p)
				inUse, before := heap(), b.measure()
				want := malformed(200)(p).answer(p, mode)
				for at, end := 0, 1; at < end; at++ {
					b.servers[p.subgraph].Set(chaos.Spoil(fmt.Sprint("cut ", at), func(body []byte) []byte {
						end = len(body)
						return body[:at]
					}))
					response, body := ask(t.Context(), r, p.query)
					if diff := cmp.Diff(want, decode(t, response, body)); diff != "" {
						t.Fatalf("cut after %d bytes (-want +got):\n%s", at, diff)
					}
				}
				b.servers[p.subgraph].Set(nil)
				b.wantFine(t, r, p)
				b.wantBaseline(t, before)
				wantHeap(t, inUse)
			})
		}
	}
}

func replaced(body []byte, at int, c byte) []byte {
	body = bytes.Clone(body)
	body[at] = c
	return body
}

// isResponse tells whether text is an object with data or errors. Bytes that
// are not UTF-8 do not keep it from being one.
func isResponse(text []byte) bool {
	var r map[string]json.RawMessage
	return json.Unmarshal(text, &r) == nil && (r["data"] != nil || r["errors"] != nil)
}
