package subgraphs

import (
	"bytes"
	"context"
	"net/http"
	"testing"
	"time"
)

// What ends the wait for the answer on a connection that has been used: the
// answer, a deadline, or nobody wanting it.
func TestWaitOnUsedConnection(t *testing.T) {
	const first = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nfirst"
	for _, tt := range []struct {
		name     string
		mutation bool
		size     int    // of the request's body
		answer   string // to the second request
		end      bool   // of the connection, with the answer
		timeout  time.Duration
		want     string
		fails    Kind // in place of want
	}{
		{"an answer", false, 10, "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nsecond", false, 0, "second", 0},
		{"an answer to what is too large for one call", false, 8 << 20, "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nsecond", false, 0, "second", 0},
		{"an answer that ends with the connection", false, 10, "HTTP/1.1 200 OK\r\n\r\nsecond", true, 0, "second", 0},
		{"the subgraph's timeout", false, 10, "", false, 50 * time.Millisecond, "", Timeout},
		{"the end of the connection", true, 10, "", true, 0, "", Protocol},
		{"the client's leaving", false, 10, "leave", false, 0, "", Canceled},
	} {
		t.Run(tt.name, func(t *testing.T) {
			ctx, leave := context.WithCancel(t.Context())
			defer leave()
			s := newScript(t, func(n int, _ *http.Request, _ []byte) (string, bool) {
				switch {
				case n == 1:
					return first, false
				case tt.answer == "leave":
					leave()
					return "", false
				default:
					return tt.answer, tt.end
				}
			})
			e := Endpoint{Timeout: time.Hour}
			if tt.timeout > 0 {
				e.Timeout = tt.timeout
			}
			c := s.client(t, e)
			if resp, err := fetch(t, c); err != nil || string(resp.Body) != "first" {
				t.Fatalf("the first request got %v, %v", resp, err)
			}
			resp, err := c.Fetch(ctx, &Request{Subgraph: "s", Body: bytes.Repeat([]byte(" "), tt.size), Mutation: tt.mutation})
			switch {
			case tt.want == "":
				wantKind(t, err, tt.fails)
			case err != nil || string(resp.Body) != tt.want:
				t.Errorf("got %v, %v", resp, err)
			}
			if s.requests.Load() != 2 || s.connections.Load() != 1 {
				t.Errorf("%d requests over %d connections, want 2 over 1", s.requests.Load(), s.connections.Load())
			}
		})
	}
}
