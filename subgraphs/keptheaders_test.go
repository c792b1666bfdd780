package subgraphs

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Which headers a response has.
func TestKeptHeaders(t *testing.T) {
	for _, tt := range []struct {
		name     string
		head     string // without its first line
		all, few http.Header
	}{
		{"none", "", http.Header{}, http.Header{}},
		{"what nearly all answers have", "content-type: application/json\r\nDate: x\r\nContent-Length: 5\r\n",
			http.Header{"Content-Type": {"application/json"}, "Date": {"x"}, "Content-Length": {"5"}},
			http.Header{"Content-Type": {"application/json"}}},
		{"a rare type", "Content-Type: text/html\r\n", http.Header{"Content-Type": {"text/html"}}, http.Header{"Content-Type": {"text/html"}}},
		{"several types", "Content-Type: application/json\r\nContent-Type: text/html\r\nContent-Type: a/b\r\n",
			http.Header{"Content-Type": {"application/json", "text/html", "a/b"}},
			http.Header{"Content-Type": {"application/json", "text/html", "a/b"}}},
		{"all that is kept", "RETRY-AFTER: 3\r\nContent-Type:\tapplication/json \r\nContent-Encoding: gzip\r\nSet-Cookie: a\r\nset-cookie: b\r\n",
			http.Header{"Retry-After": {"3"}, "Content-Type": {"application/json"}, "Content-Encoding": {"gzip"}, "Set-Cookie": {"a", "b"}},
			http.Header{"Retry-After": {"3"}, "Content-Type": {"application/json"}, "Content-Encoding": {"gzip"}}},
		{"only one", "Content-Encoding: br\r\n", http.Header{"Content-Encoding": {"br"}}, http.Header{"Content-Encoding": {"br"}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for all, want := range map[bool]http.Header{true: tt.all, false: tt.few} {
				h, err := parseHead([]byte("HTTP/1.1 200 OK\r\n"+tt.head+"\r\n"), all)
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(want, h.header); diff != "" {
					t.Errorf("all %v (-want +got):\n%s", all, diff)
				}
			}
		})
	}
	for media, header := range commonHeaders {
		if len(header) != 1 || len(header["Content-Type"]) != 1 || header["Content-Type"][0] != media || !strings.HasPrefix(media, "application/") {
			t.Errorf("common headers of %q have been written to: %v", media, header)
		}
	}
}
