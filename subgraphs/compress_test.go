package subgraphs

import (
	"crypto/sha256"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/weft-graphql/weft/coding"
)

// Answers in every coding, sized, chunked or until the end of the connection,
// of sizes around the edges of buffers, arrive as they were.
func TestCompressedAnswers(t *testing.T) { eachTransport(t, testCompressedAnswers) }

func testCompressedAnswers(t *testing.T, via Transport) {
	codec := coding.NewCodec()
	var body, packed []byte
	var as coding.Coding
	var chunked bool
	c, _ := serve(t, Endpoint{Transport: via}, func(w http.ResponseWriter, _ *http.Request) {
		if as != coding.Identity {
			w.Header().Set("Content-Encoding", string(as))
		}
		if !chunked {
			w.Header().Set("Content-Length", fmt.Sprint(len(packed)))
		}
		for i := 0; i < len(packed); i += 5000 {
			w.Write(packed[i:min(i+5000, len(packed))])
			if chunked {
				w.(http.Flusher).Flush()
			}
		}
	})
	for _, as = range append(coding.All(), coding.Identity) {
		for _, size := range []int{0, 1, 4095, 4096, 4097, 32 << 10, 32<<10 + 1, 300_001} {
			for _, chunked = range []bool{false, true} {
				body = []byte(strings.Repeat(`{"id":"1","name":"Lamp"},`, size/25+1)[:size])
				packed = codec.Compress(as, body)
				resp, err := fetch(t, c)
				if err != nil {
					t.Errorf("%s, %d bytes, chunked %t: %v", as, size, chunked, err)
					continue
				}
				if sha256.Sum256(resp.Body) != sha256.Sum256(body) {
					t.Errorf("%s, %d bytes, chunked %t: %d other bytes arrive", as, size, chunked, len(resp.Body))
				}
				if got := resp.Header.Get("Content-Encoding"); got != "" {
					t.Errorf("the header still says %q", got)
				}
			}
		}
	}
}

// A short answer that is long inside, or broken, or compressed in ways nobody
// has heard of.
func TestHostileCompressedAnswers(t *testing.T) { eachTransport(t, testHostileCompressedAnswers) }

func testHostileCompressedAnswers(t *testing.T, via Transport) {
	const limit = 100_000
	codec := coding.NewCodec()
	var encodings []string
	var packed []byte
	c, _ := serve(t, Endpoint{Transport: via, MaxResponseBytes: limit}, func(w http.ResponseWriter, _ *http.Request) {
		w.Header()["Content-Encoding"] = encodings
		w.Write(packed)
	})
	check := func(name string, kind Kind) {
		t.Helper()
		t.Run(name, func(t *testing.T) {
			_, err := fetch(t, c)
			wantKind(t, err, kind)
		})
	}
	for _, as := range coding.All() {
		encodings = []string{string(as)}
		packed = codec.Compress(as, make([]byte, 20<<20))
		check(string(as)+" bomb", TooLarge)
		packed = codec.Compress(as, make([]byte, limit+1))
		check(string(as)+" one byte too many", TooLarge)
		packed = codec.Compress(as, []byte(strings.Repeat("abc", 1000)))
		packed = packed[:len(packed)-1]
		check(string(as)+" cut off", Protocol)
		packed = []byte(`{"data":{"a":1}}`)
		check(string(as)+" that is none", Protocol)
		packed = nil
		check(string(as)+" of nothing", Protocol)
	}
	packed = codec.Compress(coding.Gzip, codec.Compress(coding.Gzip, []byte(`{}`)))
	encodings = []string{"gzip, gzip"}
	check("two in a line", Protocol)
	encodings = []string{"gzip", "gzip"}
	check("two lines", Protocol)
	encodings = []string{"compress"}
	check("unknown", Protocol)
}

// Requests are compressed where the subgraph's settings say so and it is worth
// it, and a subgraph is told that it may compress only then.
func TestCompressedRequests(t *testing.T) { eachTransport(t, testCompressedRequests) }

func testCompressedRequests(t *testing.T, via Transport) {
	codec := coding.NewCodec()
	long := `{"query":"{ a }","variables":{"x":"` + strings.Repeat("lamp ", 1000) + `"}}`
	for _, as := range append(coding.All(), coding.Identity) {
		for _, accept := range []bool{false, true} {
			var got http.Header
			var body []byte
			c, _ := serve(t, Endpoint{Transport: via, Compression: as, AcceptCompressed: accept}, func(w http.ResponseWriter, r *http.Request) {
				got = r.Header
				body, _ = io.ReadAll(r.Body)
				if r.ContentLength != int64(len(body)) {
					t.Errorf("%s: Content-Length is %d of %d bytes", as, r.ContentLength, len(body))
				}
				io.WriteString(w, `{"data":{"a":1}}`)
			})
			for _, text := range []string{`{"query":"{ a }"}`, long} {
				r := &Request{Subgraph: "s", Body: []byte(text), Header: NewHeader(http.Header{"Content-Encoding": {"x"}, "Accept-Encoding": {"x"}})}
				if _, err := c.Fetch(t.Context(), r); err != nil {
					t.Fatal(err)
				}
				want := as
				if len(text) < minCompressed {
					want = coding.Identity
				}
				if from := coding.Coding(got.Get("Content-Encoding")); from != want {
					t.Errorf("%s, %d bytes: Content-Encoding %q", as, len(text), from)
				}
				inflated, err := codec.Inflate(t.Context(), want, body, 1<<20)
				if diff := cmp.Diff(text, string(inflated)); err != nil || diff != "" {
					t.Errorf("%s: %v (-want +got):\n%s", as, err, diff)
				}
				if want != coding.Identity && len(body) > len(text)/10 {
					t.Errorf("%s: %d bytes became %d", as, len(text), len(body))
				}
				wantAccept := ""
				if accept {
					wantAccept = "zstd, gzip, br, deflate"
				}
				if a := got.Get("Accept-Encoding"); a != wantAccept {
					t.Errorf("Accept-Encoding is %q, want %q", a, wantAccept)
				}
				if string(r.Body) != text || r.coding != "" {
					t.Error("the request was written to")
				}
			}
		}
	}
}

func TestCompressionIsKnown(t *testing.T) {
	_, err := NewClient(Options{Endpoints: map[string]Endpoint{"s": {URL: "http://127.0.0.1:1/", Compression: "lzw"}}})
	if err == nil || !strings.Contains(err.Error(), `compression "lzw"`) {
		t.Errorf("%v", err)
	}
}
