package subgraphs

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
)

// Whoever has an answer to himself may release it; whoever has it together with
// others may do so too, and they still read what they got.
func TestRelease(t *testing.T) {
	const clients, rounds = 8, 50
	c, _ := serve(t, Endpoint{}, func(w http.ResponseWriter, r *http.Request) {
		name := r.Header.Get("X-Name")
		size := 1 + len(name)*1500
		if strings.HasPrefix(name, "chunked") {
			for range 3 {
				fmt.Fprint(w, strings.Repeat(name+",", size/3))
				w.(http.Flusher).Flush()
			}
			return
		}
		fmt.Fprint(w, strings.Repeat(name+",", size))
	})
	s := NewSharing(c)
	var wg sync.WaitGroup
	for client := range clients {
		wg.Go(func() {
			for round := range rounds {
				// Every second round is everybody's.
				name := fmt.Sprintf("round %d", round)
				if round%2 == 1 {
					name = fmt.Sprintf("chunked for %d", client)
				}
				r, err := s.Fetch(context.Background(), &Request{Subgraph: "s", Body: []byte("{}"), Header: NewHeader(http.Header{"X-Name": {name}})})
				if err != nil {
					t.Error(err)
					return
				}
				if rest := strings.ReplaceAll(string(r.Body), name+",", ""); rest != "" || len(r.Body) == 0 {
					t.Errorf("%q got %d bytes with %.60q in them", name, len(r.Body), rest)
				}
				r.Release()
			}
		})
	}
	wg.Wait()
}

func TestReleaseTwiceIsOnce(t *testing.T) {
	c, _ := serve(t, Endpoint{}, func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, strings.Repeat("x", 5000)) })
	r, err := fetch(t, c)
	if err != nil {
		t.Fatal(err)
	}
	r.Release()
	r.Release()
	if a, b := c.buffers.Take(5000), c.buffers.Take(5000); &a.Bytes[:1][0] == &b.Bytes[:1][0] {
		t.Error("the same memory was handed out twice")
	}
}
