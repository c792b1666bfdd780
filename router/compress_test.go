package router

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/weft-graphql/weft/coding"
	"github.com/weft-graphql/weft/config"
	"github.com/weft-graphql/weft/subgraphs"
)

// A long answer is compressed as the client likes it best, and is the same
// inside.
func TestCompressedResponses(t *testing.T) {
	b := newBench(t, nil)
	name := strings.Repeat("Lamp ", 2000)
	b.fetcher.answers["a"] = answer(`{"data":{"product":{"__typename":"Product","id":"1","name":"` + name + `"}}}`)
	long := `{"data":{"product":{"name":"` + name + `"}}}`
	const short = `{"data":{"__typename":"Query"}}`
	codec := coding.NewCodec()
	tests := []struct {
		accept      []string
		long, short string // Content-Encoding
	}{
		{nil, "", ""},
		{[]string{"identity"}, "", ""},
		{[]string{"gzip"}, "gzip", ""},
		{[]string{"br"}, "br", ""},
		{[]string{"deflate"}, "deflate", ""},
		{[]string{"zstd"}, "zstd", ""},
		{[]string{"gzip, deflate, br, zstd"}, "zstd", ""},
		{[]string{"zstd;q=0.1, gzip;q=0.9"}, "gzip", ""},
		{[]string{"br;q=0, *"}, "zstd", ""},
		{[]string{"compress"}, "", ""},
		{[]string{"gzip, identity;q=0"}, "gzip", "gzip"},
		{[]string{"*;q=0"}, "", ""},
	}
	for _, tt := range tests {
		for _, q := range []struct{ document, want, encoding string }{
			{`{ product(id: "1") { name } }`, long, tt.long},
			{`{ __typename }`, short, tt.short},
		} {
			r := newRequestWith("POST", "/graphql", `{"query":`+jsonString(q.document)+`}`, "Content-Type", "application/json")
			r.Header["Accept-Encoding"] = tt.accept
			w := b.do(r)
			if got := w.Header().Get("Content-Encoding"); got != q.encoding {
				t.Errorf("%q, %s: Content-Encoding %q, want %q", tt.accept, q.document, got, q.encoding)
			}
			body, err := codec.Inflate(t.Context(), coding.Coding(q.encoding), w.Body.Bytes(), 1<<20)
			if err != nil || string(body) != q.want {
				t.Errorf("%q, %s: %v, %.80s", tt.accept, q.document, err, body)
			}
			if diff := cmp.Diff([]string{"Accept-Encoding"}, w.Header()["Vary"]); diff != "" {
				t.Errorf("%q: Vary (-want +got):\n%s", tt.accept, diff)
			}
		}
	}
}

func TestCompressionOfResponsesIsConfigured(t *testing.T) {
	b := newBench(t, func(c *config.Config) {
		c.Compression.MinimumBytes = 0
		c.Compression.Encodings = []config.Encoding{config.BrotliEncoding, config.GzipEncoding}
	})
	for accept, want := range map[string]string{"gzip, br, zstd": "br", "gzip": "gzip", "zstd": ""} {
		// The answer must be worth it all the same.
		w := b.query(`{ `+strings.Repeat("nope ", 50)+` }`, "Accept-Encoding", accept)
		if got := w.Header().Get("Content-Encoding"); got != want {
			t.Errorf("%s: %q, want %q", accept, got, want)
		}
	}
	b = newBench(t, func(c *config.Config) { c.Compression.Responses = false })
	w := b.query(`{ `+strings.Repeat("nope ", 500)+` }`, "Accept-Encoding", "gzip")
	if w.Header()["Content-Encoding"] != nil || w.Header()["Vary"] != nil {
		t.Errorf("switched off: %v", w.Header())
	}
}

// A compressed answer on a real connection: the sizes of both are right, and
// the client's own inflating is content.
func TestCompressedResponseOnTheWire(t *testing.T) {
	b := newBench(t, nil)
	b.fetcher.answers["a"] = answer(`{"data":{"product":{"__typename":"Product","id":"1","name":"` + strings.Repeat("Lamp ", 20_000) + `"}}}`)
	srv := httptest.NewServer(b)
	defer srv.Close()
	// net/http asks for gzip by itself.
	resp, err := srv.Client().Post(srv.URL+"/graphql", "application/json", strings.NewReader(`{"query":"{ product(id: \"1\") { name } }"}`))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var body bytes.Buffer
	if _, err := body.ReadFrom(resp.Body); err != nil || !resp.Uncompressed || body.Len() < 100_000 {
		t.Errorf("%d bytes, compressed %t, %v", body.Len(), resp.Uncompressed, err)
	}
	logged := b.logs.FilterMessage("request").All()
	if n := logged[0].ContextMap()["bytes"].(int64); n > 5000 {
		t.Errorf("%d bytes are logged as sent", n)
	}
}

// What clients send compressed is read in every coding, up to the limit before
// and after inflating.
func TestCompressedRequests(t *testing.T) {
	const limit = 10_000
	b := newBench(t, func(c *config.Config) { c.Limits.RequestBytes = limit })
	codec := coding.NewCodec()
	query := func(size int) []byte {
		body := `{"query":"{ __typename }"}`
		return []byte(body + strings.Repeat(" ", size-len(body)))
	}
	random := bytes.Map(func(r rune) rune { return r }, []byte(strings.Repeat("x", 3*limit)))
	for i := range random {
		random[i] = byte(i*i*7919>>3)%64 + 32
	}
	tests := []struct {
		name     string
		encoding string
		body     func(coding.Coding) []byte
		status   int
		code     string
	}{
		{"at the limit", "", func(c coding.Coding) []byte { return codec.Compress(c, query(limit)) }, 200, ""},
		{"a byte over the limit", "", func(c coding.Coding) []byte { return codec.Compress(c, query(limit+1)) }, 413, CodeTooLarge},
		{"bomb", "", func(c coding.Coding) []byte { return codec.Compress(c, make([]byte, 8<<20)) }, 413, CodeTooLarge},
		{"cut off", "", func(c coding.Coding) []byte { p := codec.Compress(c, query(500)); return p[:len(p)-2] }, 400, CodeInvalidRequest},
		{"not compressed", "", func(coding.Coding) []byte { return query(500) }, 400, CodeInvalidRequest},
		{"nothing", "", func(coding.Coding) []byte { return nil }, 400, CodeInvalidRequest},
		{"too large as it comes", "", func(coding.Coding) []byte { return random }, 413, CodeTooLarge},
		{"twice", "gzip, %s", func(c coding.Coding) []byte { return codec.Compress(c, query(500)) }, 415, CodeInvalidContentEncoding},
		{"unknown", "x-%s", func(c coding.Coding) []byte { return codec.Compress(c, query(500)) }, 415, CodeInvalidContentEncoding},
	}
	for _, tt := range tests {
		for _, as := range coding.All() {
			name := string(as)
			if tt.encoding != "" {
				name = fmt.Sprintf(tt.encoding, as)
			}
			if name == "x-gzip" {
				continue // another name of it
			}
			t.Run(tt.name+" "+name, func(t *testing.T) {
				r := httptest.NewRequest("POST", "/graphql", bytes.NewReader(tt.body(as)))
				r.Header.Set("Content-Type", "application/json")
				r.Header.Set("Content-Encoding", name)
				w := b.do(r)
				codes := codesIn(t, w.Body.Bytes())
				if w.Code != tt.status || strings.Join(codes, ",") != tt.code {
					t.Errorf("%d %s, want %d %s", w.Code, w.Body, tt.status, tt.code)
				}
				want := ""
				if tt.status == 415 {
					want = "zstd, gzip, br, deflate"
				}
				if got := w.Header().Get("Accept-Encoding"); got != want {
					t.Errorf("Accept-Encoding is %q, want %q", got, want)
				}
			})
		}
	}
	b = newBench(t, func(c *config.Config) { c.Compression.Requests = false })
	r := httptest.NewRequest("POST", "/graphql", bytes.NewReader(codec.Compress(coding.Gzip, query(500))))
	r.Header = http.Header{"Content-Type": {"application/json"}, "Content-Encoding": {"gzip"}}
	if w := b.do(r); w.Code != 415 || w.Header().Get("Accept-Encoding") != "identity" {
		t.Errorf("switched off: %d %v %s", w.Code, w.Header(), w.Body)
	}
}

// A request without Accept-Encoding pays nothing for compression.
func TestCompressionCostsNothingUnasked(t *testing.T) {
	count := func(on bool) float64 {
		b := newBench(t, func(c *config.Config) { c.Compression.Responses = on })
		b.fetcher.answers["a"] = func(context.Context, *subgraphs.Request) (*subgraphs.Response, error) {
			return &subgraphs.Response{Status: 200, Header: http.Header{}, Body: []byte(`{"data":{"echo":1}}`)}, nil
		}
		serve := func() {
			r := newRequestWith("POST", "/graphql", `{"query":"{ echo }"}`, "Content-Type", "application/json")
			b.Router.handler.ServeHTTP(&discard{header: http.Header{}}, r)
		}
		serve()
		return testing.AllocsPerRun(100, serve)
	}
	// The fewest of several counts, since with the race detector pools lose what
	// they hold by chance.
	off, on := count(false), count(true)
	for range 20 {
		off, on = min(off, count(false)), min(on, count(true))
	}
	if on > off+1 {
		t.Errorf("%v allocations, and %v without", on, off)
	}
}

type discard struct{ header http.Header }

func (d *discard) Header() http.Header         { return d.header }
func (d *discard) WriteHeader(int)             {}
func (d *discard) Write(b []byte) (int, error) { return len(b), nil }
